"""SDialog's dialogues (Burdisso et al. 2025): one JSON object each, with turns, personas and events."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pydantic import ValidationError

from dialoom.dialogue.dialogue import Dialogue
from dialoom.dialogue.formats._files import Bad, read_lines, write_lines
from dialoom.dialogue.formats._format import Format
from dialoom.dialogue.formats._rows import Row, json_line, parse_json, read_each, wrong_type
from dialoom.dialogue.formats._shape import Shape
from dialoom.dialogue.lineage import Lineage
from dialoom.dialogue.persona import Persona
from dialoom.dialogue.turn import Turn
from dialoom.errors import DataError, Place, nearest

_REST = "sdialog"
_WORDS = ("version", "timestamp", "model", "seed", "parentId", "complete", "context", "events", "notes")


def _read(path: Path, bad: Bad | None = None) -> Iterator[Dialogue]:
    """A file of one dialogue, of one a line or of a list of them, or a folder of such files.

    What has no place in a dialogue (version, model, seed, context, events, notes ...) stays in the field `sdialog`.
    """
    if path.is_dir():
        files = sorted(path.glob("*.json"))
        if not files:
            raise DataError("there is no .json file in it", place=Place(str(path)), remedy="name a folder of dialogues")
        for file in files:
            yield from _read(file, bad)
    elif path.suffix == ".json" and _is_one_object(path):
        yield from _one(path, bad)
    else:
        yield from read_each(path, bad, _dialogue)


def _is_one_object(path: Path) -> bool:
    """Whether the file is one object over several lines, as SDialog writes it."""
    first = next((line for _, line in read_lines(path) if line.strip()), "")
    if not first.lstrip().startswith("{"):
        return False
    try:
        json.loads(first)
    except ValueError:
        return True
    return False


def _one(path: Path, bad: Bad | None) -> Iterator[Dialogue]:
    text = "".join(line for _, line in read_lines(path))
    try:
        values = parse_json(text, Place(str(path)))
        if not isinstance(values, dict):
            raise wrong_type(Place(str(path)), "one JSON object", values)
        dialogue = _dialogue(Row(path, None, values), 1)
    except DataError as error:
        if bad is None:
            raise
        bad(error, text)
    else:
        yield dialogue


def _dialogue(row: Row, number: int) -> Dialogue:
    held = dict(row.values)
    id = held.pop("id", None)
    if id is not None and (not isinstance(id, str | int) or isinstance(id, bool)):
        raise wrong_type(row.place("id"), "text or a number", id)
    turns = _turns(row, held.pop("turns", []))
    scenario = held.pop("scenario") if isinstance(held.get("scenario"), str) else None
    personas = _personas(row)
    if held.get("personas") is not None and _personas_of(personas) == held["personas"]:
        del held["personas"]
    if isinstance(id, int):
        held["id"] = id
    return Dialogue(
        id=f"{row.path.name}:{number}" if id is None else str(id),
        turns=turns,
        scenario=scenario,
        personas=personas,
        fields={_REST: held} if held else {},
        lineage=Lineage(provenance="real", source=f"{row.path.name} (sdialog)"),
    )


def _turns(row: Row, turns: object) -> list[Turn]:
    if turns is None:
        return []
    if not isinstance(turns, list):
        raise wrong_type(row.place("turns"), "a list of turns", turns)
    read = []
    for index, turn in enumerate(turns):
        field = f"turns[{index}]"
        if not isinstance(turn, dict):
            raise wrong_type(row.place(field), "an object with speaker and text", turn)
        if not isinstance(turn.get("text"), str):
            if "text" in turn:
                raise wrong_type(row.place(f"{field}.text"), "text", turn["text"])
            raise DataError(
                "the turn has no text",
                place=row.place(field),
                remedy=nearest("text", tuple(turn)) or "write speaker and text",
            )
        speaker = turn.get("speaker")
        if not isinstance(speaker, str | None):
            raise wrong_type(row.place(f"{field}.speaker"), "text", speaker)
        more = {name: value for name, value in turn.items() if name not in ("speaker", "text")}
        read.append(Turn(speaker=speaker or "", text=turn["text"], meta={_REST: more} if more else {}))
    return read


def _personas(row: Row) -> list[Persona]:
    held = row.values.get("personas")
    if held is None:
        return []
    if not isinstance(held, dict) or not all(isinstance(about, dict) for about in held.values()):
        raise wrong_type(row.place("personas"), "an object with a persona for each speaker", held)
    try:
        return _read_personas(held)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise DataError(
            f"a persona cannot be read: {first['msg']}", place=row.place(f"personas.{field}"), remedy="correct it"
        ) from error


def _read_personas(held: dict[str, dict[str, Any]]) -> list[Persona]:
    """SDialog's ages may be words; these are the trait `age_range`."""
    personas = []
    for name, about in held.items():
        age = about.get("age")
        words = {} if age is None or isinstance(age, int) else {"age": None, "age_range": age}
        personas.append(Persona.model_validate({"name": name} | about | words))
    return personas


