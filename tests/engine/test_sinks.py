"""What a run writes at its end: every kind, whole or not at all, and again after a failure."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

import dialoom
from dialoom.dialogue.formats import read_dialogues
from tests.graph.written import problems
from tests.support.fault_server import FaultServer

TOPICS = ["luggage", "seat", "Koffer, groß"]


@pytest.fixture(scope="module")
def server() -> Iterator[FaultServer]:
    with FaultServer() as server:
        yield server


def made(server: FaultServer, sinks: list[Any], folder: Path, **fields: Any) -> dialoom.Recipe:
    from dialoom.yaml_file import Lines

    source = [{"topic": topic, "n": n, "deep": {"a": [n]}} for n, topic in enumerate(TOPICS)]
    recipe = dialoom.Recipe("r", models={"writer": server.url}, source=source, sinks=sinks, **fields)
    recipe.add("dialogue", "converse", speakers=["Ana", "Tom"], turns=4)
    return recipe.located(Lines(), folder)


def test_every_kind_at_once(tmp_path: Path, server: FaultServer) -> None:
    sinks = [
        {"file": "out/train.jsonl", "to": "messages"},
        "out/all.jsonl",
        "out/all.parquet",
        "out/data",
        {"file": "out/rows.json"},
        {"file": "out/rows.csv", "columns": ["topic", "n", "script"]},
        {"file": "out/rows.jsonl.gz", "to": "rows"},
        {"file": "out/rows.parquet", "to": "rows"},
        {"database": "out/a.duckdb"},
        {"database": "out/a.sqlite", "table": "talk", "where": "topic <> 'seat'"},
        {"database": "out/a.sqlite", "table": "more"},
    ]
    report = dialoom.run(made(server, sinks, tmp_path), tmp_path / "run")
    assert report.error is None
    assert [told["rows"] for told in report.sinks] == [3, 3, 3, 3, 3, 3, 3, 3, 3, 2, 3]
    out = tmp_path / "out"
    lines = (out / "train.jsonl").read_text("utf-8").splitlines()
    assert all(len(json.loads(line)["messages"]) >= 4 for line in lines)
    assert len(lines) == 3
    for name in ("all.jsonl", "all.parquet", "data"):
        assert sorted(dialogue.topic or "" for dialogue in read_dialogues(out / name)) == sorted(TOPICS)
    rows = json.loads((out / "rows.json").read_text("utf-8"))
    assert sorted(row["topic"] for row in rows) == sorted(TOPICS)
    assert rows[0]["deep"] == {"a": [rows[0]["n"]]}
    assert rows[0]["turns"][0]["speaker"] == "Ana"
    with (out / "rows.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    assert table == [{"topic": row["topic"], "n": str(row["n"]), "script": row["script"]} for row in rows]
    found = pq.read_table(out / "rows.parquet").to_pylist()
    assert [(row["topic"], row["n"], json.loads(row["deep"])) for row in found] == [
        (row["topic"], row["n"], row["deep"]) for row in rows
    ]
    with duckdb.connect(str(out / "a.duckdb"), read_only=True) as base:
        assert base.execute("SELECT sum(n), count(script) FROM dialogues").fetchone() == (3, 3)
    with sqlite3.connect(out / "a.sqlite") as lite:
        assert [row[0] for row in lite.execute("SELECT topic FROM talk ORDER BY n")] == ["luggage", "Koffer, groß"]
        assert lite.execute("SELECT sum(n) FROM more").fetchone() == (3,)
    lite.close()


def test_what_a_sink_wrote_is_a_source(tmp_path: Path, server: FaultServer) -> None:
    sinks: list[Any] = ["rows.json", {"database": "a.duckdb"}, {"file": "data", "to": "huggingface"}]
    dialoom.run(made(server, sinks, tmp_path), tmp_path / "run")
    from dialoom.graph.parse_source import parse_source

    for source in ({"file": "rows.json"}, {"sql": "FROM dialogues", "database": "a.duckdb"}, {"dataset": "data"}):
        rows = list(parse_source(source).read(tmp_path))
        assert sorted(row["topic"] for row in rows) == sorted(TOPICS)


def test_a_sink_that_fails_loses_nothing_and_is_written_by_the_next_run(tmp_path: Path, server: FaultServer) -> None:
    (tmp_path / "out").write_text("in the way of a folder")
    sinks = ["first.jsonl", "out/all.jsonl", {"file": "last.csv", "columns": ["topic", "nobody"]}, "last.jsonl"]
    calls = server.stats()["requests"]
    report = dialoom.run(made(server, sinks, tmp_path), tmp_path / "run")
    assert (report.status, report.counts.kept) == ("finished", 3)
    assert report.error is not None
    assert report.error.exit_code == 5
    assert str(tmp_path / "out/all.jsonl") in str(report.error)
    assert [told["rows"] for told in report.sinks] == [3, None, None, 3]
    assert "no dialogue has the column 'nobody'" in report.sinks[2]["error"]
    assert not (tmp_path / "last.csv").exists()
    (tmp_path / "out").unlink()
    before = (tmp_path / "first.jsonl").stat().st_mtime_ns
    again = dialoom.run(made(server, sinks[:2], tmp_path), tmp_path / "run")
    assert again.error is None
    # What is there already is left alone, and nothing is asked again.
    assert [told["rows"] for told in again.sinks] == [None, 3]
    assert (tmp_path / "first.jsonl").stat().st_mtime_ns == before
    assert server.stats()["requests"] - calls == 3
    # A file that somebody changed is written anew.
    (tmp_path / "first.jsonl").write_text("spoilt")
    third = dialoom.run(made(server, sinks[:2], tmp_path), tmp_path / "run")
    assert [told["rows"] for told in third.sinks] == [3, None]


def test_an_old_table_stays_where_the_new_one_cannot_be_written(tmp_path: Path, server: FaultServer) -> None:
    with sqlite3.connect(tmp_path / "a.sqlite") as held:
        held.execute("CREATE TABLE dialogues (old)")
        held.execute("CREATE TABLE mine (n)")
    held.execute("BEGIN EXCLUSIVE")
    try:
        report = dialoom.run(made(server, [{"database": "a.sqlite"}], tmp_path), tmp_path / "run")
        assert "database is locked" in str(report.error)
        assert held.execute("SELECT count(*) FROM dialogues").fetchone() == (0,)
    finally:
        held.rollback()
        held.close()


def test_nothing_kept_writes_nothing(tmp_path: Path, server: FaultServer) -> None:
    recipe = made(server, ["all.jsonl"], tmp_path, quality={"rules": ["turns > 99"]})
    report = dialoom.run(recipe, tmp_path / "run")
    assert (report.counts.kept, report.error) == (0, None)
    assert not (tmp_path / "all.jsonl").exists()


RECIPE = """\
recipe: r
models: {writer: URL}
source: topics.csv
nodes:
  dialogue: {kind: converse, speakers: [A, B], turns: 4}
