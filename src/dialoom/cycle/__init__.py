"""From real logs to a better classifier in rounds: diagnose, plan, generate, gate, mix, evaluate, note what changed."""

from dialoom.cycle.cycle import Outcome, cycle
from dialoom.cycle.round import Interrupted
from dialoom.cycle.settings import Settings, make_settings, read_settings

__all__ = ["Interrupted", "Outcome", "Settings", "cycle", "make_settings", "read_settings"]
