"""Decisions of a taxonomy into a corpus, where data cards and `dialoom corpus decisions` find them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialoom.corpus.decisions import decide, decisions
from dialoom.intents.taxonomy import Taxonomy

if TYPE_CHECKING:
    from dialoom.corpus import Corpus


def record_decisions(taxonomy: Taxonomy, corpus: Corpus) -> list[str]:
    """Records those that the corpus does not hold as its latest ones already; the intents of what was recorded."""
    held = {one.subject: one for one in decisions(corpus)}
    told = []
    for intent, decided in taxonomy.decisions().items():
        known = held.get(intent)
        if known is not None and (known.decision, known.why, known.who) == (decided.decision, decided.why, decided.who):
            continue
        decide(corpus, intent, decided.decision, why=decided.why, who=decided.who)
        told.append(intent)
    return told
