"""`given`: a distribution for each value of another field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from random import Random
from typing import Any

from pydantic import Field, PrivateAttr, model_validator

from dialoom.errors import DialoomError, Place, RecordError
from dialoom.graph.template import Template
from dialoom.nodes._draw import read_range
from dialoom.nodes._sampler import Asked, Sampler
from dialoom.nodes._written_sampler import sampler_of


class Given(Sampler):
    """A distribution that depends on another field: one for each of its values, or for each range of a number."""

    given: str = Field(description="The field that it depends on, of this node or of the record.")
    when: dict[str, Any] = Field(
        description="The distribution for each value of it, or for a range such as 18..29.", min_length=1
    )
    otherwise: Any = Field(default=None, description="The distribution for any other value.")

    _inner: dict[str, Sampler] = PrivateAttr(default_factory=dict)
    _otherwise: Sampler | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _built(self) -> Given:
        for value, written in self.when.items():
            try:
                self._inner[value] = sampler_of(written)
            except ValueError as error:
                raise ValueError(f"when {self.given} is {value}: {error}") from error
        self._otherwise = None if self.otherwise is None else sampler_of(self.otherwise)
        return self

    @property
    def _all(self) -> list[Sampler]:
        return [*self._inner.values(), *([] if self._otherwise is None else [self._otherwise])]

    @property
    def asks(self) -> bool:  # type: ignore[override]
        """Whether one of its distributions does."""
        return any(each.asks for each in self._all)

    def reads(self) -> frozenset[str]:
        return frozenset({self.given}).union(*(each.reads() for each in self._all))

    def templates(self) -> Iterable[Template]:
        return [template for each in self._all for template in each.templates()]

    def files(self) -> Iterable[Path]:
        return [path for each in self._all for path in each.files()]

    def models(self) -> Iterable[str]:
        return [name for each in self._all for name in each.models()]

    def prepare(self, folder: Path) -> None:
        for each in self._all:
            each.prepare(folder)

    def problems(self) -> Iterable[DialoomError]:
        for each in self._all:
            yield from each.problems()

    def never(self, values: Iterable[Any]) -> Iterable[DialoomError]:
        """A problem for each value in `when` that its field never has."""
        known = list(values)
        for named in self.when:
            if not any(_is(named, value) for value in known):
                shown = ", ".join(map(str, known[:8]))
                yield DialoomError(
                    f"'{self.given}' is never '{named}'", place=Place(field="when"), remedy=f"it is {shown}"
                )

    def at(self, at: float, known: Mapping[str, Any], random: Random) -> Any:
        return self._for(known).at(at, known, random)

    async def ask(self, at: float, known: Mapping[str, Any], asked: Asked) -> Any:
        return await self._for(known).ask(at, known, asked)

    def _for(self, known: Mapping[str, Any]) -> Sampler:
        value = known.get(self.given)
        found = next((each for named, each in self._inner.items() if _is(named, value)), self._otherwise)
        if found is None:
            raise RecordError(
                f"nothing is said of what to draw when '{self.given}' is {value!r:.60}",
                remedy="add it to 'when', or give an 'otherwise'",
            )
        return found


def _is(named: str, value: Any) -> bool:
    """Whether a value is the one that is named, or lies in the range."""
    bounds = read_range(named)
    if bounds is not None and isinstance(value, (int, float)) and not isinstance(value, bool):
        return bounds[0] <= value <= bounds[1]
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text == (named.lower() if isinstance(value, bool) else named)


SAMPLER = Given
