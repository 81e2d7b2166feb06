"""The event loop that a run works in."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import dialoom
from tests.engine.support import run
from tests.support.fault_server import FaultServer

NAMES_ITS_LOOP = """
import asyncio

async def at(topic):
    return type(asyncio.get_running_loop()).__module__
"""


def asks_for_its_loop(server: FaultServer, folder: Path) -> str:
    (folder / "steps.py").write_text(NAMES_ITS_LOOP)
    content = {
        "recipe": "at",
        "models": {"writer": {"url": server.url, "model": "fault-model"}},
        "source": {"rows": [{"topic": "thunder"}]},
        "nodes": {"at": {"kind": "function", "call": "steps.py:at", "fields": ["at"]}},
    }
    report = run(content, folder / "run")
    (made,) = dialoom.Corpus.open(report.corpus).dialogues()
    return str(made.fields["at"])


def test_a_run_works_in_the_loop_that_costs_the_least(tmp_path: Path, server: FaultServer) -> None:
    pytest.importorskip("uvloop", reason="uvloop is not installed, as on Windows")
    assert asks_for_its_loop(server, tmp_path).startswith("uvloop")


def test_without_it_a_run_works_in_that_of_python(
    tmp_path: Path, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "uvloop", None)
    assert asks_for_its_loop(server, tmp_path).startswith("asyncio")
