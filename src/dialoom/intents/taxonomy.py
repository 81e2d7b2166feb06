"""The taxonomy: what users may want of a system, how much each matters, and what was decided about its data.

A YAML file that domain experts write and review. It holds no utterances: those are data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, ValidationError

from dialoom.errors import DialoomError, RecipeError, nearest
from dialoom.problems import explain
from dialoom.yaml_file import Lines, read_yaml

Criticality = Literal["low", "medium", "high", "critical"]
CRITICALITIES: tuple[Criticality, ...] = ("low", "medium", "high", "critical")
_HOLDS = "'taxonomy' and 'intents'"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SlotKind(_Part):
    """A slot, and what it can hold."""

    description: str = ""
    values: list[Annotated[str, BeforeValidator(str)]] = Field(default_factory=list, description="What it may hold.")
    file: Path | None = Field(default=None, description="A gazetteer: one value a line, beside the taxonomy.")
    sensitive: bool = Field(default=False, description="Whether its real values are personal data.")


class SlotUse(_Part):
    """How an intent uses a slot."""

    required: bool = True


class Decided(_Part):
    """Synthesise or collect, why, and who said so."""

    decision: Literal["synthesise", "collect", "both", "drop"]
    why: str = Field(min_length=1)
    who: str = Field(min_length=1)
    on: date | None = None


def _used(value: object) -> object:
    """`[city, date]` as `{city: {}, date: {}}`."""
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return {name: {} for name in value}
    return value


class Intent(_Part):
    """What a user may want."""

    description: str = Field(default="", description="What is meant, in a sentence or two, as a person is told it.")
    criticality: Criticality = Field(default="medium", description="How bad it is when it is missed.")
    priority: int = Field(default=3, ge=1, le=5, description="Business priority: 1 is least, 5 most.")
    slots: Annotated[dict[str, SlotUse], BeforeValidator(_used)] = Field(default_factory=dict)
    acts: list[str] = Field(default_factory=list, description="Dialogue acts by which it is said.")
    escalation: list[str] = Field(
        default_factory=list, description="Who takes over, in order; empty where nobody does."
    )
    like: list[str] = Field(default_factory=list, description="Intents that it must not be taken for.")
    decision: Decided | None = None


class Taxonomy(_Part):
    """Intents with what matters about them. Slots and acts are named once and used by name."""

    taxonomy: str = Field(min_length=1, description="Its name.")
    about: str = ""
    acts: dict[str, str] = Field(default_factory=dict, description="Dialogue acts, with what each is.")
    slots: dict[str, SlotKind] = Field(default_factory=dict)
    intents: dict[str, Intent] = Field(min_length=1)
    out_of_scope: list[str] = Field(default_factory=list, description="Labels that stand for none of the intents.")

    _folder: Path = PrivateAttr(default=Path())

    @cached_property
    def critical(self) -> list[str]:
        """The intents whose criticality is high or critical."""
        return [name for name, each in self.intents.items() if each.criticality in ("high", "critical")]

    def values(self, slot: str) -> list[str]:
        """What a slot may hold: the values written, then those of its gazetteer."""
        kind = self.slots.get(slot)
        if kind is None:
            return []
        read = [] if kind.file is None else _gazetteer(self._folder / kind.file)
        return list(dict.fromkeys([*kind.values, *read]))

    def decisions(self) -> dict[str, Decided]:
        """The decisions by intent."""
        return {name: each.decision for name, each in self.intents.items() if each.decision is not None}

    def remarks(self, counts: Mapping[str, int] | None = None) -> Iterator[str]:
        """What is no error and should be looked at; `counts` are the data's lines by intent."""
        for name, each in self.intents.items():
            if each.criticality == "critical" and not each.escalation:
                yield f"'{name}' is critical and has no escalation path"
            if not each.description:
                yield f"'{name}' has no description, which generation starts from"
        if counts is not None:
            for name in counts:
                if name not in self.intents:
                    yield f"the data's intent '{name}' is not in the taxonomy ({nearest(name, list(self.intents))})"
            for name in self.intents:
                if not counts.get(name):
                    yield f"the data has no line of '{name}'"

    def write(self, path: Path) -> None:
        """As YAML, with what is empty left out. Raises StorageError where the file cannot be written."""
        from dialoom.intents.yaml_text import write_yaml

        write_yaml(self.model_dump(mode="json", exclude_defaults=True, exclude_none=True), path, _HEAD)


def read_taxonomy(path: Path) -> Taxonomy:
    """The taxonomy in a YAML file.

    Raises DataError for a file that cannot be read, RecipeError with file, line and field of all that is wrong in it:
    unknown fields, slots, acts and intents with the nearest right name, gazetteers that are missing or empty.
    """
    data, lines = read_yaml(path, _HOLDS)
    try:
        found = Taxonomy.model_validate(data)
    except ValidationError as error:
        raise RecipeError(explain(error, Taxonomy, (), lines)) from error
    found._folder = path.parent
    problems = [*_wrong_names(found, lines), *_wrong_gazetteers(found, lines)]
    if problems:
        raise RecipeError(problems)
    return found


def _wrong_names(taxonomy: Taxonomy, lines: Lines) -> Iterator[DialoomError]:
    def unknown(
        names: Sequence[str], known: Sequence[str], what: str, *path: str, listed: bool = True
    ) -> Iterator[DialoomError]:
        for index, name in enumerate(names):
            if name not in known:
                place = lines.place([*path, index if listed else name])
                yield DialoomError(f"there is no {what} '{name}'", place=place, remedy=nearest(name, list(known)))

    for name, each in taxonomy.intents.items():
        at = ("intents", name)
        yield from unknown(list(each.slots), list(taxonomy.slots), "slot", *at, "slots", listed=False)
        yield from unknown(each.like, list(taxonomy.intents), "intent", *at, "like")
        if taxonomy.acts:
            yield from unknown(each.acts, list(taxonomy.acts), "dialogue act", *at, "acts")


def _wrong_gazetteers(taxonomy: Taxonomy, lines: Lines) -> Iterator[DialoomError]:
    for name, kind in taxonomy.slots.items():
        place = lines.place(["slots", name, "file" if kind.file else "values"])
        if kind.file is not None:
            path = taxonomy._folder / kind.file
            if not path.is_file():
                yield DialoomError(
                    f"there is no file {kind.file}", place=place, remedy="its path starts at the taxonomy"
                )
            elif not _gazetteer(path):
                yield DialoomError(f"{kind.file} holds no value", place=place, remedy="write one value a line")
        twice = sorted({value for value in kind.values if kind.values.count(value) > 1})
        if twice:
            yield DialoomError(f"the value '{twice[0]}' stands twice", place=place, remedy="take one out")


def _gazetteer(path: Path) -> list[str]:
    return [line.strip() for line in path.read_text("utf-8-sig").splitlines() if line.strip()]


_HEAD = (
    "A taxonomy of intents. criticality: low, medium, high or critical; priority: 1 (least) to 5.",
    "escalation: who takes over, in order; decision: synthesise, collect, both or drop, with why and who.",
)
