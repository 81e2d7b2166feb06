"""Agreement between raters: people with each other, and judges with people."""

from dialoom.evaluation.agreement.bootstrap import Interval, Resampler
from dialoom.evaluation.agreement.kappa import cohen_kappa, fleiss_kappa
from dialoom.evaluation.agreement.krippendorff import Level, krippendorff_alpha
from dialoom.evaluation.agreement.ratings import Rating, Ratings
from dialoom.evaluation.agreement.readers import READERS, read_ratings
from dialoom.evaluation.agreement.report import Agreement, measure_agreement

__all__ = [
    "READERS",
    "Agreement",
    "Interval",
    "Level",
    "Rating",
    "Ratings",
    "Resampler",
    "cohen_kappa",
    "fleiss_kappa",
    "krippendorff_alpha",
    "measure_agreement",
    "read_ratings",
]
