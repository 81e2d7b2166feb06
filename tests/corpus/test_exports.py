"""What leaves a corpus: nothing that is held out unless it is asked for, and every file found from what is in it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pytest

from dialoom.corpus import Corpus, _lance, export, exports_holding, exports_of, tables
from dialoom.corpus.card import About, note_dataset, write_dataset
from dialoom.corpus.held_out import hold_out, text_key
from dialoom.corpus.splits import mix, split, write_split
from dialoom.dialogue import Dialogue
from dialoom.dialogue.formats import FORMATS, read_dialogues
from dialoom.errors import DataError
from tests.corpus.splits.making import corpus, many

ABOUT = About("Calls")


def write_jsonl(dialogues: Iterable[Dialogue], path: Path) -> int:
    write = FORMATS.load("jsonl").write
    assert write is not None
    return write(dialogues, path)


@pytest.fixture
def made(tmp_path: Path) -> Corpus:
    return corpus(tmp_path / "corpus", many(20))


def hold(made: Corpus, *ids: str, name: str = "test") -> None:
    chosen = [one for one in made.dialogues() if one.id in ids]
    hold_out(made, name, texts={text_key(one.text()): one.id for one in chosen})


def files_of(made: Corpus, id: str) -> list[str]:
    return [Path(each.file).name for each in exports_holding(made, id)]


def test_what_is_held_out_is_not_exported_and_the_file_is_not_said_to_hold_it(made: Corpus, tmp_path: Path) -> None:
    hold(made, "0-3", "0-4")
    hold(made, "0-5", name="gold")
    done = export(made, write_jsonl, tmp_path / "train.jsonl", form="jsonl", where="id < '0-6'")
    written = {one.id for one in read_dialogues(tmp_path / "train.jsonl")}
    assert written == {one.id for one in made.dialogues(where="id < '0-6'")} - {"0-3", "0-4", "0-5"}
    assert (done.rows, done.left_out) == (len(written), {"test": 2, "gold": 1})
    assert [files_of(made, id) for id in ("0-3", "0-2", "0-7")] == [[], ["train.jsonl"], []]
    assert exports_of(made)[0].rows == len(written)
    whole = export(made, write_jsonl, tmp_path / "whole.jsonl", form="jsonl", with_held_out=True)
    assert (whole.rows, whole.left_out) == (20, {})
    assert files_of(made, "0-3") == ["whole.jsonl"]


def test_a_file_of_held_out_dialogues_alone_has_to_be_asked_for(made: Corpus, tmp_path: Path) -> None:
    hold(made, "0-3")
    with pytest.raises(
        DataError, match=r"all 1 dialogues that meet the condition are held out as test .*--with-held-out"
    ):
        export(made, write_jsonl, tmp_path / "test.jsonl", form="jsonl", where="id = '0-3'")
    assert not (tmp_path / "test.jsonl").exists()
    assert not exports_of(made)
    assert (
        export(made, write_jsonl, tmp_path / "t.jsonl", form="jsonl", where="id = '0-3'", with_held_out=True).rows == 1
    )


def test_files_of_splits_mixtures_and_data_sets_are_found_from_their_dialogues(made: Corpus, tmp_path: Path) -> None:
    plan = split(made, {"train": 0.5, "test": 0.5}, near=0)
    manifest = write_split(made, plan, tmp_path / "sets")
    write_split(made, mix(made, 0, near=0, size=5), tmp_path / "mixed", to="messages")
    write_dataset(made, tmp_path / "data", ABOUT, sets=tmp_path / "sets")
    assert [(each.set, each.format, each.rows) for each in exports_of(made)] == [
        ("train", "jsonl", 10),
        ("test", "jsonl", 10),
        ("train", "messages", 5),
        ("train", "parquet", 10),
        ("test", "parquet", 10),
    ]
    assert [each.file_hash for each in exports_of(made)][:2] == [file["sha256"] for file in manifest["files"]]
    in_test = plan.sets["test"][0].id
    assert [name for name in files_of(made, in_test) if not name.startswith("train")] == [
        "test.jsonl",
        "test-00000-of-00001.parquet",
    ]
    made.remove("true")
    made.compact()
    assert "test.jsonl" in files_of(made, in_test)


def test_a_data_set_that_was_uploaded_is_found_by_its_address(made: Corpus, tmp_path: Path) -> None:
    written = write_dataset(made, tmp_path / "data", ABOUT, note=False)
    assert not exports_of(made)
    note_dataset(made, tmp_path / "data", written, called="hf:acme/calls")
    assert [each.file for each in exports_holding(made, "0-1")] == ["hf:acme/calls/data/train-00000-of-00001.parquet"]


def test_a_split_is_not_pushed_with_what_was_held_out_since(made: Corpus, tmp_path: Path) -> None:
    plan = split(made, {"train": 0.8, "test": 0.2}, near=0)
    write_split(made, plan, tmp_path / "sets", hold=["test"])
    write_dataset(made, tmp_path / "before", ABOUT, sets=tmp_path / "sets")
    late = [row.id for row in plan.sets["train"]][:7]
    hold(made, *late, name="gold")
    with pytest.raises(DataError, match=r"train\.jsonl: of the set train, 7 were held out as gold since: ") as told:
        write_dataset(made, tmp_path / "after", ABOUT, sets=tmp_path / "sets")
    assert f"{', '.join(late[:5])} and 2 more" in str(told.value)
    assert not (tmp_path / "after").exists()
    write_dataset(made, tmp_path / "after", ABOUT, sets=tmp_path / "sets", as_made=True)
    write_split(made, split(made, {"train": 0.8, "test": 0.2}, near=0), tmp_path / "again")
    splits = write_dataset(made, tmp_path / "new", ABOUT, sets=tmp_path / "again")
    assert {one.name: one.rows for one in splits}["train"] == 9


def test_a_split_is_not_pushed_with_what_was_taken_out_or_changed_since(made: Corpus, tmp_path: Path) -> None:
    plan = split(made, {"train": 0.8, "test": 0.2}, near=0)
    write_split(made, plan, tmp_path / "sets")
    bad, private = [row.id for row in plan.sets["train"]][:2]
    kept = next(made.dialogues(where=f"id = '{private}'"))
    kept.turns[0].text = "[NAME_1]"
    made.update({("r", private): kept})
    with pytest.raises(DataError, match=f"1 were taken out of the corpus or changed since: {private}"):
        write_dataset(made, tmp_path / "data", ABOUT, sets=tmp_path / "sets")
    made.remove(f"id = '{bad}'")
    with pytest.raises(DataError, match=f"2 were taken out of the corpus or changed since: {bad}, {private}"):
        write_dataset(made, tmp_path / "data", ABOUT, sets=tmp_path / "sets")
    write_dataset(made, tmp_path / "data", ABOUT, sets=tmp_path / "sets", as_made=True)


def test_a_split_of_another_corpus_is_not_pushed(made: Corpus, tmp_path: Path) -> None:
    other = corpus(tmp_path / "other", many(4, seed=9))
    write_split(other, split(other, {"train": 0.5, "test": 0.5}, near=0), tmp_path / "sets")
    with pytest.raises(DataError, match="of another corpus than"):
        write_dataset(made, tmp_path / "data", ABOUT, sets=tmp_path / "sets")


def test_exports_of_an_earlier_dialoom_are_read_and_added_to(made: Corpus, tmp_path: Path) -> None:
    columns = {name: kind for name, kind in tables.TABLES["exports"].items() if name not in ("set", "members")}
    stamp = {"version": pa.int64(), "at": pa.timestamp("us", tz="UTC")}
    schema = pa.schema(columns | stamp, metadata={_lance.VERSION_KEY: "1"})
    _lance.create(made.place, "exports", schema)
    assert exports_of(made) == []
    export(made, write_jsonl, tmp_path / "one.jsonl", form="jsonl")
    assert files_of(made, "0-1") == ["one.jsonl"]
    write_split(made, split(made, {"train": 0.5, "test": 0.5}, near=0), tmp_path / "sets")
    assert {each.set for each in exports_of(made)} == {None, "train", "test"}
    assert len(files_of(made, "0-1")) == 2
