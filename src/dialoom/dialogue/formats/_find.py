"""Which format a file is in, told by its shape or its first row."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dialoom.dialogue.dialogue import Dialogue
from dialoom.dialogue.formats._files import Bad
from dialoom.dialogue.formats._format import FORMATS, Format
from dialoom.dialogue.formats._rows import read_rows
from dialoom.dialogue.formats._shape import shape_of
from dialoom.errors import DataError, Place


def find_format(path: Path | str, bad: Bad | None = None) -> Format:
    """The format of the file at `path`, as its shape or its first row tells; with `bad`, the first that can be read.

    Raises DataError where the file cannot be read, and where no format, or more than one, knows it.
    """
    path = Path(path)
    formats = [FORMATS.load(name) for name in FORMATS.names()]
    shape = shape_of(path)
    shaped = [each for each in formats if each.fits is not None and each.fits(shape)]
    if len(shaped) == 1:
        return shaped[0]
    if shaped or shape.archive or shape.members:
        raise DataError(
            f"this {shape.kind} fits {'more than one' if shaped else 'no'} known format",
            place=Place(file=str(path)),
            remedy=f"name one of these formats: {', '.join(each.name for each in shaped or formats)}",
        )
    row = next(read_rows(path, None if bad is None else lambda error, said: None), None)
    if row is None:
        raise DataError("not one row can be read", place=Place(file=str(path)), remedy="check what kind of file it is")
    fitting = [each for each in formats if each.suggests is not None and each.suggests(row.values)]
    if len(fitting) == 1:
        return fitting[0]
    names = ", ".join(each.name for each in fitting or formats)
    fields = ", ".join(f"'{name}'" for name in row.values)
    raise DataError(
        f"a row with the fields {fields} fits {'more than one' if fitting else 'no'} known format",
        place=Place(file=str(path), line=row.line),
        remedy=f"name one of these formats: {names}",
    )


def read_dialogues(path: Path | str, format: str | None = None, bad: Bad | None = None) -> Iterator[Dialogue]:
    """Streams the dialogues of a file.

    Args:
        path: the file.
        format: name of its format; where it is None, the first row tells.
        bad: takes the rows that cannot be read, each with the error; left out, the first one is raised.

    Raises DataError on bad input, at the call or while iterating, and UnknownName where there is no such format.
    """
    path = Path(path)
    found = find_format(path, bad) if format is None else FORMATS.load(format)
    if found.read is None:
        raise DataError(
            f"the format '{found.name}' can be written but not read",
            place=Place(file=str(path)),
            remedy="name a format that can be read",
        )
    return found.read(path, bad)
