"""Judges held to account: beside people, beside real dialogues, and for what should not move them."""

from dialoom.evaluation.judges.judged import Judged, judged_in
from dialoom.evaluation.judges.report import JudgeReport, evaluate_judges

__all__ = ["JudgeReport", "Judged", "evaluate_judges", "judged_in"]
