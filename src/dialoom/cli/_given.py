"""What `tag` and `gate` share: the dialogues that a user names, and the rows that cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from dialoom.errors import DataError

SOME_BAD = 8

Name = Annotated[
    str,
    typer.Argument(metavar="DATA", help="A file of dialogues, the directory of a run, or a corpus (CORPUS@VERSION)."),
]
Format = Annotated[
    str | None, typer.Option(metavar="FORMAT", help="The format of a file; left out, its first row tells.")
]
Again = Annotated[bool, typer.Option("--again", help="Measure also what is tagged already.")]


class BadRows:
    """Collects the rows of a file that cannot be read."""

    def __init__(self) -> None:
        self.errors: list[DataError] = []

    def __call__(self, error: DataError, row: str) -> None:
        self.errors.append(error)

    def to_json(self) -> list[dict[str, Any]]:
        return [
            {
                "line": error.place.line if error.place else None,
                "field": error.place.field if error.place else None,
                "what": error.what,
            }
            for error in self.errors
        ]

    def end(self) -> None:
        """Tell each, and end with the exit code for rows that were left aside, where there are any."""
        import sys

        for error in self.errors:
            print(f"error: {error}", file=sys.stderr)
        if self.errors:
            raise typer.Exit(SOME_BAD)
