"""Processes that are killed while they change a corpus, and many that change one at once."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

from benchmarks.corpus_kill import kill

from dialoom.corpus import Corpus, verify
from tests.corpus.made import dialogue

_FORKS = multiprocessing.get_context("forkserver")


def commit(folder: Path, run: str, told: Path) -> None:
    """Ten batches of ten, each told of once it is acknowledged."""
    corpus = Corpus.open(folder, create=True)
    for batch in range(0, 100, 10):
        corpus.append([dialogue(f"{run}-{n:02}", n) for n in range(batch, batch + 10)], run=run, batch=str(batch))
        with told.open("a") as file:
            file.write(f"{batch}\n")


def test_a_kill_at_any_moment_loses_nothing_and_leaves_nothing_in_part(tmp_path: Path) -> None:
    assert kill(tmp_path, 6).total() == 6


def test_eight_processes_at_one_corpus_lose_nothing_and_add_nothing_twice(tmp_path: Path) -> None:
    runs = [f"run{number}" for number in range(8)]
    writers = [_FORKS.Process(target=commit, args=(tmp_path / "c", run, tmp_path / run)) for run in runs]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
        assert writer.exitcode == 0
    assert all((tmp_path / run).read_text().split() == [str(n) for n in range(0, 100, 10)] for run in runs)
    corpus = Corpus.open(tmp_path / "c")
    assert list(corpus.ids()) == [f"{run}-{n:02}" for run in runs for n in range(100)]
    assert not verify(corpus).faults
