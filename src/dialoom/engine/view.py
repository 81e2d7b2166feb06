"""How a run is watched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from dialoom.engine.report import Report
from dialoom.models import Meter, Observer


class View(Protocol):
    """Something that shows a run: told of it at its start, several times a second, and at its end."""

    def start(self, report: Report, meter: Meter) -> None: ...

    def update(self, report: Report, meter: Meter) -> None: ...

    def say(self, message: str) -> None:
        """Show one line that matters now, such as that the run is stopping."""
        ...

    def stop(self, report: Report, meter: Meter) -> None: ...


class Telemetry(View, Observer, Protocol):
    """A view that is told of each call as well."""


class Views:
    """Several views as one."""

    def __init__(self, views: Sequence[View]) -> None:
        self._views = views

    def start(self, report: Report, meter: Meter) -> None:
        for view in self._views:
            view.start(report, meter)

    def update(self, report: Report, meter: Meter) -> None:
        for view in self._views:
            view.update(report, meter)

    def say(self, message: str) -> None:
        for view in self._views:
            view.say(message)

    def stop(self, report: Report, meter: Meter) -> None:
        for view in self._views:
            view.stop(report, meter)


class NoView:
    """Shows nothing."""

    def start(self, report: Report, meter: Meter) -> None:
        pass

    def update(self, report: Report, meter: Meter) -> None:
        pass

    def say(self, message: str) -> None:
        pass

    def stop(self, report: Report, meter: Meter) -> None:
        pass
