"""Killing a process that changes a corpus: `python -m benchmarks.corpus_kill --times 200`.

A process appends, removes, puts back, restores and merges files, and writes down each step before and after it. It is
killed at a random moment; then the corpus must verify, and hold what the last step that ended left, or what the step
that was under way would have left: every row that was acknowledged, and no batch in part. Ends with status 1 if not.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

from dialoom.corpus import Corpus, verify
from dialoom.dialogue import Dialogue, Lineage, Turn

BATCH = 20
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["dialoom.corpus.corpus"])
_LONGEST = 0.4
_CHANCES = {"append": 6, "remove": 3, "put back": 2, "restore": 2, "compact": 2}


class Worker:
    """Changes a corpus at random for as long as it lives."""

    def __init__(self, folder: Path, journal: TextIO, seed: str) -> None:
        self._corpus = Corpus.open(folder, create=True)
        self._journal = journal
        self._random = random.Random(seed)
        self._seed = seed
        self._batches = batches_in(self._corpus)
        self._removed: tuple[int, str] | None = None
        self._known = {self._corpus.version: self._batches}
        self._steps: dict[str, Callable[[], Iterator[set[str]]]] = {
            "append": self._append,
            "remove": self._remove,
            "put back": self._put_back,
            "restore": self._restore,
            "compact": self._compact,
        }

    def work(self) -> None:
        """Never returns."""
        number = 0
        while True:
            (kind,) = self._random.choices(list(_CHANCES), list(_CHANCES.values()))
            number += 1
            self._number = number
            step = self._steps[kind]()
            after = next(step, None)
            if after is None:
                continue
            self._write({"kind": kind, "after": sorted(after)})
            for _ in step:
                pass
            self._write({"done": kind})
            self._batches = after
            self._known[self._corpus.version] = after

    def _write(self, line: dict[str, object]) -> None:
        self._journal.write(json.dumps(line) + "\n")
        self._journal.flush()

    def _append(self) -> Iterator[set[str]]:
        batch = f"{self._seed}-{self._number}"
        yield self._batches | {batch}
        self._corpus.append([_dialogue(batch, number) for number in range(BATCH)], run="r", batch=batch)

    def _remove(self) -> Iterator[set[str]]:
        if self._batches:
            batch = self._random.choice(sorted(self._batches))
            yield self._batches - {batch}
            self._removed = (self._corpus.remove(f"batch = '{batch}'", why="a trial").version - 1, batch)

    def _put_back(self) -> Iterator[set[str]]:
        if self._removed is not None and self._removed[1] not in self._batches:
            version, batch = self._removed
            yield self._batches | {batch}
            self._corpus.put_back(version, f"batch = '{batch}'")

    def _restore(self) -> Iterator[set[str]]:
        version = self._random.choice(list(self._known))
        yield self._known[version]
        self._corpus.restore(version)

    def _compact(self) -> Iterator[set[str]]:
        yield self._batches
        self._corpus.compact()


def batches_in(corpus: Corpus) -> set[str]:
    """The batches in the newest version. Raises AssertionError where one is there in part."""
    rows = corpus.query("SELECT batch, count(*) AS rows FROM dialogues GROUP BY batch").to_pylist()
    assert all(row["rows"] == BATCH for row in rows), rows
    return {row["batch"] for row in rows}


def kill(folder: Path, times: int, seed: int = 0) -> Counter[str]:
    """Kill a worker so many times, and look at what it left each time; returns during which steps it was killed.

    Raises AssertionError where something is lost, twice or in part.
    """
    chance = random.Random(seed)
    killed: Counter[str] = Counter()
    Corpus.open(folder / "corpus", create=True)
    held: set[str] = set()
    for nth in range(times):
        journal = folder / "journal"
        journal.touch()
        process = _FORKS.Process(target=_work, args=(folder / "corpus", journal, f"{seed}-{nth}"), daemon=True)
        process.start()
        while not journal.stat().st_size:
            assert process.is_alive(), "the worker ended by itself"
            time.sleep(0.001)
        time.sleep(chance.uniform(0, _LONGEST))
        process.kill()
        process.join()
        before, after, kind = _told(journal, held)
        journal.unlink()
        corpus = Corpus.open(folder / "corpus")
        found = verify(corpus)
        assert not found.faults, found.faults
        held = batches_in(corpus)
        assert held in (before, after), (kind, held ^ before, held ^ after)
        killed[kind] += 1
    return killed


def _work(folder: Path, journal: Path, seed: str) -> None:
    with journal.open("a", encoding="utf-8") as file:
        Worker(folder, file, seed).work()


def _told(journal: Path, held: set[str]) -> tuple[set[str], set[str], str]:
    """What the corpus held after the last step that ended, what the one under way was to leave, and its kind."""
    before, after, kind = held, held, "between steps"
    for text in journal.read_text("utf-8").splitlines(keepends=True):
        if not text.endswith("\n"):
            break
        line = json.loads(text)
        if "done" in line:
            before, kind = after, "between steps"
        else:
            after, kind = set(line["after"]), line["kind"]
    return before, after, kind


def _dialogue(batch: str, number: int) -> Dialogue:
    turns = [Turn(speaker="AB"[turn % 2], text=f"{batch} says {turn} " * 8) for turn in range(8)]
    return Dialogue(id=f"{batch}-{number}", turns=turns, tags={"words": number}, lineage=Lineage(position=[number]))


def main() -> int:
    """Run it; 0 where nothing was lost."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--times", type=int, default=200)
    options.add_argument("--seed", type=int, default=0)
    arguments = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        killed = kill(Path(folder), arguments.times, arguments.seed)
        corpus = Corpus.open(Path(folder) / "corpus")
        rows, versions = corpus.count(), corpus.version
    during = ", ".join(f"{count} during {kind}" for kind, count in killed.most_common())
    print(f"killed {killed.total()} times ({during}) in {time.monotonic() - began:.0f} s")
    print("each time it verified, and held all that was acknowledged and no batch in part")
    print(f"at the end: {rows:,} rows, version {versions:,}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
