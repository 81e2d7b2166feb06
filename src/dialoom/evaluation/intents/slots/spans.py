"""F1 over spans: a slot counts where its name and both ends are right, as in CoNLL (Tjong Kim Sang 2002)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dialoom.intents.utterances import Utterance

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Span = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class SlotScores:
    """Micro F1 of spans, 0..1, over test lines.

    Attributes:
        hits: spans of each line that were told and are right.
        spans: those that are right and those that were told, together.
        of_rare: whether each line's intent is rare.
    """

    hits: NDArray[np.int64]
    spans: NDArray[np.int64]
    of_rare: NDArray[np.bool_]

    def measures(self, drawn: NDArray[np.int64] | None = None) -> dict[str, float]:
        """F1 over the rare intents' lines, and over all, or those `drawn` (indexes); NaN where there are no spans."""
        hits, spans, of_rare = self.hits, self.spans, self.of_rare
        if drawn is not None:
            hits, spans, of_rare = hits[drawn], spans[drawn], of_rare[drawn]
        return {"rare_slot_f1": _f1(hits[of_rare], spans[of_rare]), "slot_f1": _f1(hits, spans)}

    @property
    def rare(self) -> float:
        return self.measures()["rare_slot_f1"]

    @property
    def all(self) -> float:
        return self.measures()["slot_f1"]


def spans_of(row: Utterance) -> set[Span]:
    """Start, end and name of each slot."""
    return {(slot.start, slot.end, slot.name) for slot in row.slots if slot.start is not None and slot.end is not None}


def span_f1(right: Sequence[set[Span]], told: Sequence[set[Span]]) -> float:
    """Micro F1 over lines; NaN where neither side has a span."""
    return _scores(right, told, [False] * len(right)).all


def score_slots(train: Sequence[Utterance], test: Sequence[Utterance], rare: Sequence[str]) -> SlotScores:
    """Train a CRF on the lines and their slots, and score it on the test.

    Raises MissingExtra where python-crfsuite is not installed.
    """
    from dialoom.evaluation.intents.slots.crf import CrfTagger

    tagger = CrfTagger.train(train)
    right = [spans_of(row) for row in test]
    told = [tagger.spans(row.text) for row in test]
    return _scores(right, told, [row.intent in set(rare) for row in test])


def _scores(right: Sequence[set[Span]], told: Sequence[set[Span]], of_rare: Sequence[bool]) -> SlotScores:
    import numpy as np

    hits = [len(one & other) for one, other in zip(right, told, strict=True)]
    spans = [len(one) + len(other) for one, other in zip(right, told, strict=True)]
    return SlotScores(np.array(hits, dtype=np.int64), np.array(spans, dtype=np.int64), np.array(of_rare, dtype=bool))


def _f1(hits: NDArray[np.int64], spans: NDArray[np.int64]) -> float:
    total = int(spans.sum())
    return 2 * int(hits.sum()) / total if total else float("nan")
