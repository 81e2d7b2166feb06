"""Whether a judge of pairs goes by where a candidate stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dialoom.evaluation.agreement.bootstrap import Interval, Resampler


@dataclass(frozen=True, slots=True)
class PositionBias:
    """What a judge said of pairs in both orders.

    Attributes:
        pairs: how many.
        consistent: the share in which both orders have the same outcome.
        names_first: among answers that are no tie, the share of `A`; 0.5 where the position plays no part, as each
            candidate stood once in each.
    """

    pairs: int
    consistent: Interval
    names_first: Interval

    def to_json(self) -> dict[str, Any]:
        return {
            "pairs": self.pairs,
            "consistent": self.consistent.to_json(),
            "names_first": self.names_first.to_json(),
        }


def position_bias(choices: Sequence[tuple[str, str]], resampler: Resampler) -> PositionBias:
    """The bias in pairs of answers, the straight order's and the swapped one's, each `A`, `B` or `tie`."""
    swap = {"A": "B", "B": "A"}
    same = np.array([one == swap.get(other, other) for one, other in choices], dtype=float)
    first = np.array([(one == "A") + (other == "A") for one, other in choices], dtype=float)
    named = np.array([(one != "tie") + (other != "tie") for one, other in choices], dtype=float)
    found = resampler.intervals(
        [len(choices)],
        lambda drawn: {
            "consistent": float(same[drawn].mean()) if len(drawn) else float("nan"),
            "names_first": float(first[drawn].sum() / named[drawn].sum()) if named[drawn].sum() else float("nan"),
        },
    )
    return PositionBias(len(choices), **found)
