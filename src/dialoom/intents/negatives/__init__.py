"""Lines that are not what they look like, for a classifier to learn where an intent ends."""

from dialoom.intents.negatives._kind import KINDS, NEGATIVE, Negative, negatives

__all__ = ["KINDS", "NEGATIVE", "Negative", "negatives"]
