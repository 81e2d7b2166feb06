"""The ten characteristics of a dialogue: their usual distributions, and how one sways another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field

from dialoom.errors import nearest
from dialoom.models.plain_numbers import PlainNumbers
from dialoom.nodes._draw import ChoiceField, check_choice, draw, read_range


class Given(PlainNumbers):
    """A distribution that depends on the value of another characteristic."""

    model_config = ConfigDict(extra="forbid")

    given: str = Field(description="The characteristic that it depends on.")
    when: dict[str, ChoiceField] = Field(description="The distribution for each value of it.")
    otherwise: ChoiceField | None = Field(default=None, description="The distribution for any other value.")


def _as_distribution(value: Any) -> Any:
    return Given.model_validate(value) if isinstance(value, Mapping) and "given" in value else check_choice(value)


Distribution = Annotated[Any, BeforeValidator(_as_distribution)]

USUAL: Mapping[str, Any] = {
    "familiarity": {"strangers": 4, "acquaintances": 2, "colleagues": 2, "friends": 2, "family": 1},
    "emotion": {"calm": 3, "friendly": 3, "worried": 2, "annoyed": 2, "excited": 2, "sad": 1},
    "formality": Given(
        given="familiarity",
        when={
            "strangers": {"polite": 4, "formal": 3, "casual": 1},
            "acquaintances": {"polite": 3, "casual": 2, "formal": 1},
            "colleagues": {"polite": 3, "casual": 3, "formal": 1},
            "friends": {"casual": 5, "polite": 1},
            "family": {"casual": 6, "polite": 1},
        },
        otherwise={"polite": 2, "casual": 2, "formal": 1},
    ),
    "duration": {"short": 3, "medium": 4, "long": 2},
    "medium": {"face to face": 4, "phone call": 3, "video call": 1, "text chat": 2},
    "location": Given(
        given="medium",
        when={
            "face to face": ["at a counter", "in an office", "in the street", "at home", "in a café"],
            "phone call": ["at home", "on the way to work", "at work"],
            "video call": ["at home", "in an office"],
            "text chat": ["on a phone", "at a computer"],
        },
        otherwise=["at home", "at work"],
    ),
    "agreement": {"they agree": 4, "they disagree at first and agree in the end": 4, "they do not agree": 2},
    "natural_features": Given(
        given="formality",
        when={
            "formal": ["complete sentences", "polite phrases"],
            "polite": ["polite phrases", "a few short answers", "some hesitation"],
            "casual": ["fillers such as well and um", "slang", "short answers", "an interruption"],
        },
        otherwise=["a few short answers"],
    ),
}


def in_order(distributions: Mapping[str, Any]) -> Iterator[str]:
    """The names so that each comes after the one it depends on. Raises ValueError on a circle."""
    left = dict(distributions)
    while left:
        ready = [name for name, how in left.items() if not isinstance(how, Given) or how.given not in left]
        if not ready:
            circle = [next(iter(left))]
            while circle.count(circle[-1]) < 2:
                circle.append(left[circle[-1]].given)
            circle = circle[circle.index(circle[-1]) :]
            raise ValueError(f"these depend on each other in a circle: {' on '.join(circle)}")
        for name in ready:
            del left[name]
            yield name


def wrong_conditions(distributions: Mapping[str, Any], known: Sequence[str]) -> Iterator[tuple[str, str, str | None]]:
    """What is wrong with the `given` and `when` of some distributions: the name, what is wrong, the remedy.

    Args:
        known: the names that a distribution may depend on.
    """
    for name, how in distributions.items():
        if not isinstance(how, Given):
            continue
        if how.given not in known:
            yield name, f"'{how.given}' is no characteristic", nearest(how.given, list(known))
            continue
        values = _values(distributions.get(how.given, USUAL.get(how.given)))
        for value in how.when if values else ():
            if value not in values:
                yield name, f"'{how.given}' is never '{value}'", nearest(value, values)


def _values(distribution: Any) -> list[str]:
    """All values of a distribution, or nothing where they cannot be listed."""
    if isinstance(distribution, Given):
        parts = [*distribution.when.values(), *([distribution.otherwise] if distribution.otherwise is not None else [])]
        return list(dict.fromkeys(value for part in parts for value in _values(part)))
    if isinstance(distribution, (Mapping, list)):
        return [str(value) for value in distribution]
    return [] if distribution is None or read_range(distribution) is not None else [str(distribution)]


def choose(distribution: Any, chosen: Mapping[str, str | None], at: float, random: Random) -> Any:
    """A value of one characteristic, given those chosen before; None where nothing is said for this case."""
    if isinstance(distribution, Given):
        swayed = distribution.when.get(str(chosen.get(distribution.given)), distribution.otherwise)
        # The numbers of a quota run evenly over all records, not over the part with one value of another
        # characteristic, so what depends on one is drawn freely.
        return None if swayed is None else draw(swayed, random.random())
    return draw(distribution, at)
