"""Which of the lines made so far are mixed in: those that hold, and that nobody is tested on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from dialoom.cycle.folder import Row
from dialoom.cycle.sets import Sets, key
from dialoom.cycle.vouching import VOUCHED
from dialoom.intents.review import DROP


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


def gate(pool: Sequence[Row], sets: Sets, decided: Mapping[str, str], per_intent: int, number: int, seed: int) -> Gated:
    """Of each rare intent at most `per_intent` of the lines that hold: those a person let in, others drawn by `seed`.

    The node that made them has verified them. What is chosen for its score and difference taught no more than what is
    drawn at random, when both were tried.

    Args:
        pool: lines of all rounds so far.
        decided: what people decided, the intent or `drop` by the line's text; it goes before what was found.
        number: of this round: what is told of making is of its lines.
    """
    held = sets.held()
    known = {key(row.text) for row in sets.train.rows}
    pool = [_by_person(row, decided.get(row["text"])) for row in pool]
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
        chance = Random(f"{seed}/{intent}")
        # What a person let in is not left to chance.
        drawn = sorted(good, key=lambda row: (row["text"] not in decided, chance.random()))[:per_intent]
        kept += drawn
    made = {
        "intents": Counter(row["intent"] for row in new),
        "sources": Counter(row["variety"] for row in new),
    }
    return Gated(kept, leaks, made, dict(found.most_common()), [row for row in new if row["verdict"] == "review"])


def _by_person(row: Row, decision: str | None) -> Row:
    if decision is None:
        return row
    said = {"verdict": "drop"} if decision == DROP else {"verdict": "keep", "intent": decision}
    return row | said | {"why": "a person's decision"}


def _why(row: Row) -> str:
    """What was found of a line, without the names that differ from line to line."""
    if row["why"] == VOUCHED:
        return "vouched for"
    if row["verdict"] != "drop":
        return str(row["verdict"])
    return str(row["why"]).split(":")[0].split(" to ")[0] or "drop"
