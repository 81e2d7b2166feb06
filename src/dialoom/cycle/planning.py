"""How many lines of which intent a round makes, and out of which sources: by what the last round left to be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from dialoom.cycle.folds import examples_without
from dialoom.intents.plan import IntentPlan, Plan
from dialoom.intents.taxonomy import Intent, Taxonomy
from dialoom.intents.utterances import Utterance
from dialoom.intents.variety import quotas

# What the first round asks for, so that later ones have something to give to where it is needed.
_FIRST = 0.6
# What a later round asks for of an intent that is still confused and has all its lines: better ones take their place.
_AGAIN = 0.3
_SHOWN = 20
_LEAST_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class Standing:
    """How a rare intent fares on the validation data, with what is made so far.

    Attributes:
        taken_for: the intent that most of its mistaken lines go to.
        kept: lines made for it so far.
    """

    intent: str
    lines: int
    recall: float
    f1: float
    taken_for: str | None
    kept: int

    def to_json(self) -> dict[str, Any]:
        return {
            "intent": self.intent,
            "lines": self.lines,
            "recall": self.recall,
            "f1": self.f1,
            "taken_for": self.taken_for,
            "kept": self.kept,
        }


@dataclass(frozen=True, slots=True)
class Source:
    """What a source of variety brought in a round.

    Attributes:
        made, kept: lines.
        gain: what macro F1 of the rare intents loses without its lines, on the validation data.
    """

    made: int
    kept: int
    gain: float


def wanted(standing: Standing, number: int, rounds: int, per_intent: int, usual: float) -> int:
    """How many lines a round asks for of an intent; 0 where it needs none.

    Args:
        number: of the round, from 1.
        usual: F1 of the other intents: one that is below it is still confused.
    """
    if number == 1:
        return per_intent if rounds == 1 else ceil(_FIRST * per_intent)
    left = max(0, per_intent - standing.kept)
    if not standing.kept:
        return per_intent
    return max(left, ceil(_AGAIN * per_intent)) if standing.f1 < usual else 0


def make_plan(
    standings: Sequence[Standing],
    train: Sequence[Utterance],
    number: int,
    rounds: int,
    per_intent: int,
    usual: float,
    taxonomy: Taxonomy | None = None,
) -> Plan | None:
    """The plan of a round, the neediest intents first; None where no intent needs more."""
    made = []
    for each in sorted(standings, key=lambda one: (one.f1, one.intent)):
        count = wanted(each, number, rounds, per_intent, usual)
        told = taxonomy.intents.get(each.intent, Intent()) if taxonomy else Intent()
        decision: dict[str, Any] = {"decision": told.decision.decision} if told.decision else {}
        if count:
            made.append(
                IntentPlan(
                    intent=each.intent,
                    count=count,
                    why=_why(each, number, usual),
                    description=told.description,
                    criticality=told.criticality,
                    examples=list(dict.fromkeys(row.text for row in train if row.intent == each.intent))[:_SHOWN],
                    unlike={each.taken_for: _described(each.taken_for, taxonomy)} if each.taken_for else {},
                    **decision,
                )
            )
    return Plan(plan=f"round-{number}", about=f"Round {number}.", intents=made) if made else None


def rows_of(
    plan: Plan, fold_of: Mapping[str, int] | None, train: Sequence[Utterance], number: int, over: float
) -> list[dict[str, Any]]:
    """Seed records of the round's recipe. With folds each shows the examples outside one fold, which its lines may then
    be judged by.

    Args:
        over: candidates for each line wanted.
    """
    slots = {(row.intent, row.text): [slot.model_dump() for slot in row.slots] for row in train}
    found = []
    for intent in plan.intents:
        if not intent.count or intent.decision in ("collect", "drop"):
            continue
        parts: Mapping[int, Sequence[str]] = {}
        if fold_of is not None:
            parts = examples_without(intent.examples, fold_of)
        parts = parts or {-1: intent.examples}
        counts = quotas({str(fold): 1.0 for fold in parts}, ceil(over * intent.count))
        for fold, texts in parts.items():
            if counts[str(fold)]:
                shown = [{"text": text, "slots": slots.get((intent.intent, text), [])} for text in texts]
                told = {"intent": intent.intent, "description": intent.description, "examples": shown}
                found.append(told | {"count": counts[str(fold)], "fold": fold, "round": number})
    return found


def next_shares(shares: Mapping[str, float], sources: Mapping[str, Source], noise: float) -> dict[str, float]:
    """Shares of a further round: more of what helped beyond the noise, less of what hurt or of which nothing holds.

    No share doubles or more than halves at once, and none that was above 0 vanishes: one round says little.
    """
    found = {}
    for name, share in shares.items():
        source = sources.get(name)
        factor = 1.0
        if source is not None and source.made:
            factor = 1.0 + max(-0.5, min(1.0, source.gain / noise)) if noise > 0 else 1.0
            factor *= 1.0 if source.kept else 0.5
        found[name] = max(_LEAST_SHARE, share * max(0.5, factor)) if share > 0 else 0.0
    whole = sum(found.values())
    return {name: round(share / whole, 4) for name, share in found.items()}


def _why(standing: Standing, number: int, usual: float) -> str:
    lines = f"{standing.lines} real line{'' if standing.lines == 1 else 's'}"
    said = [lines, f"F1 {standing.f1:.2f}, recall {standing.recall:.2f}"]
    if standing.taken_for:
        said[-1] += f", mostly taken for {standing.taken_for}"
    if number > 1:
        said.append(f"still below the {usual:.2f} of other intents" if standing.kept else "nothing was kept so far")
        said.append(f"{standing.kept} made lines kept")
    return "; ".join(said)


def _described(intent: str, taxonomy: Taxonomy | None) -> str:
    from dialoom.intents.derive import spoken

    told = taxonomy.intents.get(intent) if taxonomy else None
    return (told.description if told else "") or spoken(intent)
