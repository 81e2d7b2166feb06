"""The report of a stressed bot, on a terminal."""

from __future__ import annotations

from pathlib import Path

from dialoom.cli._console import out, table, visible
from dialoom.cli._numbers import count, seconds
from dialoom.evaluation.stress.judged import CHECKS
from dialoom.evaluation.stress.page import lost, shown
from dialoom.evaluation.stress.rates import rate
from dialoom.evaluation.stress.report import ALL, SOUND, Report

_WIDE = ("intent", "slots", "escalation", "task")


def show(report: Report, folder: Path) -> None:
    """Print it."""
    console = out()
    _checks(report)
    _groups(report)
    _slots(report)
    for variant in report.variants:
        _lost(report, variant)
    if report.latency:
        times = ", ".join(f"{name} {seconds(value)}" for name, value in report.latency.items())
        console.print(f"answers: {times}")
    if report.answers_to_solve is not None:
        console.print(f"answers until a request was solved: {report.answers_to_solve:.1f}")
    for kind, many in report.failures().items():
        console.print(f"{count(many)} talks ended since the bot {kind}")
    if report.unplayed:
        console.print(f"{count(len(report.unplayed))} could not be played: {visible(report.unplayed[0][1])}")
    failing = sum(not one.sound for one in report.judged)
    console.print(
        f"{count(failing)} of {count(len(report.judged))} talks fail a check; the worst are in {folder}/report.md"
    )


def _checks(report: Report) -> None:
    rows = table("check", "", "pass [95%]", right=("pass [95%]",))
    for name in report.measures:
        about = "every check" if name == SOUND else CHECKS.load(name).about
        rows.add_row(name, about, shown(report.rate(name, report.judged).interval))
    out().print(rows)


def _groups(report: Report) -> None:
    measures = [SOUND, *(name for name in _WIDE if name in report.measures)]
    for what, groups in (("intent", report.by_intent), ("escalation", report.by_escalation)):
        rows = table(what, "talks", *measures, right=("talks", *measures))
        for name, held in groups.items():
            cells = [shown(report.rate(measure, held).interval) for measure in measures]
            rows.add_row(visible(name), count(len(held)), *cells)
        out().print(rows)


def _slots(report: Report) -> None:
    if not report.by_slot:
        return
    rows = table("slot", "talks", "right [95%]", "how", right=("talks", "right [95%]"))
    for name, outcomes in report.by_slot.items():
        hows = [outcome.how for _, outcome in outcomes]
        told = ", ".join(f"{hows.count(how)} {how}" for how in dict.fromkeys(hows))
        right = rate([outcome.right for _, outcome in outcomes]).interval
        rows.add_row(visible(name), count(len(outcomes)), shown(right), told)
    out().print(rows)


def _lost(report: Report, variant: str) -> None:
    """What is lost to a variant: over all, and where the interval of a group does not reach 0."""
    rows = table(
        f"lost to {variant}", "check", "clean", "varied", "points [95%]", right=("clean", "varied", "points [95%]")
    )
    for group, losses in report.brittleness(variant).items():
        for measure, each in losses.items():
            if group == ALL or (each.loss.value or 0.0) > 0:
                rows.add_row(visible(group), measure, f"{each.clean:.0%}", f"{each.varied:.0%}", lost(each))
    out().print(rows)
