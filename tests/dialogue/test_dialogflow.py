"""Dialogflow CX and ES: parts with their white space, entity types, round trips."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialoom.dialogue import Dialogue
from dialoom.dialogue.formats import find_format, read_dialogues
from dialoom.errors import DataError
from tests.dialogue.nlu import again, content, dialogue, labelled, slot, write

FORMS = ["dialogflow_cx", "dialogflow_es"]


def files(path: Path) -> dict[str, Any]:
    with ZipFile(path) as archive:
        return {name: json.loads(archive.read(name)) for name in archive.namelist()}


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=60, deadline=None)
@given(st.lists(labelled(normalised=True), min_size=1, max_size=4))
def test_any_utterance_reads_back(form: str, dialogues: list[Dialogue]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "agent.zip"
        written = write(dialogues, path, form)
        assert written == len(dialogues)
        if not any("several values" in note for note in written.notes):
            assert content(read_dialogues(path)) == content(dialogues)


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=60, deadline=None)
@given(labelled())
def test_parts_put_together_are_the_text(form: str, given_dialogue: Dialogue) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write([given_dialogue], Path(folder) / "agent.zip", form)
        made = files(Path(folder) / "agent.zip")
    says = next(value for name, value in made.items() if "usersays" in name or "trainingPhrases" in name)
    parts = says["trainingPhrases"][0]["parts"] if form == "dialogflow_cx" else says[0]["data"]
    assert "".join(part["text"] for part in parts) == given_dialogue.turns[0].text


def test_the_files_of_cx(tmp_path: Path) -> None:
    text = "from  Rome to NYC !"
    one = dialogue(text, "go/there", [slot(text, "Rome", "from"), slot(text, "NYC", "to", "New York")])
    write([one, dialogue("bye", "end", fields={"language": "de"}), one], tmp_path / "a.zip", "dialogflow_cx")
    made = files(tmp_path / "a.zip")
    assert set(made) == {
        "agent.json",
        "intents/go%2fthere/go%2fthere.json",
        "intents/go%2fthere/trainingPhrases/en.json",
        "intents/end/end.json",
        "intents/end/trainingPhrases/de.json",
        "entityTypes/from/from.json",
        "entityTypes/from/entities/en.json",
        "entityTypes/to/to.json",
        "entityTypes/to/entities/en.json",
    }
    assert made["intents/go%2fthere/go%2fthere.json"]["parameters"] == [
        {"id": "from", "entityType": "@from"},
        {"id": "to", "entityType": "@to"},
    ]
    (phrase,) = made["intents/go%2fthere/trainingPhrases/en.json"]["trainingPhrases"]
    assert phrase["repeatCount"] == 2
    assert phrase["parts"] == [
        {"text": "from  "},
        {"text": "Rome", "parameterId": "from"},
        {"text": " to "},
        {"text": "NYC", "parameterId": "to"},
        {"text": " !"},
    ]
    entries = [{"value": "New York", "synonyms": ["NYC"], "languageCode": "en"}]
    assert made["entityTypes/to/entities/en.json"] == {"entities": entries}
    assert made["entityTypes/to/to.json"]["kind"] == "KIND_MAP"


def test_the_files_of_es(tmp_path: Path) -> None:
    text = "from Rome "
    write([dialogue(text, "go", [slot(text, "Rome")])], tmp_path / "a.zip", "dialogflow_es")
    made = files(tmp_path / "a.zip")
    assert set(made) == {
        "package.json",
        "agent.json",
        "intents/go.json",
        "intents/go_usersays_en.json",
        "entities/city.json",
        "entities/city_entries_en.json",
    }
    assert made["intents/go_usersays_en.json"][0]["data"] == [
        {"text": "from ", "userDefined": False},
        {"text": "Rome", "alias": "city", "meta": "@city", "userDefined": True},
        {"text": " ", "userDefined": False},
    ]
    (parameter,) = made["intents/go.json"]["responses"][0]["parameters"]
    assert (parameter["name"], parameter["dataType"], parameter["value"]) == ("city", "@city", "$city")
    assert made["entities/city_entries_en.json"] == [{"value": "Rome", "synonyms": ["Rome"]}]


@pytest.mark.parametrize("form", FORMS)
def test_the_same_dialogues_are_the_same_archive_and_what_was_defined_stays(form: str, tmp_path: Path) -> None:
    text = "to NYC"
    one = dialogue(text, slots=[slot(text, "NYC", value="New York")])
    write([one], tmp_path / "a.zip", form)
    write([one], tmp_path / "b.zip", form)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    assert find_format(tmp_path / "a.zip").name == form
    with ZipFile(tmp_path / "a.zip") as archive:
        archive.extractall(tmp_path / "folder")
    kept = tmp_path / "folder" / ("entityTypes/size" if form == "dialogflow_cx" else "entities") / "size.json"
    kept.parent.mkdir(exist_ok=True)
    kept.write_text('{"displayName": "size", "name": "size", "kind": "KIND_LIST"}')
    read = list(read_dialogues(tmp_path / "folder"))
    assert content(read) == content([one])
    again(read, tmp_path / "c.zip", form)
    assert set(files(tmp_path / "c.zip")) == set(files(tmp_path / "a.zip")) | {
        kept.relative_to(tmp_path / "folder").as_posix()
    }


@pytest.mark.parametrize("form", FORMS)
def test_what_cannot_be_held_is_left_out_and_named(form: str, tmp_path: Path) -> None:
    text = "to New York"
    over = dialogue(text, slots=[slot(text, "New York"), slot(text, "York", "town")], id="d1")
    named = dialogue(text, slots=[slot(text, "York", "der Ort")], id="d2")
    written = write([over, named, dialogue("ok")], tmp_path / "a.zip", form)
    assert written == 1
    assert dict(written.left_out) == {"its slots overlap": 1, "Dialogflow takes no parameter called 'der Ort'": 1}


@pytest.mark.parametrize("form", FORMS)
def test_bad_archives_tell_their_place(form: str, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"PK no")
    with pytest.raises(DataError, match="cannot read the zip archive"):
        list(read_dialogues(tmp_path / "x.zip", form))
    with pytest.raises(DataError, match="no such file"):
        list(read_dialogues(tmp_path / "nowhere.zip", form))
    with ZipFile(tmp_path / "y.zip", "w") as archive:
        archive.writestr("other.json", "{}")
    with pytest.raises(DataError, match="there is no t"):
        list(read_dialogues(tmp_path / "y.zip", form))
    with pytest.raises(DataError, match="this zip archive fits no known format"):
        list(read_dialogues(tmp_path / "y.zip"))
    name = "intents/a/trainingPhrases/en.json" if form == "dialogflow_cx" else "intents/a_usersays_en.json"
    broken = (
        '{"trainingPhrases": [{"parts": [{"txt": "x"}]}]}' if form == "dialogflow_cx" else '[{"data": [{"txt": "x"}]}]'
    )
    with ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr(name, broken)
    with pytest.raises(DataError, match="the part has no text") as caught:
        list(read_dialogues(tmp_path / "z.zip"))
    assert caught.value.place is not None
    assert caught.value.place.file == f"{tmp_path / 'z.zip'}/{name}"
