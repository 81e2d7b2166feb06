"""Keeping calls away from an endpoint that answers none of them."""

from __future__ import annotations

from time import monotonic

# Attempts, or different calls, that fail with no answer in between before the endpoint is taken to be down. A fault
# that may be the call's own (500, a time-out) says less than a refused connection.
_SURE_FAULTS = 4
_UNSURE_CALLS = 8
# Seconds without any answer before calls that may be at fault themselves count.
_SILENCE = 1.0
_FIRST_REST = 1.0
_LONGEST_REST = 30.0


class Circuit:
    """A circuit breaker (Nygard, Release It!, 2007): closed while the endpoint answers; when it is open, one call after
    each rest goes through to see whether the endpoint is back, and rests grow.

    Attributes:
        open_since: monotonic time since when it has been open; None while it is closed.
        probe_at: when the next call may go through.
        answered_at: when a call was answered last.
    """

    def __init__(self) -> None:
        self.open_since: float | None = None
        self.probe_at = 0.0
        self._rest = _FIRST_REST
        self._probing = False
        self._probed_at = 0.0
        self._sure = 0
        self._unsure: set[int] = set()
        self.answered_at = monotonic()

    @property
    def open(self) -> bool:
        return self.open_since is not None

    @property
    def lets_through(self) -> bool:
        """Whether a call may be sent now."""
        return self.open_since is None or (not self._probing and monotonic() >= self.probe_at)

    def sent(self) -> None:
        """A call is sent: where the circuit is open, it is the only one for now."""
        self._probing = self.open
        self._probed_at = monotonic()

    def answered(self) -> None:
        """A call was answered: the endpoint is well."""
        self.answered_at = monotonic()
        if self.open or self._sure or self._unsure:
            self.open_since = None
            self._rest = _FIRST_REST
            self._probing = False
            self._sure = 0
            self._unsure.clear()

    def failed(self, call: int, sent_at: float, *, sure: bool) -> bool:
        """A call, told from others by a number, was not answered; `sure` if that cannot be the call's own fault.

        Returns whether this opened the circuit.
        """
        if self.open:
            # One that was on its way when the circuit opened says nothing new.
            if self._probing and sent_at >= self._probed_at:
                self._probing = False
                self._wait()
            return False
        if sure:
            self._sure += 1
        else:
            self._unsure.add(call)
        silent = monotonic() - self.answered_at >= _SILENCE
        if self._sure < _SURE_FAULTS and not (silent and len(self._unsure) >= _UNSURE_CALLS):
            return False
        self.open_since = monotonic()
        self._wait()
        return True

    def given_back(self, sent_at: float | None) -> None:
        """A call is over that was sent at this time, or never; if it was to see how things are, another may."""
        if sent_at is None or sent_at >= self._probed_at:
            self._probing = False

    def _wait(self) -> None:
        self.probe_at = monotonic() + self._rest
        self._rest = min(_LONGEST_REST, self._rest * 2)
