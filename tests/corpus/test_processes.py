"""Several processes at one corpus, processes that die, and a disk that is full."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import lance
import pytest

from dialoom.corpus import Corpus, verify
from dialoom.errors import StorageError
from tests.corpus.made import dialogue

MAKE = """
import os, signal, sys
from dialoom.corpus import Corpus
from dialoom.dialogue import Dialogue, Lineage, Turn
from dialoom.errors import StorageError

def records(run, start, number, size=10):
    return [
        Dialogue(id=f"{run}-{n}", turns=[Turn(speaker="A", text=os.urandom(size).hex())], lineage=Lineage(position=[n]))
        for n in range(start, start + number)
    ]
"""


def start(code: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", MAKE + code, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen[str], expected: int = 0) -> str:
    out, err = process.communicate(timeout=60)
    assert process.returncode == expected, err
    return out


APPEND = """
path, run = sys.argv[1:]
corpus = Corpus.open(path, create=True)
for n in range(0, 200, 5):
    corpus.append(records(run, n, 5), run=run, batch=str(n))
"""


def test_processes_that_append_and_create_at_once_lose_nothing(tmp_path: Path) -> None:
    writers = [start(APPEND, tmp_path / "c", run) for run in ("one", "two", "three")]
    for writer in writers:
        finish(writer)
    corpus = Corpus.open(tmp_path / "c")
    assert list(corpus.ids()) == [f"{run}-{n}" for run in ("one", "three", "two") for n in range(200)]
    assert sum(version.run is not None for version in corpus.versions()) == 3 * 40


def test_removing_and_compacting_beside_an_appender(tmp_path: Path) -> None:
    corpus = Corpus.open(tmp_path / "c", create=True)
    writer = start(APPEND, tmp_path / "c", "one")
    removed = 0
    while writer.poll() is None:
        removed += len(corpus.remove("position[1] % 3 = 0").ids)
        corpus.compact()
    finish(writer)
    removed += len(corpus.remove("position[1] % 3 = 0").ids)
    assert removed == 67
    assert list(corpus.ids()) == [f"one-{n}" for n in range(200) if n % 3]


REMOVE = """
path, third = sys.argv[1], int(sys.argv[2])
corpus = Corpus.open(path)
removed = sum(len(corpus.remove(f"position[1] = {n}").ids) for n in range(third, 60, 3))
print(removed)
"""


def test_processes_that_remove_and_compact_at_once_remove_just_theirs(tmp_path: Path) -> None:
    finish(
        start(
            "corpus = Corpus.open(sys.argv[1], create=True)\n"
            "for n in range(0, 200, 20): corpus.append(records('r', n, 20), run='r', batch=str(n))\n",
            tmp_path / "c",
        )
    )
    removers = [start(REMOVE, tmp_path / "c", third) for third in (0, 1)]
    corpus = Corpus.open(tmp_path / "c")
    while any(remover.poll() is None for remover in removers):
        with suppress(StorageError):
            corpus.compact()
    assert [int(finish(remover)) for remover in removers] == [20, 20]
    assert list(corpus.ids("run = 'r'")) == [f"r-{n}" for n in range(200) if n >= 60 or n % 3 == 2]


KILL = """
path, at = sys.argv[1], int(sys.argv[2])
import threading, time
corpus = Corpus.open(path)
threading.Thread(target=lambda: (time.sleep(at / 1000), os.kill(os.getpid(), signal.SIGKILL))).start()
for n in range(10_000):
    print(corpus.append(records("r", n * 5, 5), run="r", batch=str(n)), flush=True)
"""


def test_kill_leaves_whole_batches(tmp_path: Path) -> None:
    Corpus.open(tmp_path / "c", create=True)
    for at in (40, 55, 70):
        before = Corpus.open(tmp_path / "c").count()
        told = finish(start(KILL, tmp_path / "c", at), -signal.SIGKILL).count("\n")
        corpus = Corpus.open(tmp_path / "c")
        new = corpus.count() - before
        assert new % 5 == 0
        assert told <= new // 5 <= told + 1


FULL = """
import resource
path = sys.argv[1]
corpus = Corpus.open(path)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    corpus.append(records("big", 0, 200, size=5_000), run="big", batch="0")
except StorageError as error:
    print(error)
corpus.append(records("small", 0, 2), run="small", batch="0")
"""


def test_a_full_disk_is_told_and_nothing_half_written_is_seen(tmp_path: Path) -> None:
    Corpus.open(tmp_path / "c", create=True)
    told = finish(start(FULL, tmp_path / "c"))
    assert f"{tmp_path / 'c'}: cannot append to the corpus" in told
    assert "what was committed before is whole" in told
    assert list(Corpus.open(tmp_path / "c").ids()) == ["small-0", "small-1"]


LIMIT = """
from itertools import islice
corpus = Corpus.open(sys.argv[1])
print(corpus.query("SELECT id FROM dialogues LIMIT 1").num_rows)
print(corpus.query("SELECT * FROM dialogues LIMIT 1").num_rows)
print(corpus.query("SELECT turn_texts FROM dialogues WHERE id > 'r-1' LIMIT 1").num_rows)
print(len(list(islice(corpus.dialogues(), 3))), len(list(islice(corpus.ids(), 3))))
"""


def test_reading_a_part_ends_the_process_cleanly(tmp_path: Path) -> None:
    finish(
        start("Corpus.open(sys.argv[1], create=True).append(records('r', 0, 5000), run='r', batch='0')", tmp_path / "c")
    )
    assert finish(start(LIMIT, tmp_path / "c")).split() == ["1", "1", "1", "3", "3"]


PUT_BACK = """
import time
path, version, at = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
corpus = Corpus.open(path)
corpus.count()
time.sleep(max(0, at - time.time()))
print(len(corpus.put_back(version, "run = 'r'").ids))
"""


@pytest.mark.parametrize("others", [0, 3])
def test_processes_that_put_the_same_back_at_once_bring_it_once(tmp_path: Path, others: int) -> None:
    corpus = Corpus.open(tmp_path / "c", create=True)
    corpus.append([dialogue(f"other {n}", n) for n in range(others)], run="other", batch="0")
    version = corpus.append([dialogue(f"r-{n}", n) for n in range(10)], run="r", batch="0")
    corpus.remove("run = 'r'")
    at = time.time() + 2
    writers = [start(PUT_BACK, tmp_path / "c", version, at) for _ in range(3)]
    assert sorted(int(finish(writer)) for writer in writers) == [0, 0, 10]
    assert list(corpus.ids("run = 'r'")) == [f"r-{n}" for n in range(10)]
    assert not verify(corpus).faults


def test_two_who_looked_before_either_put_back_bring_it_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The moment that processes meet by chance alone: both have seen that the rows are missing."""
    corpus, rival = Corpus.open(tmp_path / "c", create=True), Corpus.open(tmp_path / "c", create=True)
    version = corpus.append([dialogue("a"), dialogue("b")], run="r", batch="0")
    corpus.remove("true")
    commit = lance.LanceDataset.commit
    met: list[bool] = []

    def rivalled(*arguments: Any, **options: Any) -> Any:
        if not met:
            met.append(True)
            assert rival.put_back(version, "id = 'a'").ids == ("a",)
        return commit(*arguments, **options)

    monkeypatch.setattr(lance.LanceDataset, "commit", rivalled)
    assert corpus.put_back(version, "true").ids == ("b",)
    assert sorted(corpus.ids()) == ["a", "b"]
    assert not verify(corpus).faults
