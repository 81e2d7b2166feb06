"""Exports of ratings, one reader each, found by name."""

from __future__ import annotations

from pathlib import Path

from dialoom.errors import DataError, Place
from dialoom.evaluation.agreement.ratings import Rating
from dialoom.evaluation.agreement.readers._reader import Reader, first_value
from dialoom.registry import Registry

READERS: Registry[Reader] = Registry("dialoom.evaluation.agreement.readers", "READER", "form of ratings")


def read_ratings(path: Path, form: str | None = None) -> list[Rating]:
    """The ratings in a file; left out, `form` is told by its content.

    Raises DataError naming file, line and field of what is wrong, or where no form fits or no rating is in it.
    """
    if form is None:
        name, value = first_value(path)
        fitting = [each for each in READERS.names() if READERS.load(each).fits(name, value)]
        if not fitting:
            raise DataError(
                "no known form of ratings", place=Place(str(path)), remedy=f"name one: {', '.join(READERS.names())}"
            )
        form = fitting[0]
    ratings = list(READERS.load(form).read(path))
    if not ratings:
        raise DataError(f"no rating is in it, read as {form}", place=Place(str(path)))
    return ratings


__all__ = ["READERS", "Reader", "read_ratings"]
