"""From how many calls in flight on an endpoint refuses them."""

from __future__ import annotations

from collections import deque

_KEPT = 512
_ENOUGH_BELOW = 64
_ENOUGH_REFUSED = 4
# A limit in flight refuses most of what exceeds it, and next to nothing below.
_SHARE_ABOVE = 0.5
_TIMES_BELOW = 6.0
_LOOK_EVERY = 8


class RefusedFrom:
    """The outcomes of the last calls by how many were in flight when they were sent, to tell a limit from bad luck.

    A refusal comes back sooner than an answer, and counts from when the answers to what was sent with it are back.
    """

    def __init__(self) -> None:
        self._outcomes: deque[tuple[int, bool]] = deque(maxlen=_KEPT)
        self._early: deque[tuple[float, int]] = deque(maxlen=_KEPT)
        self._since_look = 0

    def refused(self, sent_at: float, in_flight: int) -> None:
        """Note the refusal of a call sent then, with so many in flight, itself counted."""
        self._early.append((sent_at, in_flight))
        self._since_look += 1

    def answered(self, sent_at: float, in_flight: int) -> None:
        """Note the answer to a call."""
        while self._early and self._early[0][0] <= sent_at:
            self._outcomes.append((self._early.popleft()[1], True))
        self._outcomes.append((in_flight, False))
        self._since_look += 1

    def is_limit(self, in_flight: int) -> bool:
        """Whether calls sent with as many in flight or more are refused, while with fewer they are not."""
        if self._since_look < _LOOK_EVERY:
            return False
        self._since_look = 0
        above = [refused for sent_with, refused in self._outcomes if sent_with >= in_flight]
        below = [refused for sent_with, refused in self._outcomes if sent_with < in_flight]
        if len(below) < _ENOUGH_BELOW or sum(above) < _ENOUGH_REFUSED:
            return False
        # As the rule of succession: that none was refused below does not mean that none ever is.
        usual = (sum(below) + 1) / (len(below) + 2)
        return sum(above) / len(above) >= max(_SHARE_ABOVE, _TIMES_BELOW * usual)
