"""F1 over spans: a slot counts where its name and both ends are right, as in CoNLL (Tjong Kim Sang 2002)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dialoom.intents.utterances import Utterance

Span = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class SlotScores:
    """Micro F1 of spans, 0..1: over the rare intents' test lines, and over all. NaN where there are no spans."""

    rare: float
    all: float

    def to_json(self) -> dict[str, float]:
        return {"rare_slot_f1": self.rare, "slot_f1": self.all}


def spans_of(row: Utterance) -> set[Span]:
    """Start, end and name of each slot."""
    return {(slot.start, slot.end, slot.name) for slot in row.slots if slot.start is not None and slot.end is not None}


def span_f1(right: Sequence[set[Span]], told: Sequence[set[Span]]) -> float:
    """Micro F1 over lines; NaN where neither side has a span."""
    hits = sum(len(one & other) for one, other in zip(right, told, strict=True))
    total = sum(map(len, right)) + sum(map(len, told))
    return 2 * hits / total if total else float("nan")


def score_slots(train: Sequence[Utterance], test: Sequence[Utterance], rare: Sequence[str]) -> SlotScores:
    """Train a CRF on the lines and their slots, and score it on the test.

    Raises MissingExtra where python-crfsuite is not installed.
    """
    from dialoom.evaluation.intents.slots.crf import CrfTagger

    tagger = CrfTagger.train(train)
    right = [spans_of(row) for row in test]
    told = [tagger.spans(row.text) for row in test]
    chosen = [place for place, row in enumerate(test) if row.intent in set(rare)]
    return SlotScores(span_f1([right[n] for n in chosen], [told[n] for n in chosen]), span_f1(right, told))
