"""Who plays whom: what a recipe writes in `cast`, and the part of each speaker that follows from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated

from pydantic import SerializeAsAny

from dialoom.errors import DialoomError, Place, RecordError, nearest
from dialoom.nodes._by_kind import ByKind
from dialoom.nodes._speaker import Part
from dialoom.nodes.parts import PARTS

POSITIONS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
# By a speaker's name or position: its model, or its part.
Cast = dict[str, Annotated[str | SerializeAsAny[Part], ByKind(PARTS, text=True)]]
# The part of the node's mode, with this model.
Usual = Callable[[str | None], Part]


def position(key: str, names: Sequence[str]) -> int | None:
    """Which of the speakers is meant by a name (without case) or a position."""
    known = [name.casefold() for name in names]
    if key.casefold() in known:
        return known.index(key.casefold())
    place = POSITIONS.index(key) if key in POSITIONS else None
    return place if place is not None and place < len(names) else None


def given_parts(cast: Cast | None, usual: Usual) -> dict[str, Part]:
    """The parts that a cast gives, by its keys."""
    return {name: part if isinstance(part, Part) else usual(part) for name, part in (cast or {}).items()}


def played_by(cast: Cast | None, names: Sequence[str], usual: Usual) -> list[Part]:
    """The part of each speaker. Raises RecordError where the cast names somebody who is not in the talk."""
    given: list[Part | None] = [None] * len(names)
    for key, part in given_parts(cast, usual).items():
        index = position(key, names)
        if index is None:
            raise RecordError(f"the cast names '{key}', and the speakers are {', '.join(names)}")
        given[index] = part
    if cast is not None and set(cast) == {"first", "second"}:
        # Two models for more speakers take turns.
        given = [part or given[index % 2] for index, part in enumerate(given)]
    return [part or usual(None) for part in given]


def cast_models(cast: Cast | None) -> dict[str, str]:
    """{where in the node: model} of a cast."""
    asked: dict[str, str] = {}
    for name, part in (cast or {}).items():
        own = {f"cast.{name}": part} if isinstance(part, str) else {}
        inner = part.models() if isinstance(part, Part) else {}
        asked |= own | {f"cast.{name}.{where}": model for where, model in inner.items()}
    return asked


def has_model(part: Part) -> bool:
    """Whether a part needs no model of the node's: it has its own, or asks none."""
    return part.model is not None or part.calls_a_turn()[1] == 0


def all_have_models(cast: Cast | None, speakers: Sequence[str] | None) -> bool:
    """Whether each speaker has a model of its own, so that the node's is asked for nothing."""
    own = [name for name, part in (cast or {}).items() if isinstance(part, str) or has_model(part)]
    return len(own) == len(cast or {}) and len(own) >= len(speakers or POSITIONS[:2])


def cast_problems(cast: Cast | None, speakers: Sequence[str] | None) -> Iterable[DialoomError]:
    """Names in a cast that nobody has."""
    for name in cast or ():
        if speakers is not None and position(name, speakers) is None:
            known = [*speakers, *POSITIONS[: len(speakers)]]
            yield DialoomError(
                f"no speaker is called '{name}'", place=Place(field=f"cast.{name}"), remedy=nearest(name, known)
            )


def within(error: DialoomError, where: str) -> DialoomError:
    """The same problem, found in what lies at `where`."""
    if error.place is not None and error.place.file is not None:
        return type(error)(f"{error.place}: {error.what}", place=Place(field=where), remedy=error.remedy)
    field = error.place.field if error.place and error.place.field else ""
    joined = f"{where}{'' if field.startswith('[') or not field else '.'}{field}"
    return type(error)(error.what, place=Place(field=joined), remedy=error.remedy)


@contextmanager
def found_in(where: str) -> Iterator[None]:
    """Let what is raised here have its place within `where`."""
    try:
        yield
    except DialoomError as error:
        raise within(error, where) from error


def needs_of(parts: Mapping[str, Part]) -> dict[str, str]:
    """{field: where in the node} of what parts read of the record."""
    return {
        field: f"cast.{name}.{where}" if where else f"cast.{name}"
        for name, part in parts.items()
        for field, where in part.needs().items()
    }
