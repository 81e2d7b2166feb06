"""What became of the attempts at one call."""

from __future__ import annotations

from time import monotonic, time_ns

from dialoom.errors import RecordError
from dialoom.models.faults import FaultKind


class Attempts:
    """The attempts at one call, noted by the model that makes them.

    Attributes:
        model: the name that the server knows the model by.
        url: the base URL that was tried last.
        first_at: when the first was sent, in nanoseconds since 1970; 0 before that.
        sent: how many were sent.
        faults: what those that brought no answer met, in their order.
        faulted_at: monotonic time when the first of these came back.
        charged: how many of those that failed count; one that was made to see whether an endpoint is back does not.
        within: seconds that all of them together may take; None for any.
        seconds: what they took, without the time between them.
    """

    __slots__ = ("charged", "faulted_at", "faults", "first_at", "model", "seconds", "sent", "url", "within")

    def __init__(self, within: float | None = None) -> None:
        self.within = within
        self.seconds = 0.0
        self.charged = 0.0
        self.faulted_at = 0.0
        self.model = ""
        self.url = ""
        self.first_at = 0
        self.sent = 0
        self.faults: list[FaultKind] = []

    def send(self, model: str, url: str) -> None:
        """Note that one is sent now."""
        self.model = model
        self.url = url
        self.sent += 1
        if self.sent == 1:
            self.first_at = time_ns()

    def failed(self, kind: FaultKind, *, charge: float) -> None:
        """Note that the last one sent brought no answer, and what it counts for."""
        if not self.faults:
            self.faulted_at = monotonic()
        self.faults.append(kind)
        self.charged += charge

    def left(self, timeout: float) -> float:
        """Seconds that the next one may take. Raises RecordError when there are none left."""
        if self.within is None:
            return timeout
        if self.seconds >= self.within:
            raise RecordError(f"the record's calls took longer than the {self.within:g} s that it may take")
        return min(timeout, self.within - self.seconds)

    @property
    def retries(self) -> int:
        """How many were made after the first."""
        return max(0, self.sent - 1)
