"""Formats: round trips, real files, and finding the format of a file."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialoom.dialogue import Dialogue, Lineage, Turn
from dialoom.dialogue.formats import FORMATS, Format, find_format, is_content_id, read_dialogues
from dialoom.errors import DataError
from tests.dialogue.strategies import dialogues

DATA = Path(os.environ.get("DIALOOM_DATA") or Path(__file__).parents[2].parent / "shared/data")

SAMSUM = [
    {
        "id": "13818513",
        "dialogue": "Amanda: I baked  cookies. Do you want some?\r\nJerry: Sure!\r\nAmanda: At 12:30 :-)\r\nsee http://x.org",
        "summary": "Amanda baked cookies.",
    },
    {"id": "13728867", "dialogue": "Mary Ann: <file_photo>\nTom, Jr: ok", "summary": "A photo."},
    {"id": "13828807", "dialogue": "", "summary": "The set holds one like this."},
]


def write(dialogues: list[Dialogue], path: Path, name: str) -> int:
    writer = FORMATS.load(name).write
    assert writer is not None
    return writer(dialogues, path)


def said(dialogue: Dialogue) -> list[tuple[str, str]]:
    return [(turn.speaker, turn.text) for turn in dialogue.turns]


def talk(*turns: tuple[str, str], name: str = "d1") -> Dialogue:
    return Dialogue(id=name, turns=[Turn(speaker=speaker, text=text) for speaker, text in turns])


def test_every_format_is_named_after_its_module() -> None:
    assert {"jsonl", "messages", "dialogsum", "samsum"} <= set(FORMATS.names())
    for name in FORMATS.names():
        found = FORMATS.load(name)
        assert isinstance(found, Format)
        assert found.name == name


def test_importing_dialogues_imports_no_heavy_library() -> None:
    code = (
        "import sys, dialoom.dialogue.formats, dialoom.corpus;"
        "print([m for m in ('lance', 'pyarrow', 'duckdb', 'numpy', 'pyreqwest', 'dialoom.dialogue.formats.jsonl')"
        " if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(dialogues, min_size=1, max_size=4))
def test_jsonl_reads_back_equal(given_dialogues: list[Dialogue]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "all.jsonl"
        assert write(given_dialogues, path, "jsonl") == len(given_dialogues)
        assert list(read_dialogues(path)) == given_dialogues


speech = st.text(max_size=20)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(speech, speech), min_size=1, max_size=4), st.sampled_from([("Ann", "Bo"), ("user", "assistant")])
)
def test_messages_read_back_as_roles(exchanges: list[tuple[str, str]], pair: tuple[str, str]) -> None:
    turns = [turn for exchange in exchanges for turn in zip(pair, exchange, strict=True)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "chat.jsonl"
        write([talk(*turns)], path, "messages")
        (back,) = read_dialogues(path)
    assert back.id == "d1"
    assert said(back) == [turn for exchange in exchanges for turn in zip(("user", "assistant"), exchange, strict=True)]


def rows(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.mark.parametrize(
    ("turns", "messages"),
    [
        ([("A", "1"), ("A", "2"), ("B", "3")], [("user", "1\n2"), ("assistant", "3")]),
        ([("system", "s"), ("A", "1"), ("B", "2")], [("system", "s"), ("user", "1"), ("assistant", "2")]),
        ([("Assistant", "1"), ("Eve", "2")], [("assistant", "1"), ("user", "2")]),
        ([("prompter", "1"), ("assistant", "2")], [("user", "1"), ("assistant", "2")]),
        (
            [("A", "1"), ("B", "2"), ("C", "3"), ("A", "4"), ("B", "5")],
            [("user", "A: 1"), ("assistant", "2"), ("user", "C: 3\nA: 4"), ("assistant", "5")],
        ),
    ],
)
def test_messages_map_speakers_to_roles(
    turns: list[tuple[str, str]], messages: list[tuple[str, str]], tmp_path: Path
) -> None:
    path = tmp_path / "chat.jsonl"
    write([talk(*turns)], path, "messages")
    expected = [{"role": role, "content": content} for role, content in messages]
    assert rows(path) == [{"id": "d1", "messages": expected}]


def test_messages_refuse_a_dialogue_without_assistant(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"'d1' has no second speaker"):
        write([talk(("A", "alone"))], tmp_path / "chat.jsonl", "messages")
    assert list(tmp_path.iterdir()) == []


def test_messages_carry_tool_calls_and_their_results(tmp_path: Path) -> None:
    calls = [{"name": "weather", "arguments": {"city": "Brno"}, "result": "rain", "id": "c9"}]
    data = {"id": "d1", "turns": [{"speaker": "user", "text": "weather?"}]}
    data["turns"].append({"speaker": "assistant", "text": "It rains.", "tool_calls": calls})  # type: ignore[attr-defined]
    dialogue = Dialogue.model_validate(data)
    write([dialogue], tmp_path / "chat.jsonl", "messages")
    messages = rows(tmp_path / "chat.jsonl")[0]["messages"]
    assert isinstance(messages, list)
    assert [message["role"] for message in messages] == ["user", "assistant", "tool", "assistant"]
    assert json.loads(messages[1]["tool_calls"][0]["function"]["arguments"]) == {"city": "Brno"}
    assert messages[2] == {"role": "tool", "tool_call_id": "c9", "content": "rain"}
    (back,) = read_dialogues(tmp_path / "chat.jsonl")
    assert back.turns == dialogue.turns


def test_messages_read_content_parts_further_keys_and_rows_without_id(tmp_path: Path) -> None:
    path = tmp_path / "chat.jsonl"
    parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    path.write_text(
        json.dumps({"messages": [{"role": "user", "content": parts, "name": "Ann"}], "source": "web"}) + "\n"
    )
    (dialogue,) = read_dialogues(path)
    assert said(dialogue) == [("user", "a\nb")]
    assert dialogue.turns[0].meta == {"name": "Ann"}
    assert dialogue.fields == {"source": "web"}
    assert is_content_id(dialogue.id)


def test_rows_without_ids_are_called_after_what_they_say(tmp_path: Path) -> None:
    def row(text: str, **more: str) -> str:
        return json.dumps({"messages": [{"role": "user", "content": text}]} | more) + "\n"

    one, other = tmp_path / "one.jsonl", tmp_path / "other.jsonl"
    one.write_text(row("a") + row("a") + row("b"))
    other.write_text(row("c", id="mine") + row("b", id="other.jsonl:2") + row("a") * 3)
    (first, second, last), read = ([each.id for each in read_dialogues(path)] for path in (one, other))
    assert second == f"{first}-2"
    assert read == ["mine", last, first, second, f"{first}-3"]


@pytest.mark.skipif(not (DATA / "dialogsum").is_dir(), reason=f"no DialogSum in {DATA}")
@pytest.mark.parametrize(("split", "size"), [("train", 4000), ("dev", 500), ("test", 500)])
def test_real_dialogsum_reads_whole(split: str, size: int) -> None:
    path = DATA / "dialogsum" / f"{split}.jsonl"
    assert find_format(path).name == "dialogsum"
    read = list(read_dialogues(path))
    assert len(read) == size
    for dialogue, row in zip(read, rows(path), strict=True):
        assert dialogue.id == row["fname"]
        assert dialogue.summary == row.get("summary", row.get("summary1"))
        lines = [line.partition(":") for line in str(row["dialogue"]).split("\n")]
        assert said(dialogue) == [(speaker.strip(), text.strip()) for speaker, _, text in lines]
        assert dialogue.lineage == Lineage(provenance="real", source=f"{split}.jsonl (dialogsum)")


@pytest.mark.skipif(not (DATA / "dialogsum").is_dir(), reason=f"no DialogSum in {DATA}")
def test_real_dialogsum_is_written_as_it_was_read(tmp_path: Path) -> None:
    path = DATA / "dialogsum" / "test.jsonl"
    write(list(read_dialogues(path)), tmp_path / "test.jsonl", "dialogsum")
    for written, original in zip(rows(tmp_path / "test.jsonl"), rows(path), strict=True):
        lines = str(original.pop("dialogue")).split("\n")
        again = str(written.pop("dialogue")).split("\n")
        assert written == original
        assert ["".join(line.split()) for line in again] == ["".join(line.split()) for line in lines]


def test_dialogsum_names_speakers_in_order(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    dialogue = talk(("Ann", "hi\nthere"), ("Bo", "yes"), ("Ann", "bye"))
    dialogue.summary = "They talk."
    write([dialogue], path, "dialogsum")
    expected = "#Person1#: hi there\n#Person2#: yes\n#Person1#: bye"
    assert rows(path) == [{"fname": "d1", "dialogue": expected, "summary": "They talk.", "topic": ""}]


def _as_jsonl(path: Path) -> None:
    path.write_text("\n\n".join(json.dumps(row) for row in SAMSUM), "utf-8")


def _as_list(path: Path) -> None:
    path.write_text(json.dumps(SAMSUM, indent=1), "utf-8")


def _as_csv(path: Path) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(SAMSUM[0]))
        writer.writeheader()
        writer.writerows(SAMSUM)


@pytest.mark.parametrize(("file", "make"), [("s.jsonl", _as_jsonl), ("s.json", _as_list), ("s.csv", _as_csv)])
def test_samsum_reads_in_each_of_its_forms(file: str, make: object, tmp_path: Path) -> None:
    assert callable(make)
    make(tmp_path / file)
    read = list(read_dialogues(tmp_path / file))
    assert [dialogue.id for dialogue in read] == [row["id"] for row in SAMSUM]
    assert said(read[0]) == [
        ("Amanda", "I baked  cookies. Do you want some?"),
        ("Jerry", "Sure!"),
        ("Amanda", "At 12:30 :-)\nsee http://x.org"),
    ]
    assert said(read[1]) == [("Mary Ann", "<file_photo>"), ("Tom, Jr", "ok")]
    assert read[2].turns == []
    assert read[0].summary == "Amanda baked cookies."
    assert read[0].lineage == Lineage(provenance="real", source=f"{file} (samsum)")


def test_samsum_is_written_with_its_line_ends(tmp_path: Path) -> None:
    write([talk(("Ann", "hi"), ("Bo", "a\r\nb"))], tmp_path / "s.jsonl", "samsum")
    assert rows(tmp_path / "s.jsonl") == [{"id": "d1", "dialogue": "Ann: hi\r\nBo: a b", "summary": ""}]
    assert find_format(tmp_path / "s.jsonl").name == "samsum"


@pytest.mark.parametrize("name", ["samsum", "dialogsum"])
def test_transcripts_refuse_what_they_cannot_hold(name: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="'d1' has no turns"):
        write([talk()], tmp_path / "s.jsonl", name)
    if name == "samsum":
        with pytest.raises(DataError, match="'d1' has the speaker 'A: B'"):
            write([talk(("A: B", "x"))], tmp_path / "s.jsonl", name)


def test_the_form_of_jsonl_is_found(tmp_path: Path) -> None:
    write([talk(("A", "x"))], tmp_path / "d.jsonl", "jsonl")
    assert find_format(tmp_path / "d.jsonl").name == "jsonl"


def test_an_unknown_form_lists_the_known_ones(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("question,answer\nwhy,because\n")
    with pytest.raises(DataError) as caught:
        find_format(path)
    assert str(path) in str(caught.value)
    assert "'question', 'answer'" in str(caught.value)
    for name in FORMATS.names():
        assert name in str(caught.value)


def test_reading_streams(tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    line = talk(("A", "x" * 1000)).to_json()
    path.write_text(f"{line}\n" * 3 + "broken\n")
    reading: Iterator[Dialogue] = read_dialogues(path, "jsonl")
    assert [next(reading).id for _ in range(3)] == ["d1"] * 3
    with pytest.raises(DataError, match=":4"):
        next(reading)
