"""A judge's scores of real dialogues beside those of synthetic ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dialoom.evaluation.agreement.bootstrap import Interval, Resampler

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class BesideReal:
    """Scores of both first_real.

    Attributes:
        synthetic, real: how many there are.
        synthetic_mean, real_mean: with intervals; None where there are none.
        difference: synthetic less real. Above 0, the judge prefers what a machine made.
        superiority: the chance that a synthetic dialogue scores higher than a real one, ties by half (Vargha and
            Delaney 2000); 0.5 where the judge tells no difference.
    """

    synthetic: int
    real: int
    synthetic_mean: Interval
    real_mean: Interval
    difference: Interval
    superiority: Interval

    def to_json(self) -> dict[str, Any]:
        means = ("synthetic_mean", "real_mean", "difference", "superiority")
        return {"synthetic": self.synthetic, "real": self.real} | {n: getattr(self, n).to_json() for n in means}


def beside_real(synthetic: NDArray[np.float64], real: NDArray[np.float64], resampler: Resampler) -> BesideReal:
    """Both first_real' scores, each kind resampled for itself."""
    scores = np.concatenate([synthetic, real])
    first_real = len(synthetic)

    def measure(drawn: NDArray[np.int64]) -> dict[str, float]:
        made, held = scores[drawn[drawn < first_real]], scores[drawn[drawn >= first_real]]
        both = len(made) > 0 and len(held) > 0
        return {
            "synthetic_mean": float(made.mean()) if len(made) else float("nan"),
            "real_mean": float(held.mean()) if len(held) else float("nan"),
            "difference": float(made.mean() - held.mean()) if both else float("nan"),
            "superiority": _superiority(made, held) if both else float("nan"),
        }

    found = resampler.intervals([len(synthetic), len(real)], measure)
    return BesideReal(len(synthetic), len(real), **found)


def _superiority(made: NDArray[np.float64], held: NDArray[np.float64]) -> float:
    ordered = np.sort(held)
    below = np.searchsorted(ordered, made, "left")
    up_to = np.searchsorted(ordered, made, "right")
    return float((below + up_to).mean() / 2 / len(held))
