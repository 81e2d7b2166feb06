"""Whether made data drifts from real data: alarms whose thresholds come from how real data differs from itself."""

from dialoom.evaluation.drift.detect import Alarm, Drift, detect_drift
from dialoom.evaluation.drift.signals import SIGNALS, Measured, Pool, Signal
from dialoom.evaluation.drift.units import Unit, unit_of

__all__ = ["SIGNALS", "Alarm", "Drift", "Measured", "Pool", "Signal", "Unit", "detect_drift", "unit_of"]
