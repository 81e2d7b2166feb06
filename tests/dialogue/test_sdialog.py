"""SDialog's dialogues: files, folders and lines come back as they were; SDialog reads them where it is there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dialoom.dialogue import Dialogue, Persona, Turn
from dialoom.dialogue.formats import FORMATS, find_format, read_dialogues
from dialoom.errors import DataError

ROW: dict[str, Any] = {
    "version": "0.5.3",
    "timestamp": "2026-01-01T00:00:00Z",
    "model": {"name": "m"},
    "seed": 4,
    "id": 17,
    "parentId": None,
    "complete": True,
    "personas": {"Ann": {"name": "Ann", "age": "30-40", "role": "cook"}, "Bo": {"name": "Robert", "age": 3}},
    "context": {"where": "a kitchen"},
    "scenario": {"dish": "soup"},
    "turns": [
        {"speaker": "Ann", "text": "hé\nyou 🧳"},
        {"speaker": None, "text": ""},
        {"speaker": "Bo", "text": "yes", "audio": 1},
    ],
    "events": [{"agent": "Ann", "action": "utter", "actionLabel": None, "content": "hé", "timestamp": 3}],
    "notes": "n",
}


def write(dialogues: list[Dialogue], path: Path) -> int:
    writer = FORMATS.load("sdialog").write
    assert writer is not None
    return writer(dialogues, path)


@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "folder"])
def test_a_dialogue_comes_back_as_it_was(name: str, tmp_path: Path) -> None:
    source = tmp_path / "in" / ("1.json" if name == "folder" else name)
    source.parent.mkdir()
    source.write_text(json.dumps(ROW, indent=None if name == "a.jsonl" else 2))
    given = source.parent if name == "folder" else source
    assert find_format(given).name == "sdialog"
    (dialogue,) = read_dialogues(given)
    assert dialogue.id == "17"
    assert [persona.name for persona in dialogue.personas] == ["Ann", "Robert"]
    assert dialogue.personas[0].model_extra == {"role": "cook", "age_range": "30-40"}
    out = tmp_path / name
    assert write([Dialogue.from_json(dialogue.to_json())], out) == 1
    written = out / "17.json" if name == "folder" else out
    assert json.loads(written.read_text()) == ROW


def made(name: str = "d/1") -> Dialogue:
    return Dialogue(
        id=name,
        turns=[Turn(speaker="Ann", text="hi"), Turn(speaker="Bo", text="ho\nho")],
        scenario="They meet.",
        personas=[Persona(name="Ann", age=30, occupation="cook")],
    )


def test_what_is_made_here_is_found_and_read_again(tmp_path: Path) -> None:
    assert write([made(), made("e")], tmp_path / "x.jsonl") == 2
    assert find_format(tmp_path / "x.jsonl").name == "sdialog"
    back = next(read_dialogues(tmp_path / "x.jsonl"))
    assert (back.id, back.turns, back.scenario) == ("d/1", made().turns, "They meet.")
    assert back.personas == made().personas


def test_personas_that_changed_since_are_written(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(ROW, indent=1))
    (dialogue,) = read_dialogues(tmp_path / "a.json")
    dialogue.personas = [Persona(name="Eve", age=9)]
    write([dialogue], tmp_path / "b.jsonl")
    assert json.loads((tmp_path / "b.jsonl").read_text())["personas"] == {"Eve": {"name": "Eve", "age": 9}}


def test_one_json_file_holds_one_dialogue_and_a_folder_no_two_of_one_name(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"one dialogue in a \.json file"):
        write([made(), made("e")], tmp_path / "x.json")
    with pytest.raises(DataError, match="two dialogues are called 'D/1'"):
        write([made(), made("D/1")], tmp_path / "folder")
    assert not (tmp_path / "x.json").exists()


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"turns": "x"}, "turns", "expected a list of turns"),
        ({"turns": ["x"]}, "turns[0]", "expected an object with speaker and text"),
        ({"turns": [{"speaker": "A", "txt": ""}]}, "turns[0]", "no text"),
        ({"turns": [{"speaker": 3, "text": ""}]}, "turns[0].speaker", "expected text"),
        ({"turns": [{"text": 3}]}, "turns[0].text", "expected text"),
        ({"id": True}, "id", "expected text or a number"),
        ({"personas": ["Ann"]}, "personas", "a persona for each speaker"),
        ({"personas": {"Ann": {"gender": 5}}}, "personas.gender", "a persona cannot be read"),
    ],
)
def test_bad_dialogues_are_named_and_counted(change: dict[str, Any], field: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(f"{json.dumps(ROW)}\n{json.dumps(ROW | change)}\n")
    with pytest.raises(DataError) as caught:
        list(read_dialogues(path, "sdialog"))
    assert caught.value.place is not None
    assert (caught.value.place.line, caught.value.place.field) == (2, field)
    assert words in caught.value.what
    told: list[str] = []
    assert len(list(read_dialogues(path, "sdialog", lambda error, said: told.append(said)))) == 1
    assert len(told) == 1


def test_broken_and_empty_files_are_named(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text('{\n"turns": [}\n')
    with pytest.raises(DataError, match=r"x\.json:2: broken JSON"):
        list(read_dialogues(path, "sdialog"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=r"no \.json file in it"):
        list(read_dialogues(tmp_path / "empty", "sdialog"))


def test_sdialog_reads_what_is_written(tmp_path: Path) -> None:
    sdialog = pytest.importorskip("sdialog", reason="sdialog is not installed")
    (tmp_path / "a.json").write_text(json.dumps(ROW, indent=2))
    (real,) = read_dialogues(tmp_path / "a.json")
    write([made(), real], tmp_path / "folder")
    read = {dialogue.id: dialogue for dialogue in sdialog.Dialog.from_folder(str(tmp_path / "folder"))}
    assert [(turn.speaker, turn.text) for turn in read["d/1"].turns] == [("Ann", "hi"), ("Bo", "ho\nho")]
    assert read["d/1"].scenario == "They meet."
    assert read["d/1"].personas["Ann"]["occupation"] == "cook"
    assert read[17].json()["events"] == ROW["events"]
    assert read[17].turns[1].speaker is None
