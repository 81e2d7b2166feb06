"""Where seed records come from: what all kinds of source have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar

from pydantic import ConfigDict, Field

from dialoom.errors import DataError, Place
from dialoom.models.plain_numbers import PlainNumbers
from dialoom.registry import Registry

Row = dict[str, Any]
Say = Callable[[str], None]
"""Takes what a user should know of the rows beyond their number, a line each."""


class Source(PlainNumbers, ABC):
    """The seed records of a recipe, streamed, and what is done to them on the way.

    A kind of source is a module of `dialoom.graph.sources` (or an entry point of that group) which is called as the
    field that tells the kind: `source: {sql: ...}` is of the kind in `sources/sql.py`. What is done to the rows is done
    in this order: `where`, `select`, `rename`, `call`, `distinct`, `sample`, `shuffle`, `repeat`, `limit`.

    Two readings of an unchanged source give the same rows in the same order, on which resuming depends.
    """

    model_config = ConfigDict(extra="forbid")

    where: str | None = Field(
        default=None, description="A SQL condition over the fields; only rows that meet it are taken."
    )
    select: list[str] | dict[str, str] | None = Field(
        default=None, description="The fields to keep, or a mapping of names to SQL expressions that make them."
    )
    rename: dict[str, str] = Field(default_factory=dict, description="New names of fields, by the old ones.")
    call: str | None = Field(
        default=None,
        description="`file.py:name`, a function of yours that takes a row's fields by name and returns a mapping to "
        "merge into it, a list of rows that take its place, or None to leave it out.",
    )
    distinct: list[str] | None = Field(
        default=None, description="Of the rows that have the same in these fields, only the first; [] is all fields."
    )
    sample: float | None = Field(default=None, gt=0, le=1, description="Take this share of the rows, by `seed`.")
    shuffle: int | None = Field(default=None, description="Mix the order of the rows by this seed.")
    repeat: int = Field(default=1, ge=1, description="Take every row this many times.")
    limit: int | None = Field(default=None, ge=1, description="Take only the first rows.")
    seed: int = Field(default=0, description="What `sample` and random joins draw by.")

    # The field of a kind that holds further sources, by name or as a list.
    parts_in: ClassVar[str | None] = None
    # Whether the kind itself looks to `where`, in terms of its own.
    own_where: ClassVar[bool] = False

    def read(self, folder: Path, say: Say | None = None) -> Iterator[Row]:
        """The rows, streamed.

        Args:
            folder: where relative paths start.
            say: is told what a user should know, such as how many rows of a join found no match.

        Raises DataError with file and line where a row cannot be read, or where there are none.
        """
        found = False
        for row in islice(self._repeated(folder, say), self.limit):
            found = True
            yield row
        if not found:
            raise DataError("the source has no rows", place=self.place(folder), remedy=self._why_none())

    @abstractmethod
    def raw(self, folder: Path, say: Say) -> Iterator[Row]:
        """The rows as they are, before anything is done to them."""

    def files(self, folder: Path) -> list[Path]:
        """The files that are read, that of `call` included, as far as they are known without reading."""
        from dialoom.graph.own_code import files_of

        return [] if self.call is None else [folder / path for path in files_of(self.call)]

    def place(self, folder: Path) -> Place:
        """Where it is, for an error about all of it: a file, or a field of the source."""
        return Place()

    def _repeated(self, folder: Path, say: Say | None) -> Iterator[Row]:
        from dialoom.graph.shaping import shaped

        for row in shaped(self, folder, say or (lambda line: None)):
            for _ in range(self.repeat):
                yield dict(row)

    def _why_none(self) -> str:
        left_out = [name for name in ("where", "call", "sample") if getattr(self, name) is not None]
        return f"nothing passed its {' and '.join(left_out)}" if left_out else "give it at least one"


def kind_of(fields: Mapping[str, Any]) -> list[str]:
    """The names of the kinds that the fields of a source tell, one where it is well written."""
    return [name for name in SOURCES.names() if name in fields]


SOURCES: Registry[type[Source]] = Registry("dialoom.graph.sources", "SOURCE", "kind of source")
