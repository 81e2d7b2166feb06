"""The same request as people really put it: with noise, or in other words. What is lost against the clean one is what
makes a bot brittle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from dialoom.dialogue import Slot
from dialoom.errors import UsageError, nearest
from dialoom.evaluation.stress.scenario import Scenario
from dialoom.intents.line import Ground, Line
from dialoom.intents.noise import KINDS
from dialoom.intents.variety import SOURCES, Brief, mix

# As often as a line has room for it.
_ALWAYS = 1.0


@dataclass(frozen=True, slots=True)
class Variant:
    """A way to put a request.

    Attributes:
        noise: kinds of noise, each put once into every turn.
        variety: a source of variety that words the first turn anew; empty for none.
    """

    name: str
    noise: Mapping[str, float] = field(default_factory=dict)
    variety: str = ""


def parse_variants(names: Sequence[str]) -> list[Variant]:
    """`typo+disfluency`, `paraphrase`: kinds of noise and a source of variety that needs no model, joined by `+`.

    Raises UsageError for a name that is neither.
    """
    sources = [name for name in SOURCES.names() if name != "free"]
    found = []
    for name in dict.fromkeys(names):
        parts = [part.strip() for part in name.split("+") if part.strip()]
        for part in parts:
            if part not in (*KINDS.names(), *sources):
                raise UsageError(
                    f"'{part}' is neither a kind of noise nor a source of variety",
                    remedy=nearest(part, [*KINDS.names(), *sources]),
                )
        worded = [part for part in parts if part in sources]
        if not parts or len(worded) > 1:
            raise UsageError(f"'{name}' is no variant", remedy="write such as typo+disfluency, or paraphrase+typo")
        found.append(Variant(name, {part: _ALWAYS for part in parts if part not in sources}, "".join(worded)))
    return found


def varied(scenarios: Sequence[Scenario], variants: Sequence[Variant], seed: int) -> Iterator[Scenario]:
    """Each request clean, and then in each variant that it can be put in.

    A dialogue that is said again gets no other first turn: what follows would not fit it.
    """
    lines: dict[str, list[Line]] = {}
    for scenario in scenarios:
        if scenario.lines:
            lines.setdefault(scenario.intent, []).append(_first(scenario))
    for scenario in scenarios:
        yield scenario
        for variant in variants:
            made = scenario
            if variant.variety:
                worded = (
                    _worded(scenario, variant, lines, seed) if scenario.side != "lines" and scenario.lines else None
                )
                if worded is None:
                    continue
                made = worded
            yield replace(made, variant=variant.name, noise=variant.noise)


def _worded(scenario: Scenario, variant: Variant, lines: Mapping[str, Sequence[Line]], seed: int) -> Scenario | None:
    others = {intent: held for intent, held in lines.items() if intent != scenario.intent}
    values = {name: [told[0]] for name, told in scenario.knows.items() if told}
    brief = Brief(Ground(scenario.intent, scenario.goal, (_first(scenario),), others, values))
    made = mix(brief, {variant.variety: 1.0}, 1, Random(f"{seed}/{scenario.request}/{variant.name}"))
    if not made:
        return None
    first = replace(scenario.lines[0], text=made[0].text)
    return replace(scenario, lines=[first, *scenario.lines[1:]])


def _first(scenario: Scenario) -> Line:
    """The first turn, with the values that stand in it."""
    text = scenario.lines[0].text
    slots = []
    for name, value in scenario.lines[0].slots.items():
        start = text.find(value)
        if start >= 0:
            slots.append(Slot(name=name, value=value, start=start, end=start + len(value)))
    return Line(text, scenario.intent, tuple(slots))
