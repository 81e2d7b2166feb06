"""Slots of rare intents: a sequence labeller trained on what the classifier is trained on, judged by whole spans."""

from dialoom.evaluation.intents.slots.crf import CrfTagger, needs_crfsuite
from dialoom.evaluation.intents.slots.spans import SlotScores, score_slots, span_f1

__all__ = ["CrfTagger", "SlotScores", "needs_crfsuite", "score_slots", "span_f1"]
