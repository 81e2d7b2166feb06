"""What decides keep or reject, and says why: rules, and the choice among those that meet them."""

from dialoom.quality.gate.settings import BestOf, Diverse, DiverseField, Quota, QuotaField
from dialoom.quality.gate.stream import Gate
from dialoom.quality.gate.whole import WholeSet

__all__ = ["BestOf", "Diverse", "DiverseField", "Gate", "Quota", "QuotaField", "WholeSet"]
