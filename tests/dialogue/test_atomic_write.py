"""A file appears whole or not at all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from dialoom.dialogue import Dialogue, Turn
from dialoom.dialogue.formats import FORMATS
from dialoom.errors import DataError, StorageError


def write(dialogues: Iterable[Dialogue], path: Path) -> int:
    writer = FORMATS.load("jsonl").write
    assert writer is not None
    return writer(dialogues, path)


def dialogues(number: int, *, fails: bool = False) -> Iterator[Dialogue]:
    for index in range(number):
        yield Dialogue(id=str(index), turns=[Turn(speaker="A", text="x" * 1000)])
    if fails:
        raise KeyError("the source broke")


def test_a_failing_source_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text("old")
    with pytest.raises(KeyError):
        write(dialogues(100, fails=True), path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_old_file_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text("old")
    path.chmod(0o600)

    def watched() -> Iterator[Dialogue]:
        for dialogue in dialogues(500):
            assert path.read_text() == "old"
            yield dialogue

    with path.open() as opened_before:
        assert write(watched(), path) == 500
        assert opened_before.read() == "old"
    assert path.read_text().count("\n") == 500
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_kill_leaves_no_half_file(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    code = f"""
import os, signal
from pathlib import Path
from dialoom.dialogue import Dialogue
from dialoom.dialogue.formats import FORMATS
def dialogues():
    for i in range(5000):
        yield Dialogue(id=str(i) * 50)
    os.kill(os.getpid(), signal.SIGKILL)
FORMATS.load("jsonl").write(dialogues(), Path({str(path)!r}))
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -signal.SIGKILL
    assert not path.exists()


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    code = f"""
import resource, sys
from pathlib import Path
from dialoom.dialogue import Dialogue
from dialoom.dialogue.formats import FORMATS
from dialoom.errors import StorageError
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    FORMATS.load("jsonl").write((Dialogue(id=str(i) * 50) for i in range(50000)), Path({str(tmp_path / "o.jsonl")!r}))
except StorageError as error:
    print(error)
"""
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert "o.jsonl: cannot write the file: File too large (raise the file size limit" in told
    assert list(tmp_path.iterdir()) == []


def test_folders_are_made_and_a_folder_is_no_target(tmp_path: Path) -> None:
    assert write(dialogues(1), tmp_path / "a" / "b" / "out.jsonl") == 1
    with pytest.raises(StorageError, match="name a file, not a folder"):
        write(dialogues(1), tmp_path / "a")
    with pytest.raises(StorageError, match="cannot write the file"):
        write(dialogues(1), tmp_path / "a" / "b" / "out.jsonl" / "c.jsonl")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_a_pipe_is_written_directly(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    heard: list[str] = []
    reader = threading.Thread(target=lambda: heard.append(pipe.read_text()))
    reader.start()
    assert write(dialogues(3), pipe) == 3
    reader.join(10)
    assert heard[0].count("\n") == 3
    assert list(tmp_path.iterdir()) == [pipe]


def test_a_value_without_json_form_names_its_dialogue(tmp_path: Path) -> None:
    bad = Dialogue(id="d7", tags={"x": "\ud800"})
    with pytest.raises(DataError, match="'d7' holds a value that has no JSON form"):
        write([bad], tmp_path / "out.jsonl")
    assert list(tmp_path.iterdir()) == []
