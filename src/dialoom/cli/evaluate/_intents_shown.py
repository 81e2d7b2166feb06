"""What `dialoom evaluate intents` shows: the rare intents, everything else, the learning curve."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dialoom.evaluation.agreement import Interval
    from dialoom.evaluation.intents import Curve, Problem, Report
    from dialoom.evaluation.intents.report import Figure
    from dialoom.intents.utterances import Labelled


def show(found: Report, problems: Sequence[Problem], test: Labelled) -> None:
    """Two tables, what they are about, and notes on lines that stand in the test."""
    from dialoom.cli._console import err, out
    from dialoom.cli._numbers import count

    _show_rare(found)
    _show_whole(found, test)
    rare = sorted({len(problem.rare) for problem in problems})
    out().print(
        f"{'/'.join(map(str, rare))} rare intents, {found.seeds} seeds, {count(len(test.rows))} test lines"
        + (f" and {count(len(test.outside))} out of scope" if test.outside else "")
        + (f"; * is the best free arm, which the gap is counted from, up to '{found.ceiling}'" if found.ceiling else "")
    )
    out().print(
        "All in points of 100, but perplexity. `others` is the accuracy on the other intents, `loss` what it lost "
        "against `none`."
    )
    if any(arm.perplexity for arm in found.arms):
        out().print("`perplexity`: how little the lines foretell the rare intents' test lines, so less is better.")
    leaks = sum(arm.leaks for arm in found.arms)
    if leaks:
        err().print(f"note: {leaks} added lines stand in the test and were left out", soft_wrap=True)
    if found.shared:
        err().print(f"note: {found.shared} lines of the training data stand in the test", soft_wrap=True)


def _show_rare(found: Report) -> None:
    from dialoom.cli._console import out, table, visible

    slots = any(arm.slots for arm in found.arms)
    perplexity = any(arm.perplexity for arm in found.arms)
    columns = ["added", "rare F1 [95%]", "sd", "rare recall", "gap closed [95%]"]
    columns += ["rare slot F1 [95%]"] if slots else []
    columns += ["perplexity [95%]"] if perplexity else []
    rows = table("arm", *columns, right=tuple(columns))
    for arm in found.arms:
        figures = arm.figures
        cells = [f"{arm.added:.0f}", _interval(figures["rare_f1"].interval), _sd(figures["rare_f1"])]
        cells += [_mean(figures["rare_recall"]), "-" if arm.gap_closed is None else _interval(arm.gap_closed)]
        cells += [_interval(arm.slots["rare_slot_f1"].interval) if arm.slots else "-"] if slots else []
        cells += [_plain(arm.perplexity)] if perplexity else []
        rows.add_row(visible(arm.arm) + (" *" if arm.arm == found.base else ""), *cells)
    out().print(rows)


def _show_whole(found: Report, test: Labelled) -> None:
    from dialoom.cli._console import out, table, visible

    slots = any(arm.slots for arm in found.arms)
    columns = ["accuracy", "macro F1", "others", "loss", "ECE"]
    columns += ["oos accepted", "oos as rare"] if test.outside else []
    columns += ["slot F1"] if slots else []
    rows = table("arm", *columns, right=tuple(columns))
    for arm in found.arms:
        figures = arm.figures
        cells = [_mean(figures[name]) for name in ("accuracy", "macro_f1", "others_accuracy")]
        cells += [_mean(arm.loss), _mean(figures["ece"])]
        cells += [_mean(figures["oos_accepted"]), _mean(figures["oos_as_rare"])] if test.outside else []
        cells += [_mean(arm.slots.get("slot_f1"))] if slots else []
        rows.add_row(visible(arm.arm) + (" *" if arm.arm == found.base else ""), *cells)
    out().print(rows)


def show_curve(curve: Curve) -> None:
    """What each amount comes to, and the point of diminishing return."""
    from dialoom.cli._console import out, table, visible

    columns = ["added", "rare F1 [95%]", "sd"]
    perplexity = any(curve.perplexities)
    columns += ["perplexity [95%]"] if perplexity else []
    rows = table(f"lines of {visible(curve.arm)} an intent", *columns, right=tuple(columns))
    for amount, added, figure, foretold in zip(
        curve.amounts, curve.added, curve.figures, curve.perplexities, strict=True
    ):
        cells = [f"{added:.0f}", _interval(figure.interval), _sd(figure)]
        rows.add_row(str(amount), *cells, *([_plain(foretold)] if perplexity else []))
    out().print(rows)
    out().print(f"diminishing return: {_return(curve)}")


def _return(curve: Curve) -> str:
    worth = f"{100 * curve.worth:g} points"
    if len(curve.amounts) < 2:
        return "cannot be told: there are no two amounts to compare"
    if curve.enough is not None:
        return f"beyond {curve.enough} lines no more than {worth} are gained"
    return f"still gained more than {worth} " + ("when its lines ran out" if curve.ran_out else "at the end")


def _interval(interval: Interval, times: float = 100) -> str:
    if interval.value is None:
        return "-"
    if interval.low is None or interval.high is None:
        return f"{times * interval.value:.1f}"
    return f"{times * interval.value:.1f} [{times * interval.low:.1f}, {times * interval.high:.1f}]"


def _plain(figure: Figure | None) -> str:
    return "-" if figure is None else _interval(figure.interval, 1)


def _mean(figure: Figure | None) -> str:
    return "-" if figure is None or figure.interval.value is None else f"{100 * figure.interval.value:.1f}"


def _sd(figure: Figure) -> str:
    return "-" if figure.sd is None else f"{100 * figure.sd:.1f}"
