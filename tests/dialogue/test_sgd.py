"""SGD: files and folders are read with acts, intents, spans and service calls."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from dialoom.dialogue import Slot
from dialoom.dialogue.formats import find_format, read_dialogues
from dialoom.errors import DataError

DATA = Path(os.environ.get("DIALOOM_DATA") or Path(__file__).parents[2].parent / "shared/data") / "sgd"


def frame(*actions: tuple[str, str, list[str]], **more: Any) -> dict[str, Any]:
    made = [{"act": act, "slot": slot, "values": values, "canonical_values": values} for act, slot, values in actions]
    return {"service": "Cabs_1", "actions": made, "slots": [], **more}


ROW: dict[str, Any] = {
    "dialogue_id": "1_0",
    "services": ["Cabs_1"],
    "turns": [
        {
            "speaker": "USER",
            "utterance": "A cab for 1 to Lers Ros",
            "frames": [
                frame(
                    ("INFORM", "to", ["Lers Ros"]),
                    ("INFORM", "riders", ["1"]),
                    ("INFORM_INTENT", "intent", ["GetRide"]),
                    slots=[{"slot": "to", "start": 15, "exclusive_end": 23}],
                    state={"active_intent": "GetRide", "requested_slots": [], "slot_values": {"riders": ["1"]}},
                )
            ],
        },
        {
            "speaker": "SYSTEM",
            "utterance": "It is on its way.",
            "frames": [
                frame(
                    ("NOTIFY_SUCCESS", "", []),
                    service_call={"method": "GetRide", "parameters": {"to": "Lers Ros"}},
                    service_results=[{"price": "9"}],
                )
            ],
        },
        {
            "speaker": "USER",
            "utterance": "Thanks, bye.",
            "frames": [
                frame(
                    ("THANK_YOU", "", []),
                    ("GOODBYE", "", []),
                    state={"active_intent": "GetRide", "requested_slots": [], "slot_values": {}},
                )
            ],
        },
    ],
}


def test_a_dialogue(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_text(json.dumps([ROW]))
    assert find_format(file).name == "sgd"
    (dialogue,) = read_dialogues(file)
    asked, done, thanked = dialogue.turns
    assert [turn.speaker for turn in dialogue.turns] == ["user", "assistant", "user"]
    assert (asked.intent, done.intent, thanked.intent) == ("GetRide", None, None)
    assert asked.slots == [Slot(name="to", value="Lers Ros", start=15, end=23), Slot(name="riders", value="1")]
    assert (asked.acts, thanked.acts) == (["inform", "inform_intent"], ["thank_you", "goodbye"])
    (call,) = done.tool_calls
    assert (call.name, call.arguments, call.result) == ("GetRide", {"to": "Lers Ros"}, [{"price": "9"}])
    assert asked.meta["state"]["Cabs_1"]["slot_values"] == {"riders": ["1"]}
    assert dialogue.fields["services"] == ["Cabs_1"]
    assert dialogue.lineage.provenance == "real"


def test_a_folder(tmp_path: Path) -> None:
    for name in ("002", "001"):
        (tmp_path / f"dialogues_{name}.json").write_text(json.dumps([ROW | {"dialogue_id": name}]))
    (tmp_path / "schema.json").write_text("[]")
    assert find_format(tmp_path).name == "sgd"
    assert [dialogue.id for dialogue in read_dialogues(tmp_path)] == ["001", "002"]


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("turns", 0, "frames", 0, "slots", 0, "exclusive_end"), 90, "goes from 15 to 90"),
        (("turns", 0, "frames", 0, "slots", 0, "start"), "15", "turns[0].frames[0].slots[0].start"),
        (("turns", 1, "utterance"), None, "turns[1].utterance"),
        (("turns", 0, "frames", 0, "actions", 0, "act"), 3, "turns[0].frames[0].actions[0].act"),
        (("turns", 1, "frames", 0, "service_call"), [], "service_call"),
    ],
)
def test_bad_rows_are_placed(tmp_path: Path, path: tuple[Any, ...], value: Any, words: str) -> None:
    row = json.loads(json.dumps(ROW))
    at = row
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    (tmp_path / "x.json").write_text(json.dumps([row, ROW]))
    with pytest.raises(DataError) as wrong:
        list(read_dialogues(tmp_path / "x.json", "sgd"))
    assert words in str(wrong.value)
    left: list[str] = []
    kept = list(read_dialogues(tmp_path / "x.json", "sgd", lambda error, said: left.append(str(error))))
    assert (len(kept), len(left)) == (1, 1)


@pytest.mark.skipif(not DATA.is_dir(), reason="the SGD files are not here")
def test_real_files() -> None:
    read = list(read_dialogues(DATA))
    assert len(read) == 256
    spoken = Counter(act for dialogue in read for turn in dialogue.turns for act in turn.acts)
    assert {"inform", "request", "offer", "goodbye", "inform_intent"} <= spoken.keys()
    for turn in (turn for dialogue in read for turn in dialogue.turns):
        assert turn.acts
        for slot in turn.slots:
            if slot.start is not None:
                assert turn.text[slot.start : slot.end] == slot.value
    assert sum(slot.start is not None for d in read for t in d.turns for slot in t.slots) > 1000
    assert sum(bool(turn.tool_calls) for dialogue in read for turn in dialogue.turns) > 100
    assert all(dialogue.turns[0].intent for dialogue in read)
