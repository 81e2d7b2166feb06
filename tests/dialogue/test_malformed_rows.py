"""Rows with anything where something else belongs: they are read, or a DataError says where and what to do."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialoom.dialogue import Dialogue
from dialoom.dialogue.formats import FORMATS, read_dialogues
from dialoom.errors import DataError
from tests.dialogue.strategies import values
from tests.dialogue.test_malformed import changed, paths
from tests.dialogue.test_sdialog import ROW as SDIALOG

_CALL = {"id": "1", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}
_PROMPT = [{"role": "system", "content": "s"}, {"role": "user", "content": "a"}]
_CALLING: list[dict[str, Any]] = [
    {"role": "assistant", "content": "", "tool_calls": [_CALL]},
    {"role": "tool", "tool_call_id": "1", "content": "r"},
    {"role": "assistant", "content": "b"},
]
_REPLY = {"message_id": "r", "parent_id": "p", "text": "R", "role": "assistant", "rank": 1, "labels": {}, "replies": []}
_PROMPTED = {
    "message_id": "p",
    "parent_id": None,
    "text": "P",
    "role": "prompter",
    "replies": [_REPLY, _REPLY | {"message_id": "s", "text": "S", "rank": 0, "replies": None}],
}
GIVEN: dict[str, dict[str, Any]] = {
    "messages": {"id": "1", "messages": _PROMPT + _CALLING, "tools": [{"name": "f"}]},
    "sharegpt": {
        "id": "1",
        "conversations": [
            {"from": "human", "value": "a"},
            {"from": "function_call", "value": '{"name": "f", "arguments": {}}'},
            {"from": "observation", "value": "r"},
            {"from": "gpt", "value": "b"},
        ],
        "system": "s",
        "tools": '[{"name": "f"}]',
    },
    "alpaca": {"id": "1", "instruction": "a", "input": "b", "output": "c", "system": "s", "history": [["d", "e"]]},
    "trl_sft": {"id": "1", "prompt": _PROMPT, "completion": _CALLING},
    "trl_kto": {"id": "1", "prompt": _PROMPT, "completion": _CALLING, "label": True},
    "trl_dpo": {
        "id": "1",
        "prompt": _PROMPT,
        "chosen": _CALLING,
        "rejected": [{"role": "assistant", "content": "c"}],
        "score_chosen": 2.0,
        "score_rejected": 1,
        "margin": 1.0,
        "made_by": "judge",
        "provenance": '{"j": 1}',
    },
    "trl_dpo_implicit": {"chosen": _PROMPT + _CALLING, "rejected": _PROMPT, "margin": 1},
    "oasst_trees": {"message_tree_id": "p", "tree_state": "x", "prompt": _PROMPTED, "origin": 1},
    "oasst_messages": _PROMPTED | {"message_tree_id": "p", "message_tree": {"origin": 1}},
    "sdialog": SDIALOG,
}


@pytest.mark.parametrize("form", GIVEN)
@settings(max_examples=80, deadline=None)
@given(st.data())
def test_anything_anywhere_is_read_or_an_error_with_its_file(form: str, data: st.DataObject) -> None:
    at = data.draw(st.sampled_from([each for each in paths(GIVEN[form]) if each]))
    row = changed(GIVEN[form], at, data.draw(values))
    write = FORMATS.load(form).write
    assert write is not None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.jsonl"
        path.write_text(f"{json.dumps(row)}\n", "utf-8")
        found = _tried(lambda: list(read_dialogues(path, form)))
        if isinstance(found, DataError):
            assert found.place is not None
            assert str(path) in str(found.place)
            assert found.remedy
            aside: list[str] = []
            list(read_dialogues(path, form, lambda error, said: aside.append(said)))
            assert aside
        else:
            stored = [Dialogue.from_json(dialogue.to_json()) for dialogue in found]
            refused = _tried(lambda: write(stored, Path(folder) / "y.jsonl"))
            assert not isinstance(refused, DataError) or refused.remedy


def _tried(what: Callable[[], Any]) -> Any:
    try:
        return what()
    except DataError as error:
        return error
