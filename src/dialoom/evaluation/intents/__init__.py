"""Does added data help where data was rare: arms compared on real test data that nothing has touched."""

from dialoom.evaluation.intents.arms import ARMS, Arm, Given, Scene, given_arm
from dialoom.evaluation.intents.curve import Curve, learning_curve
from dialoom.evaluation.intents.experiment import Comparison, Experiment, Problem, compare, cut
from dialoom.evaluation.intents.report import ArmReport, Report

__all__ = [
    "ARMS",
    "Arm",
    "ArmReport",
    "Comparison",
    "Curve",
    "Experiment",
    "Given",
    "Problem",
    "Report",
    "Scene",
    "compare",
    "cut",
    "given_arm",
    "learning_curve",
]
