"""Recipes built in Python: functions as nodes, runs inside a running loop, and stopping them."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

import dialoom
from dialoom.errors import RecipeError
from dialoom.graph.check import check
from tests.nodes.running import recipe, run
from tests.support.fault_server import FaultServer


class Mark(BaseModel):
    points: int


def test_what_a_decorated_function_may_return(tmp_path: Path) -> None:
    made = recipe(source=[{"word": "rain"}])

    @made.node
    def loud(word: str) -> str:
        return word.upper()

    @made.node
    async def mark(loud: str) -> Mark:
        return Mark(points=len(loud))

    @made.node(fields=["first", "last"])
    def ends(word: str) -> dict[str, str]:
        return {"first": word[0], "last": word[-1]}

    @made.node(name="each", fields=["letter"])
    def letters(word: str) -> list[dict[str, str]]:
        return [{"letter": letter} for letter in word]

    assert loud("x") == "X", "the function stays what it is"
    assert list(made.nodes) == ["loud", "mark", "ends", "each"]
    outcome = run(made, tmp_path)
    assert outcome.fields("letter") == ["r", "a", "i", "n"]
    first = outcome.kept[0].fields
    assert (first["loud"], first["mark"], first["first"], first["last"]) == ("RAIN", {"points": 4}, "r", "n")
    assert [dialogue.id for dialogue in outcome.report.dialogues()] == [dialogue.id for dialogue in outcome.kept]
    table = outcome.report.table()
    assert table.num_rows == 4
    assert table.column("id").to_pylist() == [dialogue.id for dialogue in outcome.kept]


def test_what_a_function_needs_is_checked() -> None:
    made = recipe(source=[{"word": "rain"}])

    @made.node
    def loud(wrod: str) -> str:
        return wrod

    with pytest.raises(RecipeError, match="it reads 'wrod', which nothing before it writes"):
        check(made)


def test_a_cell_that_is_run_again_replaces_its_function() -> None:
    made = recipe(source=[{"word": "rain"}])
    hashes = []
    for sign in ("!", "?"):
        cell = f"def loud(word):\n    return word + {sign!r}\n"
        names: dict[str, Any] = {}
        exec(compile(cell, "<console>", "exec"), names)
        made.node(names["loud"])
        if "after" not in made.nodes:
            made.add("after", "say", turns=[{"A": "{{ loud }}"}])
        hashes.append(made.content_hash())
    assert list(made.nodes) == ["loud", "after"]
    # A console keeps no source: the hash is over what the function does.
    assert hashes[0] != hashes[1]


def test_a_node_that_belongs_to_no_recipe_yet(tmp_path: Path) -> None:
    @dialoom.node(when="word != 'sun'")
    def loud(word: str) -> str:
        return word.upper()

    for _ in range(2):
        made = recipe(source=[{"word": "rain"}, {"word": "sun"}]).add(loud)
        assert [each.fields.get("loud") for each in run(made, tmp_path).kept] == ["RAIN", None]
    assert loud("x") == "X"
    with pytest.raises(RecipeError, match="there is a node of that name"):
        made.add(loud)


def test_a_run_inside_a_running_loop_shows_how_far_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    threads = []

    async def cell() -> dialoom.Report:
        made = recipe(source=[{"word": "rain"}])

        @made.node
        def loud(word: str) -> str:
            threads.append(threading.current_thread())
            return word.upper()

        return dialoom.run(made, tmp_path / "out", view=dialoom.progress())

    report = asyncio.run(cell())
    assert report.status == "finished"
    assert [each.fields["loud"] for each in report.dialogues()] == ["RAIN"]
    assert threads[0] is not threading.main_thread()
    assert "test: 1 seeds" in capsys.readouterr().err


STOPPED = """
import asyncio, sys, dialoom
made = dialoom.Recipe("slow", models={"writer": {"url": sys.argv[1], "concurrency": 2}},
                      source={"rows": [{"topic": "rain"}], "repeat": 500})
made.add("line", "generate", prompt="{{ topic }}")
async def cell():
    return dialoom.run(made, "out")
loop = asyncio.new_event_loop()
report = loop.run_until_complete(cell())
print(report.status, report.counts.kept, report.counts.pending)
"""


def test_the_stop_button_of_a_notebook_stops_the_run(tmp_path: Path) -> None:
    with FaultServer(latency=0.2) as server:
        process = subprocess.Popen(
            [sys.executable, "-c", STOPPED, server.url],
            cwd=tmp_path,
            env={**os.environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        server.wait_for(4, "answered", 120)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
        answered = server.stats()["answered"]
    assert process.returncode == 0, err
    status, kept, pending = out.split()
    assert status == "interrupted"
    # What was on its way was awaited, and kept.
    assert int(kept) == answered
    assert int(kept) + int(pending) == 500
