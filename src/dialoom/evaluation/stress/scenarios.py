"""Where requests come from: forms of files, found by name, and which of their requests are played."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dialoom.errors import DataError, Place
from dialoom.evaluation.stress.scenario import Scenario, Side
from dialoom.intents.taxonomy import CRITICALITIES, Taxonomy
from dialoom.registry import Registry

if TYPE_CHECKING:
    from dialoom.dialogue import Dialogue

_YAML = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader of requests is given beside the file.

    Attributes:
        side: who is the user, where the file does not say it word for word.
        each: how many requests of an intent, where the reader makes them up.
        taxonomy: what is known of intents beside the file.
        open: gives the dialogues of what is named.
    """

    side: Side
    each: int
    seed: int
    open: Callable[[str], Iterable[Dialogue]]
    taxonomy: Taxonomy | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """A form in which requests are given.

    Attributes:
        fits: whether a file is of it, by its name and, of a YAML file, its mapping.
    """

    about: str
    fits: Callable[[str, Any], bool]
    read: Callable[[str, Reading], Iterator[Scenario]]


READERS: Registry[Reader] = Registry("dialoom.evaluation.stress.readers", "READER", "form of requests")


def read_scenarios(named: str, reading: Reading) -> list[Scenario]:
    """The requests of a file, run or corpus.

    Raises DataError and RecipeError with file and line of what is wrong, and where there is no request.
    """
    data: Any = None
    if Path(named).suffix in _YAML:
        from dialoom.yaml_file import read_yaml

        data, _ = read_yaml(Path(named), "'taxonomy', 'plan' or 'requests'")
    fitting = [reader for name in READERS.names() if (reader := READERS.load(name)).fits(named, data)]
    found = list(fitting[0].read(named, reading)) if fitting else []
    if not found:
        raise DataError("no request is in it", place=Place(file=named), remedy=f"give {'; or '.join(known())}")
    return found


def known() -> list[str]:
    """What can be given, in words."""
    return [READERS.load(name).about for name in READERS.names()]


def chosen(scenarios: Sequence[Scenario], each: int, most: int | None) -> list[Scenario]:
    """At most `each` of an intent and `most` in all: one of every intent after the other, the most critical first."""
    waiting: dict[str, list[Scenario]] = {}
    for scenario in scenarios:
        held = waiting.setdefault(scenario.intent, [])
        if len(held) < each:
            held.append(scenario)
    order = sorted(waiting, key=lambda intent: -CRITICALITIES.index(_criticality(waiting[intent][0])))
    rounds = [waiting[intent][turn] for turn in range(each) for intent in order if turn < len(waiting[intent])]
    return rounds[:most]


def _criticality(scenario: Scenario) -> Any:
    return scenario.criticality if scenario.criticality in CRITICALITIES else "medium"
