"""From a diagnosis to a generation plan: how many lines of which intent, in which variants, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from dialoom.dialogue.words import words
from dialoom.intents.derive import spoken
from dialoom.intents.diagnosis.diagnose import Diagnosis, IntentFacts
from dialoom.intents.plan import IntentPlan, Plan
from dialoom.intents.taxonomy import Intent, Taxonomy

_NEIGHBOURS = 3
_VALUES = 20


@dataclass(frozen=True, slots=True)
class Quotas:
    """How much is to be made.

    Attributes:
        target: up to how many lines an intent is filled, before criticality and recall count; never beyond the median
            intent of the data. Made lines stop paying off at some 45 to an intent.
        weights: what criticality makes of the target.
        weak: an intent whose recall in cross-validation is below this gets lines though it is not rare.
        least: how many lines an intent gets at least that is in the plan.
        most: how many it gets at most.
        seeds: how many real lines are shown as examples.
        features: the features that quotas are set for. How a line is written and typed is noise that is added later.
    """

    target: int = 50
    weights: Mapping[str, float] = field(
        default_factory=lambda: {"low": 0.75, "medium": 1.0, "high": 1.25, "critical": 1.5}
    )
    weak: float = 0.6
    least: int = 10
    most: int = 100
    seeds: int = 10
    features: Sequence[str] = ("length", "form", "politeness", "register", "emotion", "person", "context")


def plan_from(
    diagnosis: Diagnosis,
    taxonomy: Taxonomy | None = None,
    quotas: Quotas | None = None,
    name: str = "plan",
    seed: int = 0,
) -> Plan:
    """The plan for the intents that are rare, critical or hard to recognise, the neediest first.

    In each feature an intent gets the lines that bring it nearest to how the whole of the data is spread.

    Raises ValidationError, of pydantic, where no intent needs any: ask `needy` before.
    """
    quotas = quotas or Quotas()
    made = [_intent(facts, diagnosis, taxonomy, quotas) for facts in needy(diagnosis, quotas)]
    lines = f"{len(diagnosis.data.rows):,} lines of {len(diagnosis.intents)} intents"
    return Plan(plan=name, seed=seed, about=f"From a diagnosis of {lines}.", intents=made)


def needy(diagnosis: Diagnosis, quotas: Quotas | None = None) -> list[IntentFacts]:
    """The intents that a plan is made for: rare, critical, or with a recall that is too low; the neediest first."""
    weak = (quotas or Quotas()).weak
    found = [each for each in diagnosis.intents.values() if each.rare or each.critical or each.scores.recall < weak]
    return sorted(found, key=lambda each: (not each.critical, not each.rare, each.count, each.intent))


def deal(number: int, held: Mapping[str, int], shares: Mapping[str, float]) -> dict[str, int]:
    """How many of `number` new lines get which value, so that old and new together come nearest to the shares.

    Largest remainders, so that the sum is `number`; values whose share is zero get none.
    """
    total = sum(held.values()) + number
    wanted = {value: max(0.0, share * total - held.get(value, 0)) for value, share in shares.items()}
    scale = number / sum(wanted.values()) if sum(wanted.values()) else 0.0
    exact = {value: each * scale for value, each in wanted.items()}
    dealt = {value: int(each) for value, each in exact.items()}
    left = number - sum(dealt.values()) if scale else 0
    for value in sorted(exact, key=lambda value: dealt[value] - exact[value])[:left]:
        dealt[value] += 1
    return {value: each for value, each in dealt.items() if each}


def _intent(facts: IntentFacts, diagnosis: Diagnosis, taxonomy: Taxonomy | None, quotas: Quotas) -> IntentPlan:
    told = taxonomy.intents.get(facts.intent, Intent()) if taxonomy else Intent()
    goal = (
        min(quotas.target, median(each.count for each in diagnosis.intents.values())) * quotas.weights[told.criticality]
    )
    count = min(quotas.most, max(quotas.least, round(goal) - facts.count))
    decided = told.decision.decision if told.decision else "synthesise"
    more: dict[str, Any] = {"decision": decided} if decided != "synthesise" else {}
    coverage = diagnosis.coverage
    variants = {
        feature: deal(count, coverage.counts[facts.intent][feature], coverage.shares[feature])
        for feature in quotas.features
        if feature in coverage.values and sum(share > 0 for share in coverage.shares[feature].values()) > 1
    }
    return IntentPlan(
        intent=facts.intent,
        count=count,
        why="; ".join(_why(facts, diagnosis, told, quotas)),
        description=told.description or spoken(facts.intent),
        criticality=told.criticality,
        examples=_seeds(facts, diagnosis, quotas.seeds),
        unlike=_unlike(facts, diagnosis, taxonomy, told),
        slots=_slots(facts, diagnosis, taxonomy, told),
        acts=told.acts,
        escalation=", then ".join(told.escalation),
        variants=variants,
        **more,
    )


def _why(facts: IntentFacts, diagnosis: Diagnosis, told: Intent, quotas: Quotas) -> Iterator[str]:
    lines = f"{facts.count} line{'' if facts.count == 1 else 's'}"
    yield f"{lines}, rare below {diagnosis.bound:g}" if facts.rare else lines
    if facts.critical:
        yield f"criticality {told.criticality}"
    recall = f"recall {facts.scores.recall:.2f}" + (" is weak" if facts.scores.recall < quotas.weak else "")
    yield recall + (f", mostly taken for {facts.taken_for}" if facts.taken_for else "")
    if facts.attracted:
        yield f"takes {facts.attracted} out-of-scope lines"
    gaps = [
        f"{feature} {value}" for feature, values in facts.gaps.items() if feature in quotas.features for value in values
    ]
    if gaps:
        yield f"lacks {', '.join(gaps[:6])}"


def _seeds(facts: IntentFacts, diagnosis: Diagnosis, most: int) -> list[str]:
    """Real lines that differ: one after the other the line that shares the fewest words with those taken."""
    suspect = {(one.intent, one.text) for one in diagnosis.suspects or ()}
    texts = sorted({row.text for row in diagnosis.data.rows if row.intent == facts.intent})
    # Of few lines each looks odd beside the others: doubts count where there is a choice.
    sound = [text for text in texts if (facts.intent, text) not in suspect] if len(texts) > most else texts
    held = {text: set(words(text)) for text in sound}
    nearest = dict.fromkeys(sound, 0.0)
    taken: list[str] = []
    while nearest and len(taken) < most:
        # Of those that are equally far the longest tells most.
        one = min(nearest, key=lambda text: (nearest[text], -len(held[text]), text))
        del nearest[one]
        taken.append(one)
        for text in nearest:
            union = len(held[text] | held[one])
            nearest[text] = max(nearest[text], len(held[text] & held[one]) / union if union else 1.0)
    return taken


def _unlike(facts: IntentFacts, diagnosis: Diagnosis, taxonomy: Taxonomy | None, told: Intent) -> dict[str, str]:
    """The intents that it is taken for, or that are taken for it, each in words."""
    names = list(told.like)
    names += [one.taken_for for one in diagnosis.mistakes if one.intent == facts.intent]
    names += [one.intent for one in diagnosis.mistakes if one.taken_for == facts.intent]
    for twins in diagnosis.twins:
        if facts.intent in twins.between:
            names += [name for name in twins.between if name != facts.intent]
    chosen = [name for name in dict.fromkeys(names) if name in diagnosis.intents][:_NEIGHBOURS]
    described = {name: taxonomy.intents[name].description for name in chosen if taxonomy and name in taxonomy.intents}
    return {name: described.get(name) or spoken(name) for name in chosen}


def _slots(facts: IntentFacts, diagnosis: Diagnosis, taxonomy: Taxonomy | None, told: Intent) -> dict[str, list[str]]:
    """The slots to use with values: those of the taxonomy, else those that the data's lines have."""
    if taxonomy and told.slots:
        return {slot: taxonomy.values(slot)[:_VALUES] for slot in told.slots}
    found: dict[str, dict[str, None]] = {}
    own = {slot.name for row in diagnosis.data.rows if row.intent == facts.intent for slot in row.slots}
    for row in diagnosis.data.rows:
        for slot in row.slots:
            if slot.name in own:
                found.setdefault(slot.name, {})[slot.value] = None
    return {name: list(values)[:_VALUES] for name, values in sorted(found.items())}
