"""How many calls an endpoint gets at once: found by raising until it complains (AIMD)."""

from __future__ import annotations

from time import monotonic

_START = 32


class Limiter:
    """The number of calls one endpoint may have in flight.

    It starts at `min(ceiling, 32)` and doubles with each round of answers until the endpoint first says that it is
    overloaded; from then on it falls to just under what was in flight at each refusal, at most halving, and rises by
    one a round (additive increase, multiplicative decrease: Chiu and Jain, 1989).
    """

    def __init__(self, ceiling: int) -> None:
        self.ceiling = ceiling
        self.limit = float(min(ceiling, _START))
        self.in_flight = 0
        self._seeking = True
        self._cut_at = -1.0

    @property
    def has_room(self) -> bool:
        return self.in_flight < int(self.limit)

    def answered(self) -> None:
        """Note an answer: raise the limit when it was the limit that held calls back."""
        if self.in_flight + 1 >= int(self.limit) and self.limit < self.ceiling:
            step = 1.0 if self._seeking else 1.0 / self.limit
            self.limit = min(float(self.ceiling), self.limit + step)

    def overloaded(self, sent_at: float) -> None:
        """Note a refusal of a call sent at monotonic time `sent_at`; calls sent before the last cut say nothing new."""
        self._seeking = False
        if sent_at < self._cut_at:
            return
        self._cut_at = monotonic()
        self.limit = max(1.0, self.limit / 2, min(self.limit, float(self.in_flight)) - 1)
