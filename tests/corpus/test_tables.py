"""The tables beside the dialogues, schemas that grow, and corpora of an older schema."""

from __future__ import annotations

from pathlib import Path

import lance
import pyarrow as pa
import pytest

from dialoom.corpus import Corpus, derived, diff, verify
from dialoom.corpus.schema import SCHEMA, rows_of
from dialoom.errors import DataError
from tests.corpus.made import dialogue


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    made = Corpus.open(tmp_path / "corpus", create=True)
    made.append([dialogue("a"), dialogue("b")], run="r", batch="1")
    return made


def files(corpus: Corpus, table: str) -> dict[str, int]:
    folder = Path(corpus.location) / f"{table}.lance" / "data"
    return {file.name: file.stat().st_mtime_ns for file in folder.iterdir()}


def test_facts_are_queried_beside_the_dialogues(corpus: Corpus) -> None:
    corpus.add("ratings", [{"id": "a", "item": "clarity", "value": 4, "rater": "ann"}, {"id": "b", "value": 2}])
    corpus.add("tags", [{"id": "a", "name": "route", "value": ["x", 1]}])
    sql = "SELECT d.id, r.value, d.topic FROM dialogues d JOIN ratings r USING (id) WHERE r.value > 3"
    assert corpus.query(sql).to_pylist() == [{"id": "a", "value": 4.0, "topic": "calls"}]
    assert corpus.query("SELECT value, version FROM tags").to_pylist() == [{"value": '["x",1]', "version": 2}]
    assert corpus.query("SELECT count(*) AS n FROM decisions").to_pylist() == [{"n": 0}]
    # `tags` is the dialogues' column as long as it is not read from.
    assert corpus.query("SELECT count(tags) AS n FROM dialogues").to_pylist() == [{"n": 2}]


def test_a_new_column_rewrites_nothing(corpus: Corpus) -> None:
    corpus.add("ratings", [{"id": "a", "value": 4}])
    before = files(corpus, "ratings")
    corpus.add("ratings", [{"id": "b", "value": 5, "mood": "merry", "seconds": 3}])
    after = files(corpus, "ratings")
    assert {name: after[name] for name in before} == before
    found = corpus.query("SELECT id, mood, seconds FROM ratings ORDER BY id").to_pylist()
    assert found == [{"id": "a", "mood": None, "seconds": None}, {"id": "b", "mood": "merry", "seconds": 3}]


def test_replacing_is_one_commit_that_leaves_other_rows_alone(corpus: Corpus) -> None:
    def reject(run: str, name: str) -> dict[str, object]:
        return {"run": run, "id": name, "state": "rejected", "reasons": ["turns >= 4: turns is 3"]}

    corpus.replace("rejects", "run = 'r'", [reject("r", f"{number}") for number in range(5000)])
    corpus.replace("rejects", "run = 's'", [reject("s", "x")])
    corpus.replace("rejects", "run = 'r'", [reject("r", "0"), reject("r", "new")])
    assert corpus.read("rejects", columns=["run", "id"]).to_pylist() == [
        {"run": "s", "id": "x"},
        {"run": "r", "id": "0"},
        {"run": "r", "id": "new"},
    ]
    assert lance.dataset(f"{corpus.location}/rejects.lance").version == 4


def test_what_does_not_fit_is_told(corpus: Corpus) -> None:
    with pytest.raises(DataError, match="did you mean 'ratings'"):
        corpus.add("rating", [{"id": "a"}])
    with pytest.raises(DataError, match=r"does not fit the table 'ratings'.*value: double"):
        corpus.add("ratings", [{"id": "a", "value": "four"}])
    with pytest.raises(DataError, match="does not fit the table 'ratings'"):
        corpus.add("ratings", [{"id": "a", "mood": 1}, {"id": "b", "mood": "merry"}])
    assert corpus.read("ratings").num_rows == 0


@pytest.fixture
def old(tmp_path: Path) -> Corpus:
    """A corpus as dialoom made it before rows had hashes."""
    schema = pa.schema([field for field in SCHEMA if field.name not in ("hash", "made_from")])
    schema = schema.with_metadata({"dialoom.schema_version": "1"})
    made = [dialogue("a"), dialogue("b", examples=["a"]), dialogue("c")]
    rows = pa.Table.from_pylist(rows_of(made, run="r", batch="1"), schema=schema)
    lance.write_dataset(rows, tmp_path / "old" / "dialogues.lance", transaction_properties={"run": "r", "batch": "1"})
    return Corpus.open(tmp_path / "old")


def test_an_older_corpus_is_read_as_it_is(tmp_path: Path, old: Corpus) -> None:
    assert [each.id for each in old.dialogues()] == ["a", "b", "c"]
    assert not verify(old).faults
    today = Corpus.open(tmp_path / "today", create=True)
    today.append(list(old.dialogues()), run="r", batch="1")
    assert old.versions()[-1].hash == today.versions()[-1].hash
    assert old.version == 1


def test_an_older_corpus_gains_columns_and_no_file_is_rewritten(old: Corpus) -> None:
    before = files(old, "dialogues")
    old.append([dialogue("d")], run="s", batch="1")
    after = files(old, "dialogues")
    assert {name: after[name] for name in before} == before
    assert not verify(old).faults
    assert [row.id for row in diff(old, 1, old.version).added] == ["d"]
    removed = old.remove("id = 'a'")
    assert derived(old, removed.ids) == [("r", "b", ("a",))]
    assert old.put_back(1, "id = 'a'").ids == ("a",)
    old.restore(1)
    assert list(old.ids()) == ["a", "b", "c"]
    assert old.versions()[-1].hash == old.versions()[0].hash
    assert not verify(old).faults
    old.append([dialogue("e")], run="s", batch="2")
    assert list(Corpus.open(old.location).ids()) == ["a", "b", "c", "e"]
