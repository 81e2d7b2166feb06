"""Whether an endpoint refuses calls because there are too many at once, or at any load."""

from __future__ import annotations

from dialoom.models.refused_from import RefusedFrom

# A share is taken of so many refusals, or of so many limits' worth of calls where there are fewer.
_REFUSALS_OF_A_SHARE = 32
_LIMITS_OF_A_SHARE = 8
_SHORTEST_SHARE = 32
# Load is not to blame where half of it leaves most of the refusals, unless nearly all are refused.
_LESS = 0.5
_MOST = 0.7
_NEARLY_ALL = 0.8
# A smaller share of refusals than this is heeded only where it met what exceeds a limit.
_FEW = 0.1
# From this share of refusals on, the limit is lowered in larger steps.
_MANY = 0.1
_WEIGHT = 1 / 128
_SLOW_WEIGHT = 1 / 512
# How far above what is usual the share of refusals has to rise before load is blamed again.
_UNUSUAL_TIMES = 1.5
_UNUSUAL_MORE = 0.15
_UNUSUAL_AT_ANY_RATE = 0.9


class Refusals:
    """Tells refusals that fewer calls would avoid from those of a gateway that fails some share of all calls.

    A few are heeded only where they all met calls that were sent with more in flight than others.
    The limit is lowered at a refusal and the share of refusals watched: where it falls, load was to blame; where it
    stays, it did not help, and that share is usual from then on.
    """

    def __init__(self) -> None:
        self._from = RefusedFrom()
        self._usual = 0.0
        self._recent = 0.0
        self._outcomes = 0
        self._refused = 0
        self._tried_from: float | None = None
        self._share_before: float | None = None

    def blames_load(self, limit: float, sent_at: float, in_flight: int) -> bool:
        """Note a refusal under this limit, of a call sent then with so many in flight.

        Returns whether the limit should be lowered for it.
        """
        self._from.refused(sent_at, in_flight)
        self._outcomes += 1
        self._refused += 1
        self._recent += _WEIGHT * (1 - self._recent)
        if self._recent <= self._heeded_from() and not self._from.is_limit(in_flight):
            self._usual += _SLOW_WEIGHT * (self._recent - self._usual) if self._usual else 0.0
            return False
        if self._tried_from is None:
            self._tried_from = limit
            self._begin()
            self._outcomes = self._refused = 1
        return True

    @property
    def many(self) -> bool:
        """Whether many calls are refused just now."""
        return self._recent > _MANY

    def answered(self, sent_at: float, in_flight: int) -> None:
        """Note an answer to a call sent then with so many in flight."""
        self._from.answered(sent_at, in_flight)
        self._outcomes += 1
        self._recent -= _WEIGHT * self._recent

    def acquitted(self, limit: float) -> float | None:
        """The limit to go back to, once it shows that lowering it to this one has not helped."""
        if self._tried_from is None or not self._is_a_share(limit):
            return None
        share, before = self._refused / self._outcomes, self._share_before
        self._begin(share)
        if before is None:
            return None
        if share < _MOST * before or not share or share > _NEARLY_ALL:
            self._tried_from = None
            return None
        if limit > _LESS * self._tried_from and limit > 1:
            return None
        back, self._tried_from, self._usual = self._tried_from, None, share
        return back

    def _heeded_from(self) -> float:
        if not self._usual:
            return _FEW
        return min(_UNUSUAL_AT_ANY_RATE, _UNUSUAL_TIMES * self._usual + _UNUSUAL_MORE)

    def _begin(self, share: float | None = None) -> None:
        self._share_before = share
        self._outcomes = self._refused = 0

    def _is_a_share(self, limit: float) -> bool:
        return self._refused >= _REFUSALS_OF_A_SHARE or self._outcomes >= max(
            _SHORTEST_SHARE, _LIMITS_OF_A_SHARE * limit
        )
