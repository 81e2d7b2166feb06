"""Every kind of source: its rows, in their order, and what is said where they cannot be read."""

from __future__ import annotations

import bz2
import datetime
import gzip
import json
import sqlite3
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest

from dialoom.corpus import Corpus
from dialoom.dialogue import Dialogue, Turn
from dialoom.errors import DialoomError
from dialoom.graph.parse_source import parse_source
from tests.graph.written import problems

ROWS = [{"topic": "luggage", "n": 1}, {"topic": "Koffer, groß", "n": 2}]
LINES = "".join(json.dumps(row) + "\n" for row in ROWS).encode()


def read(folder: Path, value: Any) -> list[dict[str, Any]]:
    source = parse_source(value)
    found = list(source.read(folder))
    # Resuming depends on it.
    assert list(source.read(folder)) == found
    return found


def refusal(folder: Path, value: Any) -> str:
    with pytest.raises(DialoomError) as caught:
        read(folder, value)
    return str(caught.value)


def zstd(data: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(data)
    return bytes(sink.getvalue())


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.jsonl.gz", gzip.compress(LINES)),
        ("a.jsonl.bz2", bz2.compress(LINES)),
        ("a.JSONL.zst", zstd(LINES)),
        ("a.json.gz", gzip.compress(json.dumps(ROWS).encode())),
        ("a.json.zst", zstd(json.dumps(ROWS, indent=3, ensure_ascii=False).encode())),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_packed_files(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    assert read(tmp_path, name) == ROWS
    (tmp_path / name).write_bytes(data[: len(data) // 2])
    said = refusal(tmp_path, name)
    assert said.startswith(f"{tmp_path / name}"), said


def test_tabs(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("topic\tn\nKoffer, groß\t2\n", "utf-8")
    assert read(tmp_path, "a.tsv") == [{"topic": "Koffer, groß", "n": "2"}]


def test_a_long_json_list_is_read_in_pieces(tmp_path: Path) -> None:
    rows = [{"n": n, "text": 'ä]},{[\\"' * (n % 700)} for n in range(600)]
    for indent in (None, 2):
        (tmp_path / "a.json").write_text(json.dumps(rows, indent=indent, ensure_ascii=False), "utf-8")
        assert read(tmp_path, "a.json") == rows
    text = json.dumps(rows, indent=0).splitlines()
    text[1500] = '"n": nought,'
    (tmp_path / "a.json").write_text("\n".join(text))
    assert refusal(tmp_path, "a.json").startswith(f"{tmp_path / 'a.json'}:1501: the JSON does not parse")


@pytest.mark.parametrize(
    ("text", "line", "hint"),
    [
        ('[{"a": 1}\n {"a": 2}]', 2, "no comma after [0]"),
        ('[{"a": 1},\n', 2, "does not parse"),
        ('[{"a": 1}\n', 2, "it ends after [0]"),
        ('[{"a": 1},]', 1, "does not parse"),
        ('[{"a": 1}]\n{"b": 2}', 2, "after the list"),
        ('[{"a": NaN}]', 1, "does not parse"),
        ("", 1, "is empty"),
    ],
)
def test_json_that_is_no_list(tmp_path: Path, text: str, line: int, hint: str) -> None:
    (tmp_path / "a.json").write_text(text)
    said = refusal(tmp_path, "a.json")
    assert said.startswith(f"{tmp_path / 'a.json'}:{line}: "), said
    assert hint in said


TABLE = pa.table(
    {
        "n": [1, 2, None],
        "day": [datetime.date(2024, 2, 3)] * 3,
        "price": [Decimal("1.50"), Decimal("2.00"), None],
        "x": [0.5, float("nan"), 2.0],
        "tags": [["a"], [], None],
    }
)
PLAIN = [
    {"n": 1, "day": "2024-02-03", "price": 1.5, "x": 0.5, "tags": ["a"]},
    {"n": 2, "day": "2024-02-03", "price": 2, "x": None, "tags": []},
    {"n": None, "day": "2024-02-03", "price": None, "x": 2.0, "tags": None},
]


def write_stream(table: pa.Table, path: Path) -> None:
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, table.schema) as stream:
        stream.write_table(table, max_chunksize=2)


def test_tables_of_arrow(tmp_path: Path) -> None:
    pq.write_table(TABLE, tmp_path / "a.parquet", row_group_size=2)
    feather.write_feather(TABLE, tmp_path / "a.feather", chunksize=2)
    write_stream(TABLE, tmp_path / "a.arrow")
    for name in ("a.parquet", "a.feather", "a.arrow"):
        assert read(tmp_path, name) == PLAIN
        data = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(data[: len(data) // 2])
        assert "or it is damaged" in refusal(tmp_path, name)
    for value, hint in ((b"\xff\x00", "row 2: 'x' holds bytes"), (float("inf"), "row 2: 'x' is infinite")):
        pq.write_table(pa.table({"x": [None, value]}), tmp_path / "b.parquet")
        assert hint in refusal(tmp_path, "b.parquet")


def test_files_by_a_pattern(tmp_path: Path) -> None:
    (tmp_path / "logs/deep").mkdir(parents=True)
    for name, n in (("logs/b.jsonl", 2), ("logs/a.jsonl", 1), ("logs/deep/c.jsonl", 3), ("logs/.d.jsonl", 4)):
        (tmp_path / name).write_text(json.dumps({"n": n}))
    assert read(tmp_path, "logs/*.jsonl") == [{"n": 1}, {"n": 2}]
    assert read(tmp_path, f"{tmp_path}/logs/**/*.jsonl") == [{"n": 1}, {"n": 2}, {"n": 3}]
    (tmp_path / "logs/b.jsonl").write_text('{"n": 1}\n{')
    assert refusal(tmp_path, "logs/*.jsonl").startswith(f"{tmp_path}/logs/b.jsonl:2: ")
    assert "no file matches" in refusal(tmp_path, "log/*.jsonl")
    # A file that is really called so goes before.
    (tmp_path / "a[1].txt").write_text("one")
    assert read(tmp_path, "a[1].txt") == [{"text": "one"}]


def test_no_data(tmp_path: Path) -> None:
    assert read(tmp_path, {"count": 3}) == [{}, {}, {}]
    assert read(tmp_path, 2) == [{}, {}]
    assert "at least 1" in refusal(tmp_path, 0)
    assert "expected a source, got None" in refusal(tmp_path, None)
    assert "does not say where its rows are" in refusal(tmp_path, {"limit": 3})
    assert "either 'sql' or 'file'" in refusal(tmp_path, {"file": "a", "sql": "b"})


SELECT = "SELECT name, n FROM people ORDER BY n"
PEOPLE = [("Ana", 1), ("Tom", 2)]


@pytest.fixture
def databases(tmp_path: Path) -> Path:
    for path, connect in ((tmp_path / "a.duckdb", duckdb.connect), (tmp_path / "a.sqlite", sqlite3.connect)):
        with connect(str(path)) as connection:
            connection.execute("CREATE TABLE people (name VARCHAR, n INTEGER, photo BLOB)")
            connection.executemany("INSERT INTO people VALUES (?, ?, NULL)", PEOPLE)
        connection.close()
    return tmp_path


@pytest.mark.parametrize("name", ["a.duckdb", "a.sqlite"])
def test_databases(databases: Path, name: str) -> None:
    found = [{"name": name, "n": n} for name, n in PEOPLE]
    assert read(databases, {"sql": SELECT, "database": name}) == found
    for sql, hint in (
        ("SELECT nme FROM people", "nme"),
        ("SELCT 1", "sql: "),
        ("DELETE FROM people", "sql: "),
        ("SELECT name, n AS name FROM people", "two columns of the answer are called 'name'"),
        ("SELECT x'ff' AS photo", "'photo' holds bytes" if name == "a.sqlite" else "sql"),
        ("SELECT name FROM people WHERE n > 5", "no rows"),
        ("SELECT name FROM people ORDER BY random()", "something else at each reading"),
    ):
        assert hint in refusal(databases, {"sql": sql, "database": name}), sql
    assert read(databases, {"sql": SELECT, "database": name}) == found


def test_sql_over_files_beside_the_recipe(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("name,age\nAna,31\nTom,29\n")
    assert read(tmp_path, {"sql": "FROM 'people.csv' SELECT name WHERE age > 30"}) == [{"name": "Ana"}]
    assert "random() gives something else" in refusal(tmp_path, {"sql": "SELECT random() AS x"})
    assert "now() gives something else" in refusal(tmp_path, {"sql": "SELECT now() AS x"})
    assert "no such database" in refusal(tmp_path, {"sql": "SELECT 1", "database": "absent.db"})
    (tmp_path / "bad.db").write_text("nothing of the kind")
    assert "cannot open the database" in refusal(tmp_path, {"sql": "SELECT 1", "database": "bad.db"})


def test_postgres_without_its_extension(tmp_path: Path) -> None:
    connection = duckdb.connect(config={"autoinstall_known_extensions": False})
    try:
        connection.execute("LOAD postgres")
        pytest.skip("DuckDB's extension for Postgres is installed here")
    except duckdb.Error:
        pass
    said = refusal(tmp_path, {"sql": "SELECT 1", "database": "postgresql://me:pass@127.0.0.1/db"})
    assert "INSTALL postgres" in said
    assert "me:pass" not in said


def test_a_corpus(tmp_path: Path) -> None:
    corpus = Corpus.open(tmp_path / "corpus", create=True)
    made = [Dialogue(id=f"d{n}", topic=f"t{n}", turns=[Turn(speaker="A", text=f"hi {n}")] * n) for n in (1, 2, 3)]
    corpus.append(made[:2], run="one", batch="b1")
    first = corpus.version
    corpus.append(made[2:], run="two", batch="b2")
    assert [row["topic"] for row in read(tmp_path, {"corpus": "corpus"})] == ["t1", "t2", "t3"]
    assert [row["topic"] for row in read(tmp_path, {"corpus": "corpus", "version": first})] == ["t1", "t2"]
    assert [row["topic"] for row in read(tmp_path, {"corpus": "corpus", "run": "two"})] == ["t3"]
    (row,) = read(tmp_path, {"corpus": "corpus", "where": "n_turns < 2", "select": ["topic", "dialogue"]})
    assert row == {"topic": "t1", "dialogue": {"turns": [{"speaker": "A", "text": "hi 1"}], "script": "A: hi 1"}}
    assert "no such folder" in (said := refusal(tmp_path, {"corpus": "absent"})) or "does not exist" in said
    assert "turms" in refusal(tmp_path, {"corpus": "corpus", "where": "turms > 1"})


def test_a_source_that_would_grow_with_the_run(tmp_path: Path) -> None:
    corpus = Corpus.open(tmp_path / "corpus", create=True)
    corpus.append([Dialogue(id="d", topic="t", turns=[Turn(speaker="A", text="hi")])], run="one", batch="b1")
    text = "recipe: r\nsource: {join: stack, of: [{corpus: ./corpus%s}, [{topic: x}]]}\ncorpus: corpus\n"
    rest = "nodes: {s: {kind: sample, fields: {x: [1]}}}\n"
    (said,) = problems(tmp_path, text % "" + rest)
    assert said.startswith("recipe.yaml:2, source.of.1.corpus: the source is the corpus that the run writes to"), said
    assert problems(tmp_path, text % f", version: {corpus.version}" + rest) == []


def save_to_disk(folder: Path, table: pa.Table, split: str | None = None) -> None:
    """What `datasets` 4 and 5 write."""
    folder.mkdir(parents=True)
    names = [f"data-{n:05}-of-00002.arrow" for n in range(2)]
    write_stream(table.slice(0, 2), folder / names[0])
    write_stream(table.slice(2), folder / names[1])
    state = {"_data_files": [{"filename": name} for name in names], "_split": split}
    (folder / "state.json").write_text(json.dumps(state))
    (folder / "dataset_info.json").write_text("{}")


def test_data_sets_in_a_folder(tmp_path: Path) -> None:
    save_to_disk(tmp_path / "one", TABLE)
    assert read(tmp_path, {"dataset": "one"}) == PLAIN
    save_to_disk(tmp_path / "two/train", TABLE, "train")
    save_to_disk(tmp_path / "two/test", TABLE.slice(2), "test")
    (tmp_path / "two/dataset_dict.json").write_text('{"splits": ["train", "test"]}')
    assert read(tmp_path, {"dataset": "two"}) == PLAIN
    assert read(tmp_path, {"dataset": "two", "split": "test"}) == PLAIN[2:]
    assert "did you mean 'test'" in refusal(tmp_path, {"dataset": "two", "split": "tset"})
    (tmp_path / "hub/data").mkdir(parents=True)
    pq.write_table(TABLE.slice(0, 2), tmp_path / "hub/data/train-00000-of-00002.parquet")
    pq.write_table(TABLE.slice(2), tmp_path / "hub/data/train-00001-of-00002.parquet")
    assert read(tmp_path, {"dataset": "hub"}) == PLAIN
    assert "no split 'test'" in refusal(tmp_path, {"dataset": "hub", "split": "test"})
    (tmp_path / "empty").mkdir()
    assert "holds no data set" in refusal(tmp_path, {"dataset": "empty"})
    assert "there is no such folder" in refusal(tmp_path, {"dataset": "./a/b/c"})


def test_data_sets_that_the_library_saved(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    made = datasets.Dataset.from_list([{"n": n, "tags": [str(n)]} for n in range(5)]).filter(lambda row: row["n"] != 2)
    made.save_to_disk(tmp_path / "one", num_shards=2)
    datasets.DatasetDict({"train": made, "test": made.select([0])}).save_to_disk(tmp_path / "two")
    expected = [{"n": n, "tags": [str(n)]} for n in (0, 1, 3, 4)]
    assert read(tmp_path, {"dataset": "one"}) == expected
    assert read(tmp_path, {"dataset": "two", "split": "test"}) == expected[:1]


def test_the_hub_without_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "datasets", None)
    assert "pip install datasets" in refusal(tmp_path, {"dataset": "somebody/something"})
