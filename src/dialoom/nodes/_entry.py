"""One of several fields that are drawn together, and the order in which they need each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

from dialoom.errors import DialoomError
from dialoom.graph.template import Template
from dialoom.nodes._sampler import Asked, Sampler
from dialoom.nodes._samplers.file import FromFile


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the fields that are drawn: the fields that it writes, as written, and how."""

    key: str
    names: tuple[str, ...]
    sampler: Sampler
    series: int

    def spread_out(self, value: Any) -> dict[str, Any]:
        """The value as fields; of a row, the columns that are named."""
        if len(self.names) == 1:
            return {self.names[0]: value}
        return {name: value[name] for name in self.names}


def in_order(entries: Sequence[Entry]) -> list[Entry]:
    """The entries so that each comes after what it reads, those that ask last. Raises ValueError on a circle."""
    left = list(entries)
    names = {name for each in entries for name in each.names}
    done: set[str] = set()
    ordered: list[Entry] = []
    while left:
        # One that reads its own name reads the record's field of that name.
        ready = [each for each in left if not ((each.sampler.reads() & names) - done) - set(each.names)]
        if not ready:
            raise ValueError(f"these need each other: {', '.join(each.key for each in left)}")
        each = next((one for one in ready if not one.sampler.asks), ready[0])
        ordered.append(each)
        done |= set(each.names)
        left.remove(each)
    asking: set[str] = set()
    for index, each in enumerate(ordered):
        if each.sampler.asks or each.sampler.reads() & asking:
            asking |= set(each.names)
            if not each.sampler.asks:
                ordered[index] = replace(each, sampler=After(inner=each.sampler))
    return ordered


def for_columns(sampler: Sampler, names: tuple[str, ...]) -> Sampler:
    """A sampler of rows that gives these columns."""
    if not isinstance(sampler, FromFile) or sampler.column is not None or sampler.columns is not None:
        raise ValueError("several fields at once are the columns of a file's row: {file: people.csv}")
    return sampler.model_copy(update={"columns": list(names)})


class After(Sampler):
    """What is made of an answer, once it is there."""

    inner: Sampler

    asks = True

    def reads(self) -> frozenset[str]:
        return self.inner.reads()

    def templates(self) -> Iterable[Template]:
        return self.inner.templates()

    def files(self) -> Iterable[Path]:
        return self.inner.files()

    def models(self) -> Iterable[str]:
        return self.inner.models()

    def prepare(self, folder: Path) -> None:
        self.inner.prepare(folder)

    def problems(self) -> Iterable[DialoomError]:
        return self.inner.problems()

    def at(self, at: float, known: Mapping[str, Any], random: Random) -> Any:
        return self.inner.at(at, known, random)

    async def ask(self, at: float, known: Mapping[str, Any], asked: Asked) -> Any:
        return self.inner.at(at, known, asked.random)