def _personas_of(personas: list[Persona]) -> dict[str, Any]:
    return {persona.name: persona.model_dump(mode="json", exclude_unset=True) for persona in personas}


def _write(dialogues: Iterable[Dialogue], path: Path) -> int:
    """One dialogue a line; to a file called `.json`, one dialogue as SDialog writes it; to a folder, a file each.

    `Dialog.from_file` reads the file called `.json` and the folder. The folder is there already, or its name has no
    suffix. Files are called after the dialogues' ids.

    Raises DataError where there is more than one dialogue for one `.json`, or two have the same id in a folder.
    """
    if path.is_dir() or not path.suffix:
        return _write_folder(dialogues, path)
    if path.suffix == ".json":
        return write_lines(_alone(dialogues, path), path)
    return write_lines((json_line(_row(dialogue), dialogue) for dialogue in dialogues), path)


def _alone(dialogues: Iterable[Dialogue], path: Path) -> Iterator[str]:
    for number, dialogue in enumerate(dialogues):
        if number:
            raise DataError(
                "SDialog keeps one dialogue in a .json file, and there are more",
                place=Place(str(path)),
                remedy="name a folder, which gets a file for each, or a .jsonl file",
            )
        yield _pretty(dialogue)


def _write_folder(dialogues: Iterable[Dialogue], path: Path) -> int:
    names: set[str] = set()
    for dialogue in dialogues:
        name = quote(dialogue.id, safe=" ") or "%"
        if len(name) > 200:
            name = f"{name[:150]}-{blake2b(name.encode(), digest_size=8).hexdigest()}"
        if name.casefold() in names:
            raise DataError(
                f"two dialogues are called '{dialogue.id}'", place=Place(field="id"), remedy="write them to .jsonl"
            )
        names.add(name.casefold())
        write_lines([_pretty(dialogue)], path / f"{name}.json")
    return len(names)


def _pretty(dialogue: Dialogue) -> str:
    return json.dumps(json.loads(json_line(_row(dialogue), dialogue)), indent=2)


def _row(dialogue: Dialogue) -> dict[str, Any]:
    """The fields of SDialog's `Dialog`. Summary, plan, tags and annotations have no place in it."""
    held = dialogue.fields.get(_REST)
    rest = dict(held) if isinstance(held, dict) else {}
    row: dict[str, Any] = {"id": rest.pop("id", dialogue.id)}
    if dialogue.scenario is not None:
        row["scenario"] = dialogue.scenario
    as_read = rest.get("personas")
    if dialogue.personas and not (isinstance(as_read, dict) and _read_personas(as_read) == dialogue.personas):
        rest.pop("personas", None)
        row["personas"] = _personas_of(dialogue.personas)
    row["turns"] = [
        {"speaker": turn.speaker or None, "text": turn.text} | _more(turn.meta.get(_REST)) for turn in dialogue.turns
    ]
    # What tells the form from others that have turns.
    return row | rest if any(word in rest for word in _WORDS) else row | rest | {"parentId": None}


def _more(held: object) -> dict[str, Any]:
    return dict(held) if isinstance(held, dict) else {}


def _suggests(row: dict[str, object]) -> bool:
    turns = row.get("turns")
    return isinstance(turns, list) and looks_like_sdialog(row)


def looks_like_sdialog(row: dict[str, object]) -> bool:
    """Whether an object with turns is SDialog's and not dialoom's own."""
    return "lineage" not in row and any(word in row for word in _WORDS)


def _fits(shape: Shape) -> bool:
    """A file that is one such object, or a folder of them."""
    if shape.members and not shape.archive:
        dialogues = [name for name in shape.members if name.endswith(".json") and "/" not in name]
        return len(dialogues) == len(shape.members) and _looks(shape.path / dialogues[0])
    if shape.path.suffix != ".json" or not shape.text.startswith("{"):
        return False
    return _is_one_object(shape.path) and _looks(shape.path)


def _looks(path: Path) -> bool:
    try:
        values = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(values, dict) and _suggests(values)


FORMAT = Format(
    name="sdialog",
    about="SDialog's dialogues: a .json file, a folder of them, or one a line",
    read=_read,
    write=_write,
    suggests=_suggests,
    fits=_fits,
)
