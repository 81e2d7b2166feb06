"""Where what was kept is written to at the end of a run: what all kinds of sink have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import ConfigDict, Field

from dialoom.dialogue import Dialogue
from dialoom.errors import DialoomError
from dialoom.models.plain_numbers import PlainNumbers
from dialoom.registry import Registry


class Sink(PlainNumbers, ABC):
    """A file, folder or table that the dialogues of a run are written to when it has finished.

    A kind of sink is a module of `dialoom.graph.sinks` (or an entry point of that group), called as the field that
    tells the kind. It appears whole or not at all, and replaces what an earlier run of the recipe wrote.
    """

    model_config = ConfigDict(extra="forbid")

    where: str | None = Field(
        default=None, description="Only those that meet this SQL condition over the corpus, such as n_turns > 6."
    )
    with_held_out: bool = Field(default=False, description="Also what is held out, which else is left out.")

    @property
    @abstractmethod
    def form(self) -> str:
        """How it is written, as the corpus notes it: a format's name and what else decides about the content."""

    @abstractmethod
    def path(self, folder: Path) -> Path:
        """The file or folder."""

    @abstractmethod
    def write(self, dialogues: Iterable[Dialogue], path: Path) -> int:
        """Write them, streamed, whole or not at all; returns how many. Raises DialoomError."""

    def problems(self, folder: Path) -> Iterator[DialoomError]:
        """What is wrong with it that can be known before a run; the place is a field of it."""
        yield from ()


SINKS: Registry[type[Sink]] = Registry("dialoom.graph.sinks", "SINK", "kind of sink")
