"""Where new lines come from: template, paraphrase, substitution, perturbation, free, transfer; mixed by quota."""

from dialoom.intents.variety._mix import DEFAULT_SHARES, mix, quotas
from dialoom.intents.variety._source import SOURCES, Asked, Brief, Variety

__all__ = ["DEFAULT_SHARES", "SOURCES", "Asked", "Brief", "Variety", "mix", "quotas"]
