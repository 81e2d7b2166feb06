"""The corpus through its public door: what goes in comes out, in order, version by version."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialoom.corpus import Corpus
from dialoom.dialogue import Dialogue, Lineage, Turn
from dialoom.errors import DataError, StorageError, UsageError
from tests.dialogue.strategies import dialogues


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return Corpus.open(tmp_path / "corpus", create=True)


def record(name: str, *position: int, seed: str | None = None, score: int = 0) -> Dialogue:
    return Dialogue(
        id=name,
        turns=[Turn(speaker="A", text=f"I am {name}"), Turn(speaker="B", text="hello", intent="greet")],
        tags={"score": score},
        lineage=Lineage(seed=seed, position=list(position)),
    )


def names(read: Iterator[Dialogue]) -> list[str]:
    return [dialogue.id for dialogue in read]


@settings(max_examples=25, deadline=None)
@given(st.lists(dialogues, max_size=4), st.lists(dialogues, max_size=3))
def test_what_goes_in_comes_out(first: list[Dialogue], second: list[Dialogue]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        written = Corpus.open(folder, create=True)
        written.append(first, run="a", batch="0")
        written.append(second, run="b", batch="0")
        read = list(Corpus.open(folder).dialogues())
    key = {id(dialogue): (dialogue.lineage.position, dialogue.id.encode()) for dialogue in [*first, *second]}
    expected = sorted(first, key=lambda d: key[id(d)]) + sorted(second, key=lambda d: key[id(d)])
    assert [(d.lineage.position, d.id) for d in read] == [(d.lineage.position, d.id) for d in expected]
    assert sorted(d.to_json() for d in read) == sorted(d.to_json() for d in expected)
    for dialogue in expected:
        assert dialogue in read


def test_order_is_run_position_id_whatever_the_commits(corpus: Corpus) -> None:
    positions = [(source, child) for source in (0, 1, 2, 9, 10, 100) for child in range(60)] + [(1,), (10,)]
    records = [(run, record(f"{tie}{position}", *position)) for run in "ab" for position in positions for tie in "xy"]
    random.Random(3).shuffle(records)
    for start in range(0, len(records), 100):
        chunk = records[start : start + 100]
        for run in "ba":
            corpus.append([each for owner, each in chunk if owner == run], run=run, batch=str(start))
    expected = [f"{tie}{position}" for position in sorted(positions) for tie in "xy"] * 2
    assert names(corpus.dialogues()) == expected
    assert list(corpus.ids()) == expected
    corpus.compact()
    assert names(corpus.dialogues()) == expected


def test_nothing_to_append_is_no_version(corpus: Corpus) -> None:
    before = corpus.version
    assert corpus.append([], run="r", batch="0") == before
    assert corpus.version == before


def test_a_version_stays_as_it_was(corpus: Corpus) -> None:
    one = corpus.append([record("a", 0)], run="r", batch="0")
    two = corpus.append([record("b", 1)], run="r", batch="1")
    corpus.remove("id = 'a'")
    corpus.compact()
    assert one < two
    assert names(corpus.dialogues(one)) == ["a"]
    assert names(corpus.dialogues(two)) == ["a", "b"]
    assert names(corpus.dialogues()) == ["b"]


def test_a_reader_keeps_the_version_it_began_with(corpus: Corpus) -> None:
    corpus.append([record(f"{n:04}", n) for n in range(600)], run="r", batch="0")
    reading = corpus.dialogues()
    first = next(reading)
    corpus.remove("n_turns > 0")
    corpus.append([record("new", 5)], run="r", batch="1")
    corpus.compact()
    assert [first.id, *names(reading)] == [f"{n:04}" for n in range(600)]


def test_another_opener_sees_each_commit(corpus: Corpus) -> None:
    other = Corpus.open(corpus.location)
    corpus.append([record("a", 0)], run="r", batch="0")
    assert other.count() == 1
    assert other.version == corpus.version
    other.append([record("b", 1)], run="r", batch="1")
    assert names(corpus.dialogues()) == ["a", "b"]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("run = 'r'", ["a", "b"]),
        ("json_extract(tags, '$.score')::int >= 3", ["b", "c"]),
        ("list_contains(speakers, 'A') AND id <> 'a'", ["b", "c"]),
        ("json_extract_string(turn_notes, '$[1].intent') = 'greet' AND position[1] = 1", ["b"]),
        ("id IN ('a', 'c', 'z') -- a comment", ["a", "c"]),
        ("seed IS NULL", ["c"]),
        ("id = 'z'", []),
    ],
)
def test_where_is_duckdb_sql_over_any_column(corpus: Corpus, where: str, expected: list[str]) -> None:
    corpus.append([record("a", 0, seed="s0"), record("b", 1, seed="s1", score=3)], run="r", batch="0")
    corpus.append([record("c", 0, score=5)], run="s", batch="0")
    assert names(corpus.dialogues(where=where)) == expected
    assert list(corpus.ids(where)) == expected
    assert corpus.count(where) == len(expected)
    before = corpus.version
    assert list(corpus.remove(where).ids) == expected
    assert (corpus.version > before) == bool(expected)
    assert names(corpus.dialogues()) == [name for name in "abc" if name not in expected]


def test_remove_of_many_scattered_rows(corpus: Corpus) -> None:
    for start in range(0, 3000, 500):
        corpus.append([record(f"{n:04}", n) for n in range(start, start + 500)], run="r", batch=str(start))
    assert len(corpus.remove("position[1] % 3 > 0").ids) == 2000
    assert list(corpus.ids()) == [f"{n:04}" for n in range(0, 3000, 3)]


def test_seeds_and_ids_are_those_of_one_run(corpus: Corpus) -> None:
    corpus.append([record("a", 0, seed="s0"), record("b", 1, seed="s0"), record("n", 2)], run="r'1", batch="0")
    corpus.append([record("c", 0, seed="s9")], run="other", batch="0")
    assert sorted(corpus.seeds_and_ids("r'1")) == [("s0", "a"), ("s0", "b")]
    assert list(corpus.seeds_and_ids("nobody")) == []


def test_query_answers_sql(corpus: Corpus) -> None:
    corpus.append([record("a", 0, score=1), record("b", 1, score=3)], run="r", batch="0")
    corpus.append([record("c", 0, score=5)], run="s", batch="0")
    sql = "SELECT run, avg(json_extract(tags, '$.score')::int) AS score FROM dialogues GROUP BY run ORDER BY run"
    assert corpus.query(sql).to_pylist() == [{"run": "r", "score": 2.0}, {"run": "s", "score": 5.0}]
    joined = "SELECT count(*) AS n FROM dialogues x JOIN dialogues y USING (run) WHERE x.id < y.id AND x.run = 'r'"
    assert corpus.query(joined).to_pylist() == [{"n": 1}]
    spoken = "SELECT turn_texts[list_position(turn_speakers, 'A')] AS text FROM dialogues WHERE id = 'c'"
    assert corpus.query(spoken).to_pylist() == [{"text": "I am c"}]


def test_a_filter_on_a_column_behind_the_nested_ones_is_answered(corpus: Corpus) -> None:
    corpus.append([record(f"{n:03}", n) for n in range(300)], run="r", batch="0")
    sql = "SELECT id, turn_texts FROM dialogues WHERE _rowoffset IN (5, 250) ORDER BY id"
    assert [row["id"] for row in corpus.query(sql).to_pylist()] == ["005", "250"]


def test_wrong_sql_is_explained(corpus: Corpus) -> None:
    with pytest.raises(UsageError, match=r"^sql: there is no column 'topc' \(did you mean 'topic'\?\)$"):
        corpus.query("SELECT topc FROM dialogues")
    with pytest.raises(UsageError, match=r"no column 'score' \(columns are listed by.*json_extract"):
        corpus.count("score > 3")
    with pytest.raises(UsageError, match=r"no column 'idd' \(did you mean 'id'"):
        corpus.query("SELECT d.idd FROM dialogues d")
    with pytest.raises(UsageError, match=r"no table 'raitings' \(did you mean 'ratings'"):
        corpus.query("SELECT * FROM raitings")
    with pytest.raises(UsageError, match=r"no function 'lenght' \(did you mean 'length'"):
        corpus.query("SELECT lenght(id) FROM dialogues")
    with pytest.raises(UsageError, match=r"does not parse: syntax error at or near"):
        corpus.count("id = = 3")
    corpus.append([record("a", 0)], run="r", batch="0")
    with pytest.raises(UsageError, match=r"cannot be run: Could not convert string 'a' to INT32"):
        corpus.query("SELECT id::int FROM dialogues")


def test_versions_tell_what_made_them(corpus: Corpus) -> None:
    corpus.append([record("a", 0), record("b", 1)], run="r1", batch="7")
    corpus.remove("id = 'a'")
    versions = corpus.versions()
    assert [(version.rows, version.run, version.batch) for version in versions] == [
        (0, None, None),
        (2, "r1", "7"),
        (1, None, None),
    ]
    assert [version.what for version in versions] == [
        "created",
        "append 2 of run r1, batch 7",
        "remove 1 where id = 'a'",
    ]
    assert versions[-1].number == corpus.version
    assert versions[0].at <= versions[-1].at


def test_compact_merges_files(corpus: Corpus) -> None:
    for n in range(20):
        corpus.append([record(str(n), n)], run="r", batch=str(n))
    assert corpus.fragments == 20
    assert corpus.compact() == 1
    version = corpus.version
    assert corpus.compact() == 1
    assert corpus.version == version
    assert list(corpus.ids()) == [str(n) for n in range(20)]


def test_a_dialogue_that_cannot_be_stored_is_named_and_nothing_is_committed(corpus: Corpus) -> None:
    before = corpus.version
    bad = Dialogue(id="d7", fields={"x": "\ud800"})
    with pytest.raises(DataError, match="'d7' holds a value that has no JSON form"):
        corpus.append([record("a", 0), bad], run="r", batch="0")
    with pytest.raises(DataError, match=r"lineage\.position: dialogue 'far'"):
        corpus.append([record("far", 2**63)], run="r", batch="0")
    assert corpus.version == before
    assert corpus.count() == 0


def test_opening_what_is_no_corpus(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="does not exist"):
        Corpus.open(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()
    with pytest.raises(StorageError, match=r"is not a corpus: it holds no dialogues\.lance"):
        Corpus.open(tmp_path)
    (tmp_path / "file").write_text("x")
    with pytest.raises(StorageError, match="a corpus is a folder, and this is a file"):
        Corpus.open(tmp_path / "file", create=True)


def test_opening_a_table_of_another_maker_or_time(tmp_path: Path) -> None:
    import lance
    import pyarrow as pa

    lance.write_dataset(pa.table({"id": ["a"]}), tmp_path / "other" / "dialogues.lance")
    with pytest.raises(StorageError, match="was not made by dialoom"):
        Corpus.open(tmp_path / "other")
    future = pa.table({"id": ["a"]}).replace_schema_metadata({"dialoom.schema_version": "99"})
    lance.write_dataset(future, tmp_path / "future" / "dialogues.lance")
    with pytest.raises(StorageError, match=r"schema version 99.*upgrade dialoom"):
        Corpus.open(tmp_path / "future")


def test_a_version_that_is_not_there(corpus: Corpus) -> None:
    for number in (99, 0, -1, 10**30):
        with pytest.raises(UsageError, match=rf"corpus: there is no version {number}: versions there are 1 to 1 .*log"):
            corpus.dialogues(number)


def test_small_batches_of_bare_dialogues_read_back_after_a_merge(corpus: Corpus) -> None:
    """Lance 6 wrote turns as structs, a field of which was null in all rows, that it could not read again."""
    made = [
        Dialogue(
            id=f"{n:03}",
            turns=[Turn(speaker="AB"[turn % 2], text=f"{n} says {turn}") for turn in range(n % 9)],
            lineage=Lineage(position=[n // 9, n % 9]),
        )
        for n in range(150)
    ]
    for start in range(0, 150, 7):
        corpus.append(made[start : start + 7], run="r", batch=str(start))
        assert list(corpus.dialogues()) == made[: start + 7]
    corpus.compact()
    assert list(corpus.dialogues()) == made
