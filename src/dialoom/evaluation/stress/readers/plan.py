"""A generation plan: its examples as first words, its slots as what the user knows, its variants as how it speaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Any

from dialoom.evaluation.stress.readers._intents import name_of, openings, request, told_of
from dialoom.evaluation.stress.scenario import Scenario
from dialoom.evaluation.stress.scenarios import Reader, Reading
from dialoom.intents.plan import FREE, IntentPlan, is_plan, read_plan


def _read(named: str, reading: Reading) -> Iterator[Scenario]:
    plan = read_plan(Path(named))
    for each in plan.intents:
        if each.decision == "drop":
            continue
        random = Random(f"{reading.seed}/{each.intent}")
        texts = each.examples[: reading.each]
        texts += openings(each.intent, each.description, reading.each - len(texts), random)
        styles = cycle(_styles(each, plan.seed) or [""])
        for number, (text, style) in enumerate(zip(texts, styles, strict=False), 1):
            knows = {slot: [random.choice(values)] for slot, values in each.slots.items() if values}
            made = replace(
                request(name_of(each.intent, number), each.intent, reading.side, text, knows=knows),
                goal=each.description,
                style=style,
                required=list(knows),
                escalate=bool(each.escalation),
                criticality=each.criticality,
            )
            yield told_of(made, reading.taxonomy, random)


def _styles(each: IntentPlan, seed: int) -> list[str]:
    """The plan's combinations of variants, in words."""
    return ["; ".join(f"{name}: {row[name]}" for name in each.variants if row[name] != FREE) for row in each.rows(seed)]


def _fits(named: str, data: Any) -> bool:
    return is_plan(data)


READER = Reader("a generation plan (YAML): its examples, slots, variants and escalation", _fits, _read)
