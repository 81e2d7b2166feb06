"""Is a dialogue good enough: metrics, the rules over them, likeness of texts."""

from dialoom.quality._column import Column, ColumnType, TagColumn
from dialoom.quality._predicate import RuleError
from dialoom.quality.defaults import DEFAULT_RULES
from dialoom.quality.metrics import METRICS, Metric
from dialoom.quality.rules import Rules, Verdict
from dialoom.quality.similarity import Near, NearDuplicates, rouge_l

__all__ = [
    "DEFAULT_RULES",
    "METRICS",
    "Column",
    "ColumnType",
    "Metric",
    "Near",
    "NearDuplicates",
    "RuleError",
    "Rules",
    "TagColumn",
    "Verdict",
    "rouge_l",
]
