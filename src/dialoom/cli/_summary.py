"""What is shown after a run: its numbers, and two of its dialogues."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from dialoom.cli import _numbers as numbers
from dialoom.cli._console import table, visible
from dialoom.cli._conversation import conversation
from dialoom.cli._nodes_table import nodes_table
from dialoom.corpus import Corpus
from dialoom.dialogue import Dialogue

_TOP_REASONS = 5
_COUNTED = ("calls", "ledger_hits", "prompt_tokens", "completion_tokens", "retries")


def show_summary(console: Console, report: dict[str, Any], folder: Path) -> None:
    """The numbers of a run, from the content of its run.json."""
    # What stopped it is told as an error, after this.
    why = f": {visible(report['why'])}" if report["why"] and report["status"] != "stopped" else ""
    console.print(Text(f"{report['recipe']}: {report['status']}{why}", style="bold"))
    console.print(_ends(report))
    if report["spare"]:
        spare = numbers.count(report["spare"])
        console.print(f"{spare} more were begun or made when the target was reached; a higher one takes them up")
    console.print(_spent(report))
    if report["nodes"]:
        console.print(nodes_table(report["nodes"], console.width))
    for reason, times in islice(report["reasons"].items(), _TOP_REASONS):
        console.print(Text(f"{numbers.count(times)} × {visible(reason)}", style="yellow"))
    console.print(f"corpus:  {report['corpus']}\nrejects: {folder / 'rejects'}\nnumbers: {folder / 'run.json'}")


def show_samples(console: Console, report: dict[str, Any]) -> None:
    """Two dialogues of the run, of different seeds where there are."""
    for number, dialogue in enumerate(_two(Corpus.open(report["corpus"]), report["run"]), 1):
        console.print()
        console.rule(Text(f"sample {number}"), align="left", style="dim")
        console.print(conversation(dialogue))


def _two(corpus: Corpus, run: str) -> list[Dialogue]:
    two = list(islice(corpus.dialogues(where=f"run = '{run}'"), 2))
    if len(two) == 2 and two[0].lineage.seed == two[1].lineage.seed:
        others = corpus.dialogues(where=f"run = '{run}' AND seed <> '{two[0].lineage.seed}'")
        two[1] = next(others, two[1])
    return two


def _ends(report: dict[str, Any]) -> Table:
    columns = ("seeds", "records", "kept", "rejected", "failed", "pending")
    shown = table(*columns, right=columns)
    shown.add_row(*(numbers.count(report[name]) for name in columns))
    return shown


def _spent(report: dict[str, Any]) -> Table:
    columns = ("calls", "from ledger", "tokens in", "tokens out", "retries", "money", "time")
    shown = table("", *columns, right=columns)
    rows = {"this run": report}
    if report["totals"]["sessions"] > 1:
        rows["all runs"] = report["totals"]
    for name, spent in rows.items():
        counts = (numbers.count(spent[counted]) for counted in _COUNTED)
        shown.add_row(name, *counts, numbers.money(spent["money"]), numbers.duration(spent["seconds"]))
    return shown
