"""What a taxonomy says of a request: what has to be filled, whether somebody takes over, and values for slots."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from random import Random

from dialoom.evaluation.stress.scenario import Said, Scenario, Side
from dialoom.intents.line import Ground, in_words
from dialoom.intents.taxonomy import Taxonomy
from dialoom.intents.variety import Brief, mix


def told_of(scenario: Scenario, taxonomy: Taxonomy | None, random: Random) -> Scenario:
    """The request with what the taxonomy says of its intent.

    A required slot of which the request tells no value gets one of the taxonomy's, so that the user can be asked.
    """
    intent = taxonomy.intents.get(scenario.intent) if taxonomy is not None else None
    if taxonomy is None or intent is None:
        return scenario
    known = dict(scenario.knows)
    for name in intent.slots:
        if name not in known and (values := taxonomy.values(name)):
            known[name] = [random.choice(values)]
    known = {name: [*told, *names_of(name, taxonomy)[1:]] for name, told in known.items()}
    needed = [name for name, use in intent.slots.items() if use.required]
    return replace(
        scenario,
        goal=scenario.goal or intent.description,
        knows=known,
        required=list(dict.fromkeys([*needed, *scenario.required])),
        escalate=bool(intent.escalation),
        criticality=intent.criticality,
    )


def names_of(slot: str, taxonomy: Taxonomy | None) -> list[str]:
    """The names by which a slot may be asked for: its own, and what its description calls it."""
    kind = taxonomy.slots.get(slot) if taxonomy is not None else None
    return [slot, *([kind.description] if kind is not None and kind.description else [])]


def openings(intent: str, description: str, count: int, random: Random) -> Iterator[str]:
    """First words for an intent of which no utterance is known, made without a model."""
    ground = Ground(intent, description)
    for line in mix(Brief(ground), {"template": 1.0}, count, random):
        yield line.text


def request(
    name: str,
    intent: str,
    side: Side,
    text: str,
    slots: Mapping[str, str] | None = None,
    knows: Mapping[str, Sequence[str]] | None = None,
) -> Scenario:
    """A request that begins with one utterance."""
    said = Said(text, intent, slots or {})
    told = {slot: [value] for slot, value in (slots or {}).items()}
    return Scenario(name, intent, side, [said], knows={**(knows or {}), **told}, required=list(slots or {}))


def name_of(intent: str, number: int) -> str:
    """A name for the `number`-th request of an intent, from 1."""
    return f"{in_words(intent).replace(' ', '-') or 'request'}-{number}"
