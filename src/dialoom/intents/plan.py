"""The generation plan: how many utterances of which intent, in which variants, why, and from which seeds.

A YAML file that people edit and recipes read: `source: plan.yaml` gives the rows of `Plan.rows`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from dialoom.errors import DialoomError, RecipeError, nearest
from dialoom.problems import explain
from dialoom.yaml_file import Lines, read_yaml

_HOLDS = "'plan', 'seed' and 'intents'"
_OWN = ("intent", "description", "examples", "count", "why", "criticality", "unlike", "slots", "acts", "escalation")


FREE = "any"
"""The value of a feature that a plan leaves free."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class IntentPlan(_Part):
    """What is to be made of one intent."""

    intent: str = Field(min_length=1)
    count: int = Field(ge=0, description="How many utterances to make; 0 for none.")
    why: str = Field(default="", description="Why so many: for people.")
    description: str = Field(default="", description="What the intent means, as a model is told it.")
    criticality: str = Field(default="medium", description="As in the taxonomy.")
    decision: Literal["synthesise", "collect", "both", "drop"] = Field(
        default="synthesise", description="`collect` and `drop` give no rows."
    )
    examples: list[str] = Field(default_factory=list, description="Real utterances to start from: the seeds.")
    unlike: dict[str, str] = Field(
        default_factory=dict, description="Intents that it is taken for, each with an utterance or a description."
    )
    slots: dict[str, list[str]] = Field(default_factory=dict, description="Slots to use, with values.")
    acts: list[str] = Field(default_factory=list, description="Dialogue acts that it takes.")
    escalation: str = Field(default="", description="Where a bot should hand over.")
    variants: dict[str, dict[str, int]] = Field(
        default_factory=dict,
        description="By name of a feature such as `length`: how many utterances of each value. What is left of "
        "`count` is free in this feature.",
    )

    @model_validator(mode="after")
    def _fits(self) -> IntentPlan:
        for feature, quotas in self.variants.items():
            if feature in _OWN:
                raise ValueError(f"no feature can be called '{feature}'")
            if any(number < 0 for number in quotas.values()):
                raise ValueError(f"a quota of '{feature}' is below 0")
            if sum(quotas.values()) > self.count:
                raise ValueError(
                    f"the quotas of '{feature}' are {sum(quotas.values())} together, and count is {self.count}"
                )
        return self

    def rows(self, seed: int, features: Sequence[str] = ()) -> Iterator[dict[str, Any]]:
        """Rows of one combination of variants each, with how many utterances of it to make in `count`.

        The values of each feature are dealt out at random, each feature for itself, so that the quotas of all hold and
        features are combined. The same seed deals alike. What a quota leaves free is `any`, and so is each of the
        further `features`.
        """
        if not self.count or self.decision in ("collect", "drop"):
            return
        shared = {name: getattr(self, name) for name in _OWN if name not in ("count", "intent")}
        dealt: list[dict[str, str]] = [{} for _ in range(self.count)]
        for feature in sorted({*self.variants, *features}):
            values = [value for value, number in self.variants.get(feature, {}).items() for _ in range(number)]
            values += [FREE] * (self.count - len(values))
            Random(f"{seed}/{self.intent}/{feature}").shuffle(values)
            for each, value in zip(dealt, values, strict=True):
                each[feature] = value
        for combination, number in Counter(tuple(each.items()) for each in dealt).items():
            yield {"intent": self.intent, "count": number, **shared, **dict(combination)}


class Plan(_Part):
    """A generation plan."""

    plan: str = Field(default="plan", min_length=1, description="Its name.")
    seed: int = Field(default=0, description="Another seed combines the variants otherwise.")
    about: str = Field(default="", description="Where it comes from: for people.")
    intents: list[IntentPlan] = Field(min_length=1)

    @property
    def count(self) -> int:
        """How many utterances are to be made in all."""
        return sum(each.count for each in self.intents if each.decision not in ("collect", "drop"))

    def rows(self) -> Iterator[dict[str, Any]]:
        """Seed records, all with the same fields: those of an intent, `count`, and one for each feature of the plan."""
        features = sorted({feature for each in self.intents for feature in each.variants})
        for each in self.intents:
            yield from each.rows(self.seed, features)

    def write(self, path: Path) -> None:
        """As YAML, with what is empty left out. Raises StorageError where the file cannot be written."""
        from dialoom.intents.yaml_text import write_yaml

        told = self.model_dump(mode="json", exclude_defaults=True)
        write_yaml({"plan": self.plan, "seed": self.seed} | told, path, _HEAD)


def read_plan(path: Path, known: list[str] | None = None) -> Plan:
    """The plan in a YAML file; with `known`, its intents have to be among these.

    Raises DataError for a file that cannot be read, RecipeError with file, line and field of all that is wrong in it.
    """
    data, lines = read_yaml(path, _HOLDS)
    try:
        plan = Plan.model_validate(data)
    except ValidationError as error:
        raise RecipeError(explain(error, Plan, (), lines)) from error
    problems = [*_twice(plan, lines), *([] if known is None else _unknown(plan, known, lines))]
    if problems:
        raise RecipeError(problems)
    return plan


def is_plan(data: Any) -> bool:
    """Whether the mapping of a YAML file looks like a plan."""
    return isinstance(data, dict) and "plan" in data and "intents" in data


def _twice(plan: Plan, lines: Lines) -> Iterator[DialoomError]:
    names = [each.intent for each in plan.intents]
    for index, name in enumerate(names):
        if name in names[:index]:
            place = lines.place(["intents", index, "intent"])
            yield DialoomError(f"the intent '{name}' stands twice", place=place, remedy="make one of the two")


def _unknown(plan: Plan, known: list[str], lines: Lines) -> Iterator[DialoomError]:
    for index, each in enumerate(plan.intents):
        if each.intent not in known:
            place = lines.place(["intents", index, "intent"])
            yield DialoomError(f"there is no intent '{each.intent}'", place=place, remedy=nearest(each.intent, known))


_HEAD = (
    "A generation plan: edit counts and quotas, then run a recipe with `source: THIS FILE`.",
    "count: how many utterances; variants: how many of them in each form; decision: collect or drop gives no rows.",
)
