"""Files of NLU tools with anything where something else belongs: an error that says where, or a row set aside."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialoom.dialogue.formats import read_dialogues
from dialoom.dialogue.formats._archive import write_archive
from dialoom.errors import DataError
from tests.dialogue.nlu import dialogue, slot, write
from tests.dialogue.strategies import values
from tests.dialogue.test_dialogflow import files

TEXT = "to NYC"
GIVEN = [dialogue(TEXT, slots=[slot(TEXT, "NYC", value="New York")], fields={"split": "test", "language": "de"})]


def paths(value: Any, before: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value inside a value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [before, *(path for key, each in inner for path in paths(each, (*before, key)))]


def changed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copy = value.copy()
    copy[path[0]] = changed(value[path[0]], path[1:], new)
    return copy


@pytest.mark.parametrize("form", ["clu", "dialogflow_cx", "dialogflow_es", "lex_v2", "clinc"])
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_anything_anywhere_is_an_error_with_its_file(form: str, data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.zip"
        write(GIVEN, path, form)
        whole: Any = json.loads(path.read_bytes()) if form in ("clu", "clinc") else files(path)
        at = data.draw(st.sampled_from([each for each in paths(whole) if each]))
        whole = changed(whole, at, data.draw(values))
        if form in ("clu", "clinc"):
            path.write_text(json.dumps(whole), "utf-8", "surrogatepass")
        else:
            write_archive(whole, path)
        try:
            again = list(read_dialogues(path, form))
            if again:
                write(again, Path(folder) / "again", form)
        except DataError as error:
            assert error.place is not None
            assert folder in str(error.place)
        aside: list[DataError] = []
        try:
            list(read_dialogues(path, form, lambda error, said: aside.append(error)))
        except DataError as error:
            assert error.remedy or error.what
