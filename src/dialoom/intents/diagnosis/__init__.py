"""What a data set of intents lacks: how many, which variants, what is confused, what is wrong; and a plan from that."""

from dialoom.intents.diagnosis.diagnose import Diagnosis, IntentFacts, Settings, diagnose
from dialoom.intents.diagnosis.picture import coverage_map
from dialoom.intents.diagnosis.quotas import Quotas, plan_from
from dialoom.intents.diagnosis.rarity import Rarity

__all__ = ["Diagnosis", "IntentFacts", "Quotas", "Rarity", "Settings", "coverage_map", "diagnose", "plan_from"]
