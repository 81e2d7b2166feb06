"""Parquet with nested columns and data set folders: nothing is lost, streams, read by `datasets`."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialoom.dialogue import Dialogue, Slot, Turn
from dialoom.dialogue.formats import FORMATS, find_format, read_dialogues
from dialoom.errors import DataError, StorageError
from tests.dialogue import strategies
from tests.dialogue.nlu import dialogue, slot


def write(dialogues: list[Dialogue] | Iterator[Dialogue], path: Path, form: str = "parquet") -> int:
    writer = FORMATS.load(form).write
    assert writer is not None
    return writer(dialogues, path)


def some(number: int) -> Iterator[Dialogue]:
    for index in range(number):
        turns = [Turn(speaker="user", text=f"to Rome {index}", intent="book"), Turn(speaker="assistant", text="ok")]
        yield Dialogue(id=str(index), turns=turns, fields={"split": "test"} if index % 10 == 0 else {})


@settings(max_examples=30, deadline=None)
@given(st.lists(strategies.dialogues, min_size=1, max_size=4))
def test_any_dialogue_reads_back_equal(dialogues: list[Dialogue]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "d.parquet"
        assert write(dialogues, path) == len(dialogues)
        assert find_format(path).name == "parquet"
        assert list(read_dialogues(path)) == dialogues


def test_the_columns_are_nested(tmp_path: Path) -> None:
    one = dialogue("to Rome", slots=[slot("to Rome", "Rome")], fields={"a": [1]})
    write([one], tmp_path / "d.parquet")
    (row,) = pq.read_table(tmp_path / "d.parquet").to_pylist()
    assert row["turns"] == [
        {
            "speaker": "user",
            "text": "to Rome",
            "intent": "book",
            "slots": [{"name": "city", "value": "Rome", "start": 3, "end": 7}],
            "acts": [],
            "emotion": None,
            "tool_calls": [],
            "meta": None,
        }
    ]
    assert (row["n_turns"], row["provenance"], row["fields"]) == (1, "synthetic", '{"a":[1]}')


def test_it_streams(tmp_path: Path) -> None:
    path = tmp_path / "d.parquet"
    assert write(some(2_500), path) == 2_500
    assert pq.ParquetFile(path).num_row_groups == 3
    reading = read_dialogues(path)
    assert next(reading).id == "0"
    assert sum(1 for _ in reading) == 2_499


def test_a_failing_source_leaves_nothing(tmp_path: Path) -> None:
    def failing() -> Iterator[Dialogue]:
        yield from some(1_500)
        yield Dialogue(id="d7", turns=[Turn(speaker="a", text="x", slots=[Slot(name="s", value="x", start=2**70)])])

    for form in ("parquet", "huggingface"):
        with pytest.raises(DataError, match="'d7' has an offset beyond 64 bits"):
            write(failing(), tmp_path / "out", form)
        with pytest.raises(DataError, match="'d8' holds a value that has no JSON form"):
            write([Dialogue(id="d8", tags={"x": "\ud800"})], tmp_path / "out", form)
        assert list(tmp_path.iterdir()) == []


def test_what_is_no_dialogue_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"id": ["a"], "turns": [[{"speaker": "x"}]], "lineage": [None]}), path)
    with pytest.raises(DataError, match=r"x\.parquet:1, turns\.0\.text: Field required"):
        list(read_dialogues(path))
    (tmp_path / "y.parquet").write_text("no")
    with pytest.raises(DataError, match="no Parquet file"):
        list(read_dialogues(tmp_path / "y.parquet", "parquet"))


def test_turn_notes_of_an_older_dialoom_are_read(tmp_path: Path) -> None:
    old = {
        "id": ["a"],
        "provenance": ["real"],
        "turns": [[{"speaker": "x", "text": "y"}]],
        "turn_notes": ['[{"intent":"z"}]'],
        "lineage": ['{"source":"f"}'],
    }
    pq.write_table(pa.table(old), tmp_path / "d.parquet")
    (read,) = read_dialogues(tmp_path / "d.parquet")
    assert read.turns == [Turn(speaker="x", text="y", intent="z")]
    assert (read.lineage.provenance, read.lineage.source) == ("real", "f")


@settings(max_examples=12, deadline=None)
@given(st.lists(strategies.dialogues, min_size=1, max_size=4))
def test_any_dialogue_reads_back_from_a_data_set(dialogues: list[Dialogue]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "set"
        write(dialogues, path, "huggingface")
        assert find_format(path).name == "huggingface"
        assert list(read_dialogues(path)) == dialogues


def test_a_data_set_has_splits_and_a_card(tmp_path: Path) -> None:
    folder = tmp_path / "calls"
    assert write(some(50), folder, "huggingface") == 50
    assert sorted(each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file()) == [
        "README.md",
        "data/test-00000-of-00001.parquet",
        "data/train-00000-of-00001.parquet",
    ]
    assert (folder / "README.md").read_text().splitlines()[:10] == [
        "---",
        "configs:",
        "- config_name: default",
        "  data_files:",
        "  - split: test",
        "    path:",
        "    - data/test-00000-of-00001.parquet",
        "  - split: train",
        "    path:",
        "    - data/train-00000-of-00001.parquet",
    ]
    read = list(read_dialogues(folder))
    assert sorted(one.id for one in read) == sorted(one.id for one in some(50))
    assert sum(one.fields.get("split") == "test" for one in read) == 5
    assert write(some(20), folder, "huggingface") == 20
    assert len(list(read_dialogues(folder))) == 20
    (folder / "mine.txt").touch()
    with pytest.raises(StorageError, match="something else here"):
        write(some(20), folder, "huggingface")


def test_data_sets_of_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    chat = '{"messages": [{"role": "user", "content": "hi"}]}\n'
    (tmp_path / "data" / "validation.jsonl").write_text(chat)
    (tmp_path / "data" / "train-00000-of-00001.jsonl").write_text(chat)
    read = list(read_dialogues(tmp_path))
    assert [one.fields for one in read] == [{}, {"split": "validation"}]
    (tmp_path / "README.md").write_text("---\nconfigs:\n- data_files:\n  - {split: a, path: data/v*.jsonl}\n---\n")
    assert [one.fields for one in read_dialogues(tmp_path)] == [{"split": "a"}]
    (tmp_path / "README.md").write_text("---\nconfigs:\n- data_files:\n  - {split: a, path: x.jsonl}\n---\n")
    with pytest.raises(DataError, match=r"there is no file 'x\.jsonl'"):
        list(read_dialogues(tmp_path))


def test_the_datasets_library_loads_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "HF_HUB_OFFLINE", "1")
    datasets = pytest.importorskip("datasets", reason="the package datasets is not installed")
    write(some(50), tmp_path / "set", "huggingface")
    write(some(50), tmp_path / "d.parquet")
    cache = str(tmp_path / "cache")
    loaded = datasets.load_dataset(str(tmp_path / "set"), cache_dir=cache)
    assert {name: len(rows) for name, rows in loaded.items()} == {"test": 5, "train": 45}
    flat = datasets.load_dataset("parquet", data_files=str(tmp_path / "d.parquet"), cache_dir=cache)["train"]
    for row in (loaded["train"][0], flat[1]):
        assert [(turn["text"], turn["intent"]) for turn in row["turns"]] == [("to Rome 1", "book"), ("ok", None)]
