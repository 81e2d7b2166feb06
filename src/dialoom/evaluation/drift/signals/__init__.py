"""In what ways made data can differ from real data: one module a way."""

from dialoom.evaluation.drift.signals._signal import SIGNALS, Measured, Pool, Signal, Statistic

__all__ = ["SIGNALS", "Measured", "Pool", "Signal", "Statistic"]
