"""What a bot does under stress: by intent, by slot and by escalation, and what it loses when people write badly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dialoom.evaluation.stress.judged import CHECKS, Judged
from dialoom.evaluation.stress.rates import Loss, Rate, loss, rate
from dialoom.evaluation.stress.scenario import CLEAN
from dialoom.evaluation.stress.slots import SlotOutcome, slot_outcomes
from dialoom.evaluation.stress.talk import Talk, Tells

SOUND = "sound"
"""The measure of talks that pass every check."""

ALL = "all"


@dataclass(frozen=True)
class Report:
    """What a bot does under stress.

    Attributes:
        unplayed: requests that could not be played, each with why.
        status: of the run: finished, interrupted, stopped.
    """

    judged: Sequence[Judged]
    unplayed: Sequence[tuple[str, str]]
    status: str

    @property
    def clean(self) -> list[Judged]:
        return [one for one in self.judged if one.talk.variant == CLEAN]

    @cached_property
    def variants(self) -> list[str]:
        """The variants beside the clean requests, in the order in which they were asked for."""
        return [name for name in dict.fromkeys(one.talk.variant for one in self.judged) if name != CLEAN]

    @cached_property
    def tells(self) -> Tells:
        return Tells.of([one.talk for one in self.judged])

    @property
    def measures(self) -> list[str]:
        """`sound`, and the checks that any talk could be told by."""
        seen = {name for one in self.judged for name in one.outcomes}
        return [SOUND, *(name for name in CHECKS.names() if name in seen)]

    def rate(self, measure: str, of: Iterable[Judged]) -> Rate:
        """The share of the talks that pass a check, or all."""
        return rate([passed for one in of if (passed := passes(one, measure)) is not None])

    @cached_property
    def by_intent(self) -> dict[str, list[Judged]]:
        """Talks by the intent that they were played for, clean and varied; those with the most failures first."""
        found: dict[str, list[Judged]] = {}
        for one in self.judged:
            found.setdefault(one.talk.intent, []).append(one)
        return dict(sorted(found.items(), key=lambda item: (self.rate(SOUND, item[1]).value or 0.0, item[0])))

    @cached_property
    def by_slot(self) -> dict[str, list[tuple[Talk, SlotOutcome]]]:
        """What became of each slot."""
        found: dict[str, list[tuple[Talk, SlotOutcome]]] = {}
        for one in self.judged:
            for name, outcome in slot_outcomes(one.talk, self.tells).items():
                found.setdefault(name, []).append((one.talk, outcome))
        return dict(sorted(found.items()))

    @cached_property
    def by_escalation(self) -> dict[str, list[Judged]]:
        """Talks by whether somebody has to take over."""
        found: dict[str, list[Judged]] = {}
        for name, wanted in (("demanded", True), ("not demanded", False), ("not known", None)):
            held = [one for one in self.judged if one.talk.demanded is wanted]
            if held:
                found[name] = held
        return found

    def brittleness(self, variant: str) -> dict[str, dict[str, Loss]]:
        """What is lost to a variant: {`all`, `intent: NAME`, `slot: NAME`, `escalation: NAME`: {measure: loss}}."""
        found: dict[str, dict[str, Loss]] = {}

        def noted(group: str, measure: str, pairs: Sequence[tuple[bool, bool]]) -> None:
            made = loss(pairs)
            if made is not None:
                found.setdefault(group, {})[measure] = made

        for measure in self.measures:
            noted(ALL, measure, self._pairs(self.judged, variant, measure))
        for intent, held in self.by_intent.items():
            for measure in (
                SOUND,
                *(each for each in ("intent", "slots", "escalation", "task") if each in self.measures),
            ):
                noted(f"intent: {intent}", measure, self._pairs(held, variant, measure))
        for slot, outcomes in self.by_slot.items():
            right = [(talk.request, talk.variant, outcome.right) for talk, outcome in outcomes]
            noted(f"slot: {slot}", "slots", _paired(right, variant))
        for name, held in self.by_escalation.items():
            if name != "not known":
                noted(f"escalation: {name}", "escalation", self._pairs(held, variant, "escalation"))
        return found

    def _pairs(self, held: Sequence[Judged], variant: str, measure: str) -> list[tuple[bool, bool]]:
        told = [(one.talk.request, one.talk.variant, passes(one, measure)) for one in held]
        return _paired([each for each in told if each[2] is not None], variant)  # type: ignore[misc]

    @cached_property
    def latency(self) -> dict[str, float]:
        """Seconds of answers: p50, p95 and the longest; nothing where nothing was answered."""
        import numpy as np

        taken = [one["seconds"] for each in self.judged for one in each.talk.told if "failed" not in one]
        if not taken:
            return {}
        half, most = np.quantile(taken, [0.5, 0.95])
        return {"p50": float(half), "p95": float(most), "max": float(max(taken))}

    @property
    def answers_to_solve(self) -> float | None:
        """How many answers a request that was solved took on average."""
        many = [len(one.talk.answers) for one in self.judged if (task := one.outcomes.get("task")) and task.passed]
        return sum(many) / len(many) if many else None

    def failures(self) -> dict[str, int]:
        """How many talks ended by each kind of failure."""
        kinds = [one.talk.failed for one in self.judged if one.talk.failed]
        return {kind: kinds.count(kind) for kind in sorted(set(kinds))}

    def worst(self, most: int) -> list[Judged]:
        """Talks that fail, the worst first: by the weights of what they fail, and how critical the intent is."""
        failing = [one for one in self.judged if not one.sound]
        return sorted(failing, key=lambda one: (-one.weight * _STAKES[_stake(one)], one.talk.request))[:most]

    def to_json(self) -> dict[str, Any]:
        groups: Mapping[str, Mapping[str, Sequence[Judged]]] = {
            "by_intent": self.by_intent,
            "by_escalation": self.by_escalation,
            "by_variant": {
                name: [one for one in self.judged if one.talk.variant == name] for name in self._all_variants
            },
        }
        return {
            "status": self.status,
            "dialogues": len(self.judged),
            "requests": len({one.talk.request for one in self.judged}),
            "unplayed": [{"seed": seed, "why": why} for seed, why in self.unplayed],
            "tells": {"intent": self.tells.intent, "slots": self.tells.slots},
            "measures": {name: CHECKS.load(name).about if name != SOUND else "every check" for name in self.measures},
            "all": self._rates(self.judged),
            **{what: {name: self._rates(held) for name, held in group.items()} for what, group in groups.items()},
            "by_slot": {name: _slot_json(outcomes) for name, outcomes in self.by_slot.items()},
            "brittleness": {
                variant: {
                    group: {measure: each.to_json() for measure, each in losses.items()}
                    for group, losses in self.brittleness(variant).items()
                }
                for variant in self.variants
            },
            "latency_seconds": self.latency,
            "answers_to_solve": self.answers_to_solve,
            "failures": self.failures(),
            "talks": [_talk_json(one) for one in self.judged],
        }

    @property
    def _all_variants(self) -> list[str]:
        return [name for name in dict.fromkeys([CLEAN, *self.variants]) if name]

    def _rates(self, held: Sequence[Judged]) -> dict[str, Any]:
        rates = {measure: self.rate(measure, held) for measure in self.measures}
        return {"dialogues": len(held)} | {name: each.to_json() for name, each in rates.items() if each.of}


_STAKES = {"low": 0.75, "medium": 1.0, "high": 1.5, "critical": 2.0}


def _stake(one: Judged) -> str:
    told = str(one.talk.expected["criticality"])
    return told if told in _STAKES else "medium"


def passes(one: Judged, measure: str) -> bool | None:
    """Whether a talk passes; None where it cannot be told."""
    if measure == SOUND:
        return one.sound
    outcome = one.outcomes.get(measure)
    return None if outcome is None else outcome.passed


def _paired(told: Sequence[tuple[str, str, bool]], variant: str) -> list[tuple[bool, bool]]:
    """(clean, varied) of each request that has both, from (request, variant, passed)."""
    clean = {request: passed for request, name, passed in told if name == CLEAN}
    return [(clean[request], passed) for request, name, passed in told if name == variant and request in clean]


def _slot_json(outcomes: Sequence[tuple[Talk, SlotOutcome]]) -> dict[str, Any]:
    hows = [outcome.how for _, outcome in outcomes]
    by_variant: dict[str, list[bool]] = {}
    for talk, outcome in outcomes:
        by_variant.setdefault(talk.variant, []).append(outcome.right)
    return {
        "all": rate([outcome.right for _, outcome in outcomes]).to_json(),
        "how": {how: hows.count(how) for how in sorted(set(hows))},
        "by_variant": {name: rate(passed).to_json() for name, passed in by_variant.items()},
    }


def _talk_json(one: Judged) -> dict[str, Any]:
    talk = one.talk
    return {
        "id": talk.dialogue.id,
        "request": talk.request,
        "variant": talk.variant,
        "intent": talk.intent,
        "answers": len(talk.answers),
        "ended": talk.ended.get("by"),
        "escalated_at": talk.escalated_at,
        "passed": {name: outcome.passed for name, outcome in one.outcomes.items()},
        "faults": one.faults,
    }
