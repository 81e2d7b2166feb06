"""The files that recipes in docs/ read, made beside a recipe that names them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

TOPICS = ["lost luggage", "seat upgrade", "a missed connection"]
PEOPLE = "name,job,age,city,weight\nAna,pilot,31,Bonn,3\nTom,cook,44,Ulm,1\nEva,nurse,29,Bonn,2\nJon,pupil,14,Ulm,1\n"
STEPS = """\
def clean(text, **rest):
    text = " ".join(text.split())
    return {"text": text, "words": len(text.split())} if text else None


def account_number(name, random):
    return f"{name[0]}-{random.randint(10_000, 99_999)}"


def sentences(line):
    return [part.strip() + "." for part in line.split(".") if part.strip()]


def in_capitals(topic):
    return {"topic": topic.upper()}


def measured(dialogue):
    return {"letters": sum(len(turn["text"]) for turn in dialogue["turns"])}
"""


def make_files(text: str, folder: Path) -> None:
    """Make the files whose names are in the text of a recipe."""
    for name, make in _FILES.items():
        if name in text:
            make(folder / name)


def _rows() -> list[dict[str, object]]:
    return [{"topic": topic, "n": n, "text": f" about  {topic} "} for n, topic in enumerate(TOPICS)]


def _jsonl(path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in _rows()), "utf-8")


def _parquet(path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.Table.from_pylist(_rows()), path)


def _data_set(path: Path) -> None:
    import pyarrow as pa

    path.mkdir()
    table = pa.Table.from_pylist(_rows())
    with pa.OSFile(str(path / "data-00000-of-00001.arrow"), "wb") as file, pa.ipc.new_stream(file, table.schema) as out:
        out.write_table(table)
    (path / "state.json").write_text('{"_data_files": [{"filename": "data-00000-of-00001.arrow"}], "_split": "train"}')


def _sqlite(path: Path) -> None:
    with sqlite3.connect(path) as base:
        base.execute("CREATE TABLE tickets (id INTEGER, topic TEXT, open BOOLEAN)")
        base.executemany("INSERT INTO tickets VALUES (?, ?, TRUE)", enumerate(TOPICS))
    base.close()


def _corpus(path: Path) -> None:
    from dialoom.corpus import Corpus
    from dialoom.dialogue import Dialogue, Turn

    turns = [Turn(speaker="Ana", text="Where is my bag?"), Turn(speaker="Tom", text="On its way.")]
    made = [Dialogue(id=f"d{n}", topic=topic, turns=turns * (n + 1)) for n, topic in enumerate(TOPICS)]
    Corpus.open(path, create=True).append(made, run="first", batch="b")


_FILES: dict[str, Callable[[Path], object]] = {
    "topics.json,": lambda path: path.with_name("topics.json").write_text(json.dumps(_rows())),
    "topics.jsonl": _jsonl,
    "topics.parquet": _parquet,
    "people.csv": lambda path: path.write_text(PEOPLE),
    "logs/*.jsonl": lambda path: _jsonl(path.with_name("monday.jsonl")),
    "steps.py": lambda path: path.write_text(STEPS),
    "saved-topics": _data_set,
    "shop.sqlite": _sqlite,
    "earlier-calls": _corpus,
}
