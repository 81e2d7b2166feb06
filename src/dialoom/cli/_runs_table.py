"""Runs as tables: several in a list, and one with its sessions, nodes, endpoints and origins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from dialoom.cli import _numbers as numbers
from dialoom.cli._console import table, visible
from dialoom.cli._fitted import Row, fitted
from dialoom.cli._nodes_table import nodes_table
from dialoom.engine.runs import FoundRun
from dialoom.engine.told import Spent, Told, ToldEndpoint

_ROOM = {"recipe": 130, "tokens": 118, "pending": 108, "time": 100, "money": 92}
_ROOM_OF_SESSION = {"from ledger": 90}
_COLOURS = {"finished": "green", "interrupted": "yellow", "stopped": "red", "killed": "red"}


def runs_table(runs: Sequence[FoundRun], folder: Path, width: int) -> Table:
    """One line a run, of which there is at least one; its name is its path below the folder."""
    rows: list[Row] = [
        {
            "run": visible(str(run.path.relative_to(folder))),
            "recipe": visible(run.told.recipe),
            "status": _state(run.state),
            "started": _when(run.told.started),
            **{name: numbers.count(getattr(run.told, name)) for name in ("kept", "rejected", "failed", "pending")},
            "calls": numbers.count(run.told.totals.calls),
            "tokens": numbers.short(run.told.totals.tokens),
            "money": numbers.money(run.told.totals.money),
            "time": numbers.duration(run.told.totals.seconds),
        }
        for run in runs
    ]
    return fitted(rows, width, _ROOM, left=("run", "recipe", "status", "started"))


def show_run(console: Console, run: FoundRun) -> None:
    """All that is known of one."""
    told, totals = run.told, run.told.totals
    why = f": {visible(told.why)}" if told.why and run.state != "killed" else ""
    console.print(Text(f"{told.recipe}: {run.state}{why}", style="bold"))
    console.print(_sessions(run, console.width))
    if totals.nodes:
        console.print(nodes_table([node.model_dump() for node in totals.nodes], console.width))
    if totals.faults:
        met = ", ".join(f"{numbers.count(times)} {kind}" for kind, times in totals.faults.items())
        console.print(f"attempts without an answer: {met}; calls given up: {numbers.count(totals.given_up)}")
    for reason, times in totals.reasons.items():
        console.print(Text(f"{numbers.count(times)} × {visible(reason)}", style="yellow"))
    if told.endpoints:
        console.print(_endpoints(told.endpoints))
    console.print(_origin(told), soft_wrap=True)


def _sessions(run: FoundRun, width: int) -> Table:
    told, totals = run.told.sessions, run.told.totals
    # The last session's own word is what it wrote before it was killed.
    states = [*(session.status for session in told[:-1]), run.state]
    rows = [_session(_when(session.started), state, session) for session, state in zip(told, states, strict=True)]
    if totals.sessions > 1:
        rows.append(_session(f"all {numbers.count(totals.sessions)}", "", totals))
    return fitted(rows, width, _ROOM_OF_SESSION, left=("session", "status"))


def _session(name: str, state: str, spent: Spent) -> Row:
    return {
        "session": name,
        "status": _state(state),
        "calls": numbers.count(spent.calls),
        "from ledger": numbers.count(spent.ledger_hits),
        "tokens": numbers.count(spent.tokens),
        "retries": numbers.count(spent.retries),
        "money": numbers.money(spent.money),
        "time": numbers.duration(spent.seconds),
    }


def _endpoints(endpoints: Sequence[ToldEndpoint]) -> Table:
    right = ("answers", "at once", "at most")
    shown = table("endpoint", *right, "held by", right=right)
    for told in endpoints:
        counts = map(numbers.count, (told.answers, told.limit, told.ceiling))
        shown.add_row(visible(told.url), *counts, told.held_by or "-")
    return shown


def _origin(told: Told) -> Text:
    made = told.made_from
    lines = [f"{name}: {visible(identity)}" for name, identity in told.models.items()]
    lines.append(f"dialoom {made.dialoom}, Python {made.python}, {made.platform}, {made.host}")
    if made.git is not None:
        lines.append(f"git {made.git.commit}{', and files that differ from it' if made.git.dirty else ''}")
    lines.append(f"sha256 {made.recipe_sha256}  recipe")
    lines += [f"sha256 {file.get('sha256', '-')}  {visible(path)}" for path, file in made.files.items()]
    lines.append(f"corpus: {visible(told.corpus)}")
    return Text("\n".join(lines))


def _when(started: str | None) -> str:
    """A time of run.json as the clock on the wall has it."""
    return datetime.fromisoformat(started).astimezone().strftime("%Y-%m-%d %H:%M") if started else "-"


def _state(state: str) -> Text:
    return Text(state, style=_COLOURS.get(state, ""))
