"""Which intents are rare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Rarity:
    """When an intent is rare: it has fewer lines than a share of the median intent, or than a fixed number.

    Attributes:
        share: of the median.
        fewer: below this many an intent is rare whatever the others have.
    """

    share: float = 0.5
    fewer: int = 10

    def bound(self, counts: Mapping[str, int]) -> float:
        """An intent with fewer lines than this is rare."""
        return max(float(self.fewer), self.share * median(counts.values())) if counts else 0.0

    def rare(self, counts: Mapping[str, int]) -> list[str]:
        """The rare intents, the rarest first."""
        bound = self.bound(counts)
        return sorted(
            (name for name, number in counts.items() if number < bound), key=lambda name: (counts[name], name)
        )
