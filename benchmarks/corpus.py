"""The corpus at a size: `python -m benchmarks.corpus --rows 1000000`, beside the same work on Parquet with DuckDB.

Each task runs in a process of its own, so that its time includes opening the corpus and its memory is its own. The
comparison keeps dialogues in Parquet files of the same columns, appends by writing another file, and takes a batch out
by writing anew the files that hold some of it; it has no versions, no lineage and no undo. Needs about 3 GB of disk for
a million rows and the three million calls that made them. Ends with status 1 where a task takes longer, or more memory,
than it may.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from dialoom.corpus import Corpus, note_export
from dialoom.corpus.schema import SCHEMA, rows_of
from dialoom.dialogue import Dialogue, Lineage, Turn
from dialoom.engine.trace import trace
from dialoom.models.entry import Entry

_BATCH = 1_000
_FILE = 8_000
_AGGREGATE = "SELECT topic, count(*) AS n, avg(n_turns) AS turns FROM dialogues GROUP BY topic ORDER BY topic"
_SYLLABLES = [first + last for first in "bdfgklmnprst" for last in "aeiou"]
_WORDS = [first + last for first in _SYLLABLES for last in _SYLLABLES]
_MOST_MEMORY = 1_000_000_000
# Seconds that each may take at a million rows.
_MOST = {"append": 1.0, "aggregate": 2.0, "trace": 1.0, "remove": 2.0}


def dialogue(number: int) -> Dialogue:
    """A dialogue of eight turns of twelve words, as a recipe of three nodes makes it."""
    words = random.Random(number).choices(_WORDS, k=96)
    return Dialogue(
        id=f"{number:016x}",
        topic=f"topic {number % 50}",
        turns=[Turn(speaker="AB"[turn % 2], text=" ".join(words[12 * turn : 12 * turn + 12])) for turn in range(8)],
        tags={"turns": 8, "distinct_2": (number % 100) / 100, "words": 140 + number % 17},
        fields={"subtopic": f"subtopic {number % 997}"},
        lineage=Lineage(
            recipe="calls",
            recipe_hash="f00d" * 4,
            seed=f"{number // 10:016x}",
            path=["subtopic[0]", "plan", "dialogue"],
            position=[number // 10, number % 10],
            calls=[f"{number:031x}{call}" for call in range(3)],
            examples=[f"example-{number % 31}"],
        ),
    )


def dialogues(start: int, count: int) -> list[Dialogue]:
    return [dialogue(number) for number in range(start, start + count)]


def build(folder: Path, rows: int) -> None:
    """Both stores, of as many rows."""
    corpus = Corpus.open(folder / "corpus", create=True)
    for start in range(0, rows, _BATCH):
        made = dialogues(start, _BATCH)
        corpus.append(made, run="r", batch=str(start // _BATCH))
        corpus.add("calls", [call for each in made for call in _calls(each)])
        if start // _BATCH % 64 == 63:
            corpus.compact()
    corpus.compact()
    corpus.versions()
    for number in range(5):
        file = folder / f"{number}.jsonl"
        file.touch()
        note_export(corpus, file, form="jsonl", version=corpus.version, where=f"n_turns > {number}")
    (folder / "parquet").mkdir()
    for number, held in enumerate(corpus.at(None).to_batches(batch_size=_FILE)):
        pq.write_table(pa.Table.from_batches([held]), folder / "parquet" / f"{number:09}.parquet", compression="zstd")


def _calls(made: Dialogue) -> Iterator[dict[str, Any]]:
    """The calls that made a dialogue; the texts of real ones are longer, and are not read to find them."""
    asked = json.dumps({"messages": [{"role": "user", "content": f"Write about {made.topic}."}], "params": {}}).encode()
    said = {"choices": [{"message": {"content": made.turns[0].text}, "finish_reason": "stop"}], "usage": {}}
    for key in made.lineage.calls:
        entry = Entry(key, "model", "dialogue", made.id, asked, json.dumps(said).encode(), 100, 100, 1.0, 0.0)
        yield {"run": "r", **entry._asdict()}


def _table(made: list[Dialogue], batch: str) -> pa.Table:
    return pa.Table.from_pylist(rows_of(made, run="r", batch=batch), schema=SCHEMA)


def lance_append(folder: Path, rows: int) -> None:
    made = dialogues(rows, _BATCH)
    began = time.perf_counter()
    Corpus.open(folder / "corpus").append(made, run="r", batch="new")
    _say(began)


def lance_aggregate(folder: Path, rows: int) -> None:
    began = time.perf_counter()
    assert Corpus.open(folder / "corpus").query(_AGGREGATE).num_rows == 50
    _say(began)


def lance_trace(folder: Path, rows: int) -> None:
    began = time.perf_counter()
    found = trace(Corpus.open(folder / "corpus"), f"{rows // 2:016x}")
    assert (len(found.calls), len(found.exports)) == (3, 5)
    _say(began)


def lance_remove(folder: Path, rows: int) -> None:
    began = time.perf_counter()
    removed = Corpus.open(folder / "corpus").remove(f"batch = '{rows // _BATCH // 2}'", why="a bad batch")
    _say(began)
    assert len(removed.ids) == _BATCH


def parquet_append(folder: Path, rows: int) -> None:
    made = dialogues(rows, _BATCH)
    began = time.perf_counter()
    pq.write_table(_table(made, "new"), folder / "parquet" / "new.parquet", compression="zstd")
    _say(began)


def parquet_aggregate(folder: Path, rows: int) -> None:
    began = time.perf_counter()
    dialogues = _files(folder)
    assert len(duckdb.connect().execute(_AGGREGATE.replace("FROM dialogues", f"FROM {dialogues}")).fetchall()) == 50
    _say(began)


def parquet_trace(folder: Path, rows: int) -> None:
    began = time.perf_counter()
    assert duckdb.connect().execute(f"SELECT * FROM {_files(folder)} WHERE id = '{rows // 2:016x}'").fetchall()
    _say(began)


def parquet_remove(folder: Path, rows: int) -> None:
    began = time.perf_counter()
    batch = str(rows // _BATCH // 2)
    held = f"SELECT DISTINCT filename FROM read_parquet('{folder}/parquet/*.parquet', filename = true)"
    for (file,) in duckdb.connect().execute(f"{held} WHERE batch = '{batch}'").fetchall():
        rest = Path(file).with_suffix(".tmp")
        duckdb.connect().execute(
            f"COPY (SELECT * FROM '{file}' WHERE batch <> '{batch}') TO '{rest}' (FORMAT parquet, CODEC zstd)"
        )
        rest.replace(file)
    _say(began)


def _files(folder: Path) -> str:
    return f"'{folder}/parquet/*.parquet'"


def _say(began: float) -> None:
    seconds = time.perf_counter() - began
    # Not of getrusage: there a process starts with what its parent held.
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    print(json.dumps([seconds, int(peak.split()[1]) * 1024]))


_TASKS: dict[str, Callable[[Path, int], None]] = {
    f"{store}_{task}": globals()[f"{store}_{task}"] for store in ("lance", "parquet") for task in _MOST
}


def _measured(store: str, task: str, folder: Path, rows: int) -> tuple[float, int]:
    command = [sys.executable, "-m", "benchmarks.corpus", "--task", f"{store}_{task}", "--rows", str(rows), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    seconds, memory = json.loads(done.stdout.splitlines()[-1])
    return seconds, memory


def main() -> int:
    """Build, measure, and compare; 0 where all is within its bounds."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path, nargs="?", help="Where the stores are built; left out, a temporary one.")
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--task", choices=sorted(_TASKS), help=argparse.SUPPRESS)
    arguments = options.parse_args()
    if arguments.task:
        _TASKS[arguments.task](arguments.folder, arguments.rows)
        return 0
    with tempfile.TemporaryDirectory(dir=arguments.folder) as made:
        folder = Path(made)
        began = time.perf_counter()
        build(folder, arguments.rows)
        sizes = [sum(file.stat().st_size for file in (folder / name).rglob("*")) for name in ("corpus", "parquet")]
        print(
            f"built {arguments.rows:,} rows in {time.perf_counter() - began:.0f} s: {sizes[0] / 1e6:,.0f} MB with all"
        )
        print(f"versions; as Parquet {sizes[1] / 1e6:,.0f} MB")
        print("task        seconds  may take   memory MB  Parquet s  Parquet MB  ratio of seconds")
        within = True
        for task, most in _MOST.items():
            (seconds, memory), (other, its) = (
                _measured(store, task, folder, arguments.rows) for store in ("lance", "parquet")
            )
            within &= seconds <= most and memory <= _MOST_MEMORY
            print(
                f"{task:<10} {seconds:>8.3f} {most:>9.1f} {memory / 1e6:>11.0f} {other:>10.3f} {its / 1e6:>11.0f}"
                f" {seconds / other:>17.1f}"
            )
    return 0 if within else 1


if __name__ == "__main__":
    sys.exit(main())
