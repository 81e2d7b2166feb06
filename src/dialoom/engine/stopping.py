"""How a run stops before its end: calls on their way are awaited and kept, and nothing new is begun."""

from __future__ import annotations

from collections.abc import Callable

from dialoom.engine.crew import Crew
from dialoom.engine.frontier import Frontier
from dialoom.engine.report import Report
from dialoom.errors import DialoomError
from dialoom.models.endpoints import Endpoints


class Stopping:
    """Stops a run at a signal or for an error, and enters in the report why.

    Args:
        say: shows a line to whoever watches the run.
    """

    def __init__(self, report: Report, endpoints: Endpoints, say: Callable[[str], None]) -> None:
        self._report = report
        self._endpoints = endpoints
        self._say = say
        self._begun = False
        self._interrupted = False
        self._frontier: Frontier | None = None
        self._crew: Crew | None = None

    def begun(self) -> bool:
        """Whether the run is stopping."""
        return self._begun

    def over(self, frontier: Frontier, crew: Crew) -> None:
        """From here on these are what is stopped."""
        self._frontier, self._crew = frontier, crew
        if self._begun:
            frontier.close()

    def interrupt(self, why: str) -> None:
        """A signal has come: the first one drains, the second one cancels what is on its way."""
        if not self._interrupted:
            self._interrupted = True
            if not self._begun:
                self._report.status, self._report.why = "interrupted", why
            self.drain()
            self._say("stopping: calls on their way are awaited and kept; Ctrl-C again stops at once")
        elif self._crew is not None:
            self._crew.cancel()

    def stop_for(self, error: DialoomError) -> None:
        """Drain; of several errors the first one is told."""
        if self._report.error is None:
            self._report.error = error
            self._report.status, self._report.why = "stopped", str(error)
            # Why is told at the end, with the code that the command ends with.
            if not self._begun and any(endpoint.limiter.in_flight for endpoint in self._endpoints):
                self._say("stopping: calls on their way are awaited and kept")
        self.drain()

    def drain(self) -> None:
        """Begin nothing new."""
        self._begun = True
        self._endpoints.drain()
        if self._frontier is not None:
            self._frontier.close()
