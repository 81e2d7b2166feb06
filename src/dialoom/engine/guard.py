"""Telemetry that breaks costs the telemetry and nothing else."""

from __future__ import annotations

from collections.abc import Callable

from dialoom.engine.report import Report
from dialoom.engine.view import Telemetry
from dialoom.models import Meter
from dialoom.models.observer import Ended


class Guard:
    """Passes all on to telemetry until it raises for the first time: then it is told nothing more (a Telemetry).

    What it raises must reach neither a call, whose answer is paid for, nor the run.

    Args:
        say: shows the one line that says so.
    """

    def __init__(self, telemetry: Telemetry, say: Callable[[str], None]) -> None:
        self._telemetry = telemetry
        self._warn = say
        self._on = True

    def start(self, report: Report, meter: Meter) -> None:
        self._pass(lambda: self._telemetry.start(report, meter))

    def update(self, report: Report, meter: Meter) -> None:
        self._pass(lambda: self._telemetry.update(report, meter))

    def say(self, message: str) -> None:
        self._pass(lambda: self._telemetry.say(message))

    def stop(self, report: Report, meter: Meter) -> None:
        self._pass(lambda: self._telemetry.stop(report, meter))

    def begun(self) -> None:
        self._pass(self._telemetry.begun)

    def ended(self, call: Ended) -> None:
        self._pass(lambda: self._telemetry.ended(call))

    def _pass(self, tell: Callable[[], None]) -> None:
        if not self._on:
            return
        try:
            tell()
        except Exception as error:  # noqa: BLE001
            # Whatever a program's own telemetry raises, the run is worth more; it is told here and nowhere else.
            self._on = False
            self._warn(f"telemetry is switched off, as it raised {type(error).__name__}: {error}")
