"""Few-shot examples: rows shown to a model as earlier turns, drawn afresh for each record."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, PrivateAttr, model_validator

from dialoom.errors import DataError, Place
from dialoom.graph.read_rows import read_rows
from dialoom.graph.record import digest
from dialoom.graph.source import Row
from dialoom.models.plain_numbers import PlainNumbers


def _as_examples(value: Any) -> Any:
    if isinstance(value, list):
        return {"rows": value}
    if isinstance(value, (str, Path)):
        return {"file": value}
    return value


class Examples(PlainNumbers):
    """Examples of what a node should write, each a row with the fields its prompt reads and the one it writes.

    Each is shown as two earlier turns: the prompt rendered with the row's fields, and the row's answer. A draw depends
    on the run's seed and the record alone.
    """

    model_config = ConfigDict(extra="forbid")

    rows: list[Row] | None = Field(default=None, description="The examples themselves.")
    file: Path | None = Field(default=None, description="A file of examples, beside the recipe.")
    format: str | None = Field(default=None, description="A dialogue format: the examples are real dialogues.")
    take: int = Field(default=2, ge=0, description="How many are shown for each record.")
    sets: int | None = Field(
        default=None,
        ge=1,
        description="Draw for each record one of this many fixed choices, so that a server's prefix cache helps.",
    )

    _loaded: tuple[tuple[str, Row], ...] = PrivateAttr(default=())

    @model_validator(mode="after")
    def _one_of(self) -> Examples:
        if (self.rows is None) == (self.file is None):
            raise ValueError("give either 'rows' or 'file'")
        return self

    def load(self, folder: Path, usable: Callable[[Row], bool], wants: str) -> None:
        """Read them.

        Args:
            usable: whether a row holds what the model should have answered; rows that do not are left out.
            wants: what that is, in words.

        Raises DataError as reading rows does, and where there are fewer usable ones than are to be shown.
        """
        rows = list(self.rows if self.rows is not None else read_rows(folder / Path(str(self.file)), self.format))
        fit = [row for row in rows if usable(row)]
        self._loaded = tuple((str(row.get("source_id") or row.get("id") or digest(row)), row) for row in fit)
        if len(fit) < self.take:
            without = f"; {len(rows) - len(fit)} of {len(rows)} have no {wants}" if len(fit) < len(rows) else ""
            raise DataError(
                f"{self.take} examples are to be shown and there are only {len(fit)}{without}",
                place=Place(str(self.file) if self.file else None),
                remedy="lower 'take' or add examples" if not without else f"give each example its {wants}",
            )

    def draw(self, random: Random, shared: Random) -> list[tuple[str, Row]]:
        """(id, row) of `take` different examples.

        Args:
            random: the record's own generator.
            shared: a generator that is the same for all records; the fixed choices of `sets` are made with it.
        """
        if self.sets is None:
            return random.sample(self._loaded, self.take)
        choices = [shared.sample(self._loaded, self.take) for _ in range(self.sets)]
        return random.choice(choices)

    @property
    def loaded(self) -> tuple[tuple[str, Row], ...]:
        """All of them, as (id, row)."""
        return self._loaded


ExamplesField = Annotated[
    Examples, BeforeValidator(_as_examples, json_schema_input_type=Examples | str | list[dict[str, Any]])
]
