"""A query reads the tables of its corpus and nothing else, whoever wrote it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dialoom.corpus import Corpus, exports_holding
from dialoom.errors import UsageError
from tests.corpus.made import dialogue


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    made = Corpus.open(tmp_path / "corpus", create=True)
    made.append([dialogue("a", 0), dialogue("b", 1)], run="r", batch="0")
    return made


@pytest.mark.parametrize(
    "sql",
    [
        "COPY dialogues TO 'FILE'",
        "EXPORT DATABASE 'FILE'",
        "ATTACH 'FILE' AS other",
        "INSTALL httpfs",
        "LOAD httpfs",
        "PRAGMA version",
        "CALL pragma_version()",
        "SET enable_external_access = true",
        "CREATE TABLE t AS SELECT 1",
        "CREATE OR REPLACE VIEW dialogues AS SELECT 1",
        "DROP VIEW dialogues",
        "DELETE FROM dialogues",
        "SELECT 1; COPY dialogues TO 'FILE'",
        "SELECT * FROM read_csv('SECRET')",
        "SELECT * FROM read_text('SECRET')",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM 'SECRET'",
        "SELECT * FROM query('SELECT * FROM read_text(''SECRET'')')",
        "SELECT * FROM table",
        "",
        "-- nothing",
    ],
)
def test_what_is_not_reading_the_corpus_is_refused(corpus: Corpus, sql: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("word\nhush\n")
    target = tmp_path / "made"
    statement = sql.replace("FILE", str(target)).replace("SECRET", str(secret))
    for ask in (corpus.query, lambda sql: list(corpus.batches(sql))):
        with pytest.raises(UsageError) as told:
            ask(statement)
        assert told.value.remedy
    assert not target.exists()
    assert corpus.count() == 2


def test_batches_are_the_same_rows(tmp_path: Path) -> None:
    made = Corpus.open(tmp_path / "large", create=True)
    made.append([dialogue(f"d{number}", number) for number in range(10_000)], run="r", batch="0")
    batches = list(made.batches("SELECT id FROM dialogues ORDER BY id"))
    assert len(batches) > 1
    rows = [row["id"] for batch in batches for row in batch.to_pylist()]
    assert rows == made.query("SELECT id FROM dialogues ORDER BY id").column(0).to_pylist()
    with pytest.raises(UsageError, match="two columns"):
        list(made.batches("SELECT id, run AS id FROM dialogues"))


@pytest.mark.parametrize("where", ["true); COPY (SELECT 1) TO 'FILE'; SELECT (1", "id IN (FROM read_text('FILE'))", ""])
def test_a_condition_reaches_no_further(corpus: Corpus, where: str, tmp_path: Path) -> None:
    target = tmp_path / "made"
    given = where.replace("FILE", str(target))
    asks: list[Callable[[], object]] = [
        lambda: corpus.count(given),
        lambda: corpus.remove(given),
        lambda: list(corpus.ids(given)),
        lambda: corpus.sample(1, where=given),
    ]
    for ask in asks:
        with pytest.raises(UsageError):
            ask()
    assert not target.exists()
    assert corpus.count() == 2


def test_the_record_of_an_export_reaches_no_further(corpus: Corpus, tmp_path: Path) -> None:
    row = {"file": "f", "file_hash": "h", "format": "jsonl", "rows": 1, "rows_hash": "", "version_hash": ""}
    corpus.add("exports", [row | {"where": f"id IN (SELECT content FROM read_text('{tmp_path}/*'))"}])
    with pytest.raises(UsageError, match="out of a query's reach"):
        exports_holding(corpus, "a")


@pytest.mark.parametrize(
    "sql",
    [
        "WITH one AS (SELECT id FROM dialogues) SELECT count(*) AS n FROM one",
        "DESCRIBE dialogues",
        "SUMMARIZE dialogues",
        "FROM dialogues SELECT id",
        "DESCRIBE ratings",
        "SELECT count(*) FROM tags",
        "PIVOT dialogues ON topic IN ('calls') USING count(*)",
    ],
)
def test_what_reads_is_answered(corpus: Corpus, sql: str) -> None:
    assert corpus.query(sql).num_rows


def test_columns_of_one_name_are_not_lost(corpus: Corpus) -> None:
    with pytest.raises(UsageError, match="two columns of the answer are called 'id'"):
        corpus.query("SELECT id, id FROM dialogues")
