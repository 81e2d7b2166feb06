"""A model server, a recipe to spoil, and the real `dialoom` process."""

from __future__ import annotations

import contextlib
import io
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest

from dialoom.cli.main import main
from tests.support.fault_server import FaultServer

COMMAND = [sys.executable, "-m", "dialoom.cli.main"]
RECIPE = """\
recipe: calls
models:
  writer: {URL}
source:
  rows:
    - topic: lost luggage
    - topic: seat upgrade
nodes:
  subtopic: {kind: expand, count: 2, prompt: "List {{ count }} situations about {{ topic }}"}
  dialogue:
    kind: converse
    speakers: [Caller, Agent]
    turns: 6
    prompt: |
      Speakers: {{ speakers | join(' and ') }}
      A dialogue about {{ subtopic }} in {{ turns }} turns.
quality:
  rules: [turns >= 4]
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """A process that has ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return orjson.loads(self.out)


Dialoom = Callable[..., Ended]


@pytest.fixture(scope="session")
def server() -> Iterator[FaultServer]:
    with FaultServer() as running:
        yield running


@pytest.fixture
def recipe(tmp_path: Path, server: FaultServer) -> Path:
    """A recipe of two nodes over two seeds that runs on the fault server."""
    path = tmp_path / "calls.yaml"
    path.write_text(RECIPE.replace("{URL}", server.url))
    return path


@pytest.fixture
def dialoom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dialoom:
    """Runs the command line in this process, in a fresh directory; whatever is not told as an error fails the test."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str | Path, traceback: bool = False) -> Ended:
        out, err = _captured(), _captured()
        monkeypatch.setattr(sys, "argv", ["dialoom", *map(str, arguments)])
        monkeypatch.setattr(sys, "excepthook", sys.__excepthook__)
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), pytest.raises(SystemExit) as end:
            main()
        assert isinstance(end.value.code, int)
        return _checked(Ended(end.value.code, _text(out), _text(err)), traceback)

    return run


@pytest.fixture
def process(tmp_path: Path) -> Dialoom:
    """Runs the command line as a process, in a fresh directory."""

    def run(*arguments: str | Path, largest_file: int | None = None) -> Ended:
        command = [*COMMAND, *map(str, arguments)]
        if largest_file is not None:
            # No file can grow beyond so many KiB, as on a disk that is full.
            command = ["bash", "-c", f"ulimit -f {largest_file}; {shlex.join(command)}"]
        done = subprocess.run(
            command,
            cwd=tmp_path,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
        return _checked(Ended(done.returncode, done.stdout, done.stderr), False)

    return run


def _captured() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)


def _text(stream: io.TextIOWrapper) -> str:
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue().decode()


def _checked(ended: Ended, traceback: bool) -> Ended:
    assert ("Traceback" in ended.err) is traceback, ended.err
    return ended
