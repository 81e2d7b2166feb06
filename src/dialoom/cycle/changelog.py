"""What each round changed, why, and what it did to the figures: a page for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dialoom.dialogue.formats import write_lines

_HEAD = "# What changed, round by round"


def write_changes(
    path: Path, rounds: Sequence[Mapping[str, Any]], report: Mapping[str, Any] | None, stopped: str
) -> None:
    """The newest round first. Raises StorageError."""
    lines = [_HEAD, ""]
    if report is not None:
        lines += [*_told(report), ""]
    if stopped:
        lines += [f"Stopped: {stopped}.", ""]
    for each in reversed(rounds):
        lines += [*_entry(each), ""]
    write_lines(lines[:-1], path)


def _told(report: Mapping[str, Any]) -> list[str]:
    rows = [f"On {report['lines']} {report['on']} lines, macro F1 of {len(report['rare'])} rare intents:", ""]
    rows += ["| arm | macro F1 | 95% | loss of the others |", "| --- | ---: | --- | ---: |"]
    for arm in report["arms"]:
        f1 = arm["rare_f1"]
        between = "" if f1.get("low") is None else f"{100 * f1['low']:.1f} to {100 * f1['high']:.1f}"
        loss = arm.get("others_loss")
        rows.append(
            f"| {arm['arm']} | {100 * f1['value']:.1f} | {between} | {'' if loss is None else f'{100 * loss:.1f}'} |"
        )
    return rows


def _entry(each: Mapping[str, Any]) -> list[str]:
    gain, gated, validated = each["validated"]["gain"], each["gated"], each["validated"]
    between = "" if gain.get("low") is None else f" [{100 * gain['low']:+.1f}, {100 * gain['high']:+.1f}]"
    taken = "taken" if each["taken"] else "not taken: the rounds before were better"
    lines = [
        f"## Round {each['round']}, {taken}",
        "",
        f"{each['new']} lines came in, {each['gone']} left; {gated['kept']} made lines in all, "
        f"{gated['leaks']} left out that stand in validation or test data.",
        f"Macro F1 of the rare intents on the validation data: {100 * validated['best']:.1f}, "
        f"{100 * gain['value']:+.1f}{between} against {each['against']}. "
        f"The other intents lost {100 * validated['others_loss']:.1f}.",
        f"Best mixed: {_mixed(validated['mixture'])}.",
        "",
        "| source | made | kept | points lost without it |",
        "| --- | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {name} | {one['made']} | {one['kept']} | {100 * one['gain']:.1f} |"
        for name, one in validated["sources"].items()
    ]
    lines += ["", "| intent | asked for | why |", "| --- | ---: | --- |"]
    lines += [f"| {one['intent']} | {one['count']} | {one['why']} |" for one in each["asked"]]
    return lines


def _mixed(mixture: Mapping[str, Any]) -> str:
    weights = "with class weights" if mixture["weights"] else "without class weights"
    again = f", real lines of rare intents {mixture['repeat']} times" if mixture["repeat"] > 1 else ""
    return weights + again
