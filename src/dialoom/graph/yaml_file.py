"""Reading YAML so that every value knows its line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dialoom.errors import DataError, DialoomError, Place, RecipeError

Key = str | int


@dataclass(slots=True)
class Lines:
    """The line, counted from 1, of every key and item of a YAML file."""

    file: str | None = None
    _lines: dict[tuple[Key, ...], int] = field(default_factory=dict)

    def place(self, path: Sequence[Key]) -> Place:
        """The place of a value; where it is missing, that of the nearest thing around it."""
        found = next(
            (self._lines[tuple(path[:n])] for n in range(len(path), 0, -1) if tuple(path[:n]) in self._lines), None
        )
        return Place(file=self.file, line=found, field=dotted(path) or None)

    def note(self, path: tuple[Key, ...], line: int) -> None:
        self._lines[path] = line


def dotted(path: Sequence[Key]) -> str:
    """`("nodes", "plan", "next", 0)` as `nodes.plan.next[0]`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else (f".{part}" if text else part)
    return text


def read_yaml(path: Path) -> tuple[dict[str, Any], Lines]:
    """The mapping in a YAML file, as plain Python values, and its lines.

    Raises RecipeError with file and line where it does not parse, and DataError where it cannot be read.
    """
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise DataError(
            f"not UTF-8 at byte {error.start}", place=Place(str(path), line), remedy="save it as UTF-8"
        ) from error
    except OSError as error:
        raise DataError(f"cannot read it: {error.strerror}", place=Place(str(path))) from error
    return parse_yaml(text, str(path))


def parse_yaml(text: str, file: str | None = None) -> tuple[dict[str, Any], Lines]:
    """As `read_yaml`, from text."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        loaded = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(file, mark.line + 1 if mark else None)
        what = str(error.problem or error.context).strip().splitlines()[0]
        raise RecipeError(
            [DialoomError(f"the YAML does not parse: {what}", place=place, remedy=_yaml_remedy(what))]
        ) from error
    except YAMLError as error:
        raise RecipeError([DialoomError(f"the YAML does not parse: {error}", place=Place(file))]) from error
    if not isinstance(loaded, dict):
        raise RecipeError(
            [DialoomError("expected a mapping with 'recipe', 'models', 'source' and 'nodes'", place=Place(file, 1))]
        )
    lines = Lines(file)
    plain = _plain(loaded, (), lines)
    assert isinstance(plain, dict)
    return plain, lines


def _yaml_remedy(what: str) -> str | None:
    if "duplicate key" in what:
        return "each name can stand once in a mapping"
    if "mapping values" in what or "block mapping" in what:
        return "check the indentation, and put a text that holds ': ' in quotes"
    return None


def _plain(value: Any, path: tuple[Key, ...], lines: Lines) -> Any:
    from ruamel.yaml.comments import CommentedMap, CommentedSeq

    if isinstance(value, CommentedMap):
        plain = {}
        for key, item in value.items():
            if key in value.lc.data:
                lines.note((*path, str(key)), value.lc.key(key)[0] + 1)
            plain[str(key)] = _plain(item, (*path, str(key)), lines)
        return plain
    if isinstance(value, CommentedSeq):
        for index in range(len(value)):
            if index in value.lc.data:
                lines.note((*path, index), value.lc.item(index)[0] + 1)
        return [_plain(item, (*path, index), lines) for index, item in enumerate(value)]
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return value if value is None else str(value)
