"""Metrics of dialogues, one module each, found by name."""

from dialoom.quality.metrics._metric import Metric, Needs, Value
from dialoom.registry import Registry

METRICS: Registry[Metric] = Registry("dialoom.quality.metrics", "METRIC", "metric")

__all__ = ["METRICS", "Metric", "Needs", "Value"]
