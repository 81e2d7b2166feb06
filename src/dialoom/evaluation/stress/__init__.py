"""A bot put under stress: rare, high-stakes and unusual requests played against it, clean and as people really type."""

from dialoom.evaluation.stress.judged import CHECKS, Judging
from dialoom.evaluation.stress.play import Bench, play
from dialoom.evaluation.stress.report import Report
from dialoom.evaluation.stress.scenario import Scenario
from dialoom.evaluation.stress.scenarios import READERS, chosen, read_scenarios
from dialoom.evaluation.stress.variants import Variant, parse_variants, varied

__all__ = [
    "CHECKS",
    "READERS",
    "Bench",
    "Judging",
    "Report",
    "Scenario",
    "Variant",
    "chosen",
    "parse_variants",
    "play",
    "read_scenarios",
    "varied",
]
