"""How one field is drawn: what all kinds of sampler have in common, and the kinds by name."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, ClassVar

from pydantic import ConfigDict

from dialoom.errors import DialoomError
from dialoom.graph.context import Context
from dialoom.graph.template import Template
from dialoom.models.plain_numbers import PlainNumbers
from dialoom.registry import Registry

Listed = Sequence[tuple[Any, float]]
"""Values, each with its weight."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a sampler has that asks beyond its own numbers: a model, or a function of the user's.

    Attributes:
        field: what it writes.
        attempt: how often it was asked for this record before; another answer is expected.
    """

    context: Context
    random: Random
    field: str
    attempt: int = 0


class Sampler(PlainNumbers, ABC):
    """How a field is drawn.

    A kind is a module of `dialoom.nodes._samplers` (or an entry point of that group), called as the field that tells
    the kind: `{date: 2024-01-01..2024-12-31}` is of the kind in `_samplers/date.py`.
    """

    model_config = ConfigDict(extra="forbid")

    # Whether a value is had by asking, so that nothing is known of it before a run.
    asks: ClassVar[bool] = False

    def reads(self) -> frozenset[str]:
        """The fields that must be there before it can be drawn. Known once it is prepared."""
        return frozenset()

    def templates(self) -> Iterable[Template]:
        """The templates in it."""
        return ()

    def files(self) -> Iterable[Path]:
        """The files that it reads."""
        return ()

    def models(self) -> Iterable[str]:
        """The models that it asks."""
        return ()

    def listed(self) -> Listed | None:
        """All its values with their weights, where they can be listed and depend on no field."""
        return None

    def prepare(self, folder: Path) -> None:
        """Read what it needs from disk. Raises DialoomError."""

    def problems(self) -> Iterable[DialoomError]:
        """What is wrong with it beyond the types of its fields; the place is a field within it."""
        return ()

    @abstractmethod
    def at(self, at: float, known: Mapping[str, Any], random: Random) -> Any:
        """The value at `at`, in [0, 1), of its distribution.

        Args:
            known: the record's fields and what was drawn before.
            random: for what takes more than one number; a quota does not reach it.
        """

    async def ask(self, at: float, known: Mapping[str, Any], asked: Asked) -> Any:
        """The value, asked for where it has to be. Raises RecordError."""
        return self.at(at, known, asked.random)


SAMPLERS: Registry[type[Sampler]] = Registry("dialoom.nodes._samplers", "SAMPLER", "sampler")