sinks:
  - %s
"""


@pytest.mark.parametrize(
    ("sink", "place", "hint"),
    [
        ("{file: a.jsonl, to: mesages}", "sinks[0].to", "did you mean 'messages'"),
        ("{file: a.xlsx}", "sinks[0].file", "use one of .jsonl"),
        ("{file: a.jsonl, where: n_turms > 3}", "sinks[0].where", "n_turms"),
        ("{file: topics.csv}", "sinks[0]", "would write over it"),
        ("{file: a.parquet, columns: [a]}", "sinks[0].columns", "take `to: rows`"),
        ("{fle: a.jsonl}", "sinks[0]", "did you mean 'file'"),
        ("{database: a.mdb}", "sinks[0].database", ".duckdb"),
        ("a.jsonl\n  - a.jsonl", "sinks[1]", "two sinks write the same"),
        ("{file: a.jsonl, tabel: x}", "sinks[0].tabel", "unknown field 'tabel'"),
    ],
)
def test_what_is_wrong_is_found_before_a_run(tmp_path: Path, sink: str, place: str, hint: str) -> None:
    (tmp_path / "topics.csv").write_text("topic\nluggage\n")
    (said,) = problems(tmp_path, RECIPE.replace("URL", "http://127.0.0.1:9/v1") % sink)
    assert f", {place}: " in said, said
    assert hint in said
