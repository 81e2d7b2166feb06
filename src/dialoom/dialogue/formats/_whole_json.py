"""Files that are one JSON object, read whole."""

from __future__ import annotations

from collections.abc import Iterator
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


def items_of_lists(path: Path, what: str) -> Iterator[tuple[str, Any, Place]]:
    """The items of the lists in a file's JSON object: the list's name, the item, and its place.

    Raises DataError, in words with `what`, such as `a list of pairs`, where something else than a list is there.
    """
    for name, items in read_object(path).items():
        if not isinstance(items, list):
            raise wrong_type(Place(file=str(path), field=name), what, items)
        for index, item in enumerate(items):
            yield name, item, Place(file=str(path), field=f"{name}[{index}]")


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


def objects(owner: dict[str, Any], name: str, place: Place, *needed: str) -> list[dict[str, Any]]:
    """The objects in a list, none where it is missing or null; each has the texts `needed`.

    Raises DataError where the list or an object is something else.
    """
    if owner.get(name) is None:
        return []
    listed: list[dict[str, Any]] = member(owner, name, list, place)
    for index, each in enumerate(listed):
        field = f"{place.field}.{name}[{index}]" if place.field else f"{name}[{index}]"
        here = Place(file=place.file, line=place.line, field=field)
        if not isinstance(each, dict):
            raise wrong_type(here, "an object", each)
        for key in needed:
            member(each, key, str, here)
    return listed
