"""dialoom's own form: one dialogue a line, nothing lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticSerializationError, to_json

from dialoom.dialogue.dialogue import Dialogue
from dialoom.dialogue.formats._files import Bad, empty, read_lines, write_lines
from dialoom.dialogue.formats._format import Format
from dialoom.dialogue.formats._rows import no_json, read_rows
from dialoom.dialogue.formats.sdialog import looks_like_sdialog
from dialoom.dialogue.lineage import Event, Lineage
from dialoom.dialogue.turn import Slot, ToolCall, Turn
from dialoom.errors import DataError, Place, nearest

_PARTS: dict[str, type[BaseModel]] = {
    "turns": Turn,
    "slots": Slot,
    "tool_calls": ToolCall,
    "lineage": Lineage,
    "events": Event,
}


def _read(path: Path, bad: Bad | None = None) -> Iterator[Dialogue]:
    found = False
    for number, line in read_lines(path, bad):
        if not line.strip():
            continue
        if not found and line.lstrip().startswith("["):
            yield from _list(path, bad)
            return
        found = True
        yield from _made(line.rstrip("\r\n"), Place(file=str(path), line=number), bad)
    if not found:
        raise empty(path)


def _list(path: Path, bad: Bad | None) -> Iterator[Dialogue]:
    """The dialogues of a file that is one JSON list, over however many lines."""
    for row in read_rows(path, bad):
        yield from _made(to_json(row.values).decode(), row.place(), bad)


def _made(text: str, place: Place, bad: Bad | None) -> Iterator[Dialogue]:
    try:
        yield Dialogue.from_json(text)
    except ValidationError as error:
        wrong = _bad_line(error.errors()[0], place)
        if bad is None:
            raise wrong from error
        bad(wrong, text)


def _write(dialogues: Iterable[Dialogue], path: Path) -> int:
    return write_lines((_line(dialogue) for dialogue in dialogues), path)


def _line(dialogue: Dialogue) -> str:
    try:
        return dialogue.to_json()
    except (PydanticSerializationError, UnicodeError) as error:
        raise no_json(dialogue, error) from error


def _bad_line(error: ErrorDetails, place: Place) -> DataError:
    location = error["loc"]
    field = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location).lstrip(".")
    place = Place(file=place.file, line=place.line, field=f"{place.field or ''}{field}" or None)
    if error["type"] == "json_invalid":
        said = error["msg"].replace(" at line 1 column", " at column").removeprefix("Invalid JSON: ")
        return DataError(f"broken JSON: {said}", place=place, remedy="each line is one JSON object")
    if error["type"] == "missing":
        present: Any = error["input"]
        return DataError(
            f"the field '{location[-1]}' is missing",
            place=place,
            remedy=nearest(str(location[-1]), tuple(present)) or "add it",
        )
    if error["type"] == "extra_forbidden":
        owner = next((str(part) for part in reversed(location[:-1]) if isinstance(part, str)), "")
        known = tuple(_PARTS.get(owner, Dialogue).model_fields)
        return DataError(f"unknown field '{location[-1]}'", place=place, remedy=nearest(str(location[-1]), known))
    return DataError(error["msg"], place=place, remedy="see the form that the format 'jsonl' writes")


def _suggests(row: dict[str, object]) -> bool:
    return "turns" in row and not looks_like_sdialog(row)


FORMAT = Format(
    name="jsonl",
    about="dialoom's own form, one dialogue a line, nothing lost",
    read=_read,
    write=_write,
    suggests=_suggests,
)
