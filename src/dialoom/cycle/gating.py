"""Which of the lines made so far are mixed in: those that hold, that nobody is tested on, and that add something."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dialoom.cycle.folder import Row
from dialoom.cycle.sets import Sets, key, texts_of
from dialoom.dialogue import Slot
from dialoom.intents.embedders import Remembered
from dialoom.intents.line import Line
from dialoom.intents.realism import Verifier
from dialoom.intents.selection import select
from dialoom.intents.views import CentroidView, WordView
from dialoom.nodes._grounds import counts_of_words
from dialoom.quality.embedding import has_embedding, load_embedding

if TYPE_CHECKING:
    from dialoom.quality.embedding import Embed

_SPREAD = 0.5


@dataclass(frozen=True, slots=True)
class Gated:
    """What was chosen.

    Attributes:
        kept: the lines of all rounds that are mixed in.
        review: lines of this round on which two views disagree, for a person.
        leaks: lines that stand in the validation or test data, and are left out.
        made: by intent and by source, how many lines this round made; `found` what was found of them.
    """

    kept: list[Row]
    leaks: int
    made: Mapping[str, Mapping[str, int]]
    found: Mapping[str, int]
    review: list[Row]

    def to_json(self) -> dict[str, Any]:
        by_intent = Counter(row["intent"] for row in self.kept)
        by_source = Counter(row["variety"] for row in self.kept)
        return {
            "kept": len(self.kept),
            "leaks": self.leaks,
            "kept_by_intent": dict(sorted(by_intent.items())),
            "kept_by_source": dict(sorted(by_source.items())),
            "made": {name: dict(each) for name, each in self.made.items()},
            "found": dict(self.found),
        }


def gate(
    pool: Sequence[Row], sets: Sets, embed: Embed, per_intent: int, number: int, rare: int, precision: float
) -> Gated:
    """Of each rare intent at most `per_intent` lines, by score and by what each adds to the others.

    Args:
        pool: lines of all rounds so far.
        number: of this round: what is told of making is of its lines.
        rare: how many examples a rare intent has, and `precision` how much of what is kept is to be right.

    Lines are verified here again, all of an intent together: candidates of several rows and rounds vouch for each
    other, which those of one row alone could not.
    """
    held = sets.held()
    real = texts_of(sets.known())
    pool = verified(pool, real, rare, precision)
    known = {key(row.text) for row in sets.train.rows}
    new = [row for row in pool if row["round"] == number]
    found = Counter(_why(row) for row in new)
    leaks = 0
    kept: list[Row] = []
    for intent in sets.rare:
        seen = set(known)
        good: list[Row] = []
        for row in pool:
            words = key(row["text"])
            if row["intent"] != intent or row["verdict"] != "keep" or words in seen:
                continue
            seen.add(words)
            if words in held:
                leaks += 1
                continue
            good.append(row)
        if good:
            vectors = embed([row["text"] for row in good])
            scores = [float(row["score"]) for row in good]
            chosen = select(vectors, scores, embed(real[intent]), per_intent, _SPREAD)
            kept += [good[place] for place in sorted(chosen)]
    made = {
        "intents": Counter(row["intent"] for row in new),
        "sources": Counter(row["variety"] for row in new),
    }
    return Gated(kept, leaks, made, dict(found.most_common()), [row for row in new if row["verdict"] == "review"])


def verified(pool: Sequence[Row], real: Mapping[str, Sequence[str]], rare: int, precision: float) -> list[Row]:
    """The lines with what is found of them by what real lines, and the other lines of their intent, show."""
    verifier = Verifier.learn(real, CentroidView.learn(_views_embed()), WordView.learn, rare, precision)
    found: dict[str, Row] = {}
    by_intent: dict[str, list[Row]] = {}
    for row in pool:
        by_intent.setdefault(row["intent"], []).append(row)
    for intent, rows in by_intent.items():
        if intent not in real:
            continue
        # Of equal lines one is asked: others would vouch for it as if they were many.
        once = list({key(row["text"]): row for row in reversed(rows)}.values())
        lines = [Line(row["text"], intent, tuple(map(Slot.model_validate, row["slots"]))) for row in once]
        for row, each in zip(once, verifier.verify(lines), strict=True):
            told = {"verdict": each.verdict, "why": each.why, "score": round(each.realism.score, 4)}
            found[row["id"]] = row | told | {"other": each.realism.other}
    return [found[row["id"]] for row in pool if row["id"] in found]


def _views_embed() -> Embed:
    """What the verifier sees of texts: static vectors, or words where they are not installed."""
    return Remembered(load_embedding if has_embedding() else lambda: counts_of_words, "views")


def _why(row: Row) -> str:
    """What was found of a line, without the names that differ from line to line."""
    if row["verdict"] != "drop":
        return str(row["verdict"])
    return str(row["why"]).split(":")[0].split(" to ")[0] or "drop"
