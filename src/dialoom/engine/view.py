"""How a run is watched."""

from __future__ import annotations

from typing import Protocol

from dialoom.engine.report import Report
from dialoom.models import Meter


class View(Protocol):
    """Something that shows a run: told of it at its start, several times a second, and at its end."""

    def start(self, report: Report, meter: Meter) -> None: ...

    def update(self, report: Report, meter: Meter) -> None: ...

    def say(self, message: str) -> None:
        """Show one line that matters now, such as that the run is stopping."""
        ...

    def stop(self, report: Report, meter: Meter) -> None: ...


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
