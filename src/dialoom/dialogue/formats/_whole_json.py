"""Files that are one JSON object, read whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dialoom.dialogue.formats._files import empty, read_lines
from dialoom.dialogue.formats._rows import parse_json, wrong_type
from dialoom.errors import DataError, Place, nearest


def read_object(path: Path) -> dict[str, Any]:
    """The JSON object in a file. Raises DataError with the line where it is not one."""
    text = "".join(line for _, line in read_lines(path))
    if not text.strip():
        raise empty(path)
    found = parse_json(text, Place(file=str(path)))
    if not isinstance(found, dict):
        raise wrong_type(Place(file=str(path)), "one JSON object", found)
    return found


def member(owner: dict[str, Any], name: str, kind: type, place: Place) -> Any:
    """A member of an object, of a type; `place` is that of the owner. Raises DataError where it is not there."""
    field = f"{place.field}.{name}" if place.field else name
    here = Place(file=place.file, line=place.line, field=field)
    if name not in owner:
        raise DataError(f"there is no '{name}'", place=here, remedy=nearest(name, tuple(owner)) or "add it")
    words = {str: "text", list: "a list", dict: "an object", int: "a whole number"}
    if not isinstance(owner[name], kind) or isinstance(owner[name], bool):
        raise wrong_type(here, words[kind], owner[name])
    return owner[name]
