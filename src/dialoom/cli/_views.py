"""The views of a run (engine.view.View): nothing, plain lines, and a live picture on a terminal."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from dialoom.cli import _numbers as numbers
from dialoom.cli._console import err, visible
from dialoom.cli._pace import Pace, Speed
from dialoom.engine.report import Report
from dialoom.models import Meter

_SECONDS_BETWEEN_LINES = 5.0
_TOP_REASONS = 3


class Watch:
    """Shows nothing, and remembers the run's numbers for what is shown after it (a View)."""

    def __init__(self) -> None:
        self._last: dict[str, Any] = {}

    def start(self, report: Report, meter: Meter) -> None:
        self._last = report.to_json(meter)

    def update(self, report: Report, meter: Meter) -> None:
        pass

    def say(self, message: str) -> None:
        pass

    def stop(self, report: Report, meter: Meter) -> None:
        self._last = report.to_json(meter)

    @property
    def numbers(self) -> dict[str, Any]:
        """The content of run.json as the run last told it."""
        return self._last


class Lines(Watch):
    """A line on stderr every few seconds, for logs."""

    def __init__(self, pace: Pace) -> None:
        super().__init__()
        self._pace = pace
        self._told_at = 0.0

    def start(self, report: Report, meter: Meter) -> None:
        super().start(report, meter)
        counts = report.counts
        before = f", {numbers.count(counts.seeds_done)} of them done before" if counts.seeds_done else ""
        self.say(f"{report.recipe}: {numbers.count(counts.seeds)} seeds{before}")

    def update(self, report: Report, meter: Meter) -> None:
        speed = self._pace.note(report, meter)
        if report.seconds - self._told_at >= _SECONDS_BETWEEN_LINES:
            self._told_at = report.seconds
            self.say(_line(report, meter, speed, self._pace.expected(report)))

    def say(self, message: str) -> None:
        print(visible(message), file=sys.stderr, flush=True)


class Picture(Watch):
    """A picture on the terminal that is drawn anew several times a second."""

    def __init__(self, pace: Pace, console: Console) -> None:
        super().__init__()
        self._pace = pace
        self._console = console
        self._live: Live | None = None

    def start(self, report: Report, meter: Meter) -> None:
        super().start(report, meter)
        # Drawn when told: a drawing thread of its own would take time from an embedded model.
        self._live = Live(console=self._console, auto_refresh=False, transient=True)
        self._live.start()
        self.update(report, meter)

    def update(self, report: Report, meter: Meter) -> None:
        if self._live is not None:
            speed = self._pace.note(report, meter)
            self._live.update(_picture(report, meter, speed, self._pace.expected(report)), refresh=True)

    def say(self, message: str) -> None:
        self._console.print(Text(visible(message), style="yellow"))

    def stop(self, report: Report, meter: Meter) -> None:
        super().stop(report, meter)
        if self._live is not None:
            self._live.stop()
            self._live = None


def progress() -> Watch:
    """A view for a run that is started from Python: a picture on a terminal and in a notebook, else lines on stderr.

    `dialoom.run(recipe, view=dialoom.progress())`; in a notebook the picture needs ipywidgets.
    """
    notebook = Console(highlight=False, markup=False, emoji=False)
    if notebook.is_jupyter and find_spec("ipywidgets") is not None:
        return Picture(Pace(1), notebook)
    return view_for(Pace(1), quiet=False)


def view_for(pace: Pace, *, quiet: bool) -> Watch:
    """The view that fits where stderr goes."""
    if quiet:
        return Watch()
    console = err()
    return Picture(pace, console) if console.is_terminal else Lines(pace)


def _outcomes(report: Report) -> list[tuple[str, int, str]]:
    counts = report.counts
    return [
        ("kept", counts.kept, "green"),
        ("rejected", counts.rejected, "yellow"),
        ("failed", counts.failed, "red"),
        ("on their way", counts.pending, "dim"),
    ]


def _line(report: Report, meter: Meter, speed: Speed, expected: int) -> str:
    total = meter.total
    ends = ", ".join(f"{numbers.count(number)} {name}" for name, number, _ in _outcomes(report)[:3])
    parts = [
        f"{speed.share:.0%} after {numbers.duration(report.seconds)}: {ends} of about {numbers.count(expected)}",
        f"{numbers.rate(speed.records_per_minute)} records/min",
        f"{numbers.rate(speed.calls_per_second)} calls/s",
        f"{numbers.rate(speed.tokens_per_second)} tokens/s",
        f"{numbers.count(total.prompt_tokens + total.completion_tokens)} tokens",
    ]
    parts += [f"money {numbers.money(total.money)}"] if total.money is not None else []
    parts += [f"{numbers.duration(speed.seconds_left)} left"] if speed.seconds_left is not None else []
    # Why nothing more is kept is said in a line of its own.
    parts += ["waiting for one record"] if report.waiting is not None else []
    return ", ".join(parts)


def _picture(report: Report, meter: Meter, speed: Speed, expected: int) -> RenderableType:
    counts, total = report.counts, meter.total
    left = f"{numbers.duration(speed.seconds_left)} left" if speed.seconds_left is not None else ""
    seeds = f"{numbers.count(counts.seeds_done)}/{numbers.count(counts.seeds)} seeds"
    head = Table.grid(padding=(0, 2))
    head.add_row(
        Text(report.recipe, style="bold"),
        ProgressBar(total=1.0, completed=speed.share, width=32),
        f"{speed.share:4.0%}",
        f"{seeds}, about {numbers.count(expected)} records",
        numbers.duration(report.seconds),
        left,
    )
    ends = Text("  ").join(Text(f"{numbers.count(n)} {name}", style=style) for name, n, style in _outcomes(report))
    spent = [
        f"{numbers.rate(speed.records_per_minute)} records/min",
        f"{numbers.rate(speed.calls_per_second)} calls/s",
        f"{numbers.rate(speed.tokens_per_second)} tokens/s",
        f"{numbers.count(total.calls)} calls, {numbers.count(total.ledger_hits)} from the ledger",
        f"{numbers.count(total.prompt_tokens + total.completion_tokens)} tokens",
    ]
    spent += [f"money {numbers.money(total.money)}"] if total.money is not None else []
    parts: list[RenderableType] = [head, ends, Text("  ".join(spent), style="dim")]
    if report.waiting is not None:
        parts.append(Text(visible(report.waiting), style="yellow"))
    for reason, times in report.reasons.most_common(_TOP_REASONS):
        parts.append(Text(f"  {numbers.count(times)} × {visible(reason)}", style="yellow", no_wrap=True))
    return Group(*parts)
