"""Reading YAML so that every value knows its line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dialoom.errors import DataError, DialoomError, Place, RecipeError

if TYPE_CHECKING:
    from ruamel.yaml.error import MarkedYAMLError

Key = str | int
_RECIPE = "'recipe', 'models', 'source' and 'nodes'"


@dataclass(slots=True)
class Lines:
    """The line, counted from 1, of every key and item of a YAML file."""

    file: str | None = None
    _lines: dict[tuple[Key, ...], int] = field(default_factory=dict)
    _changed: dict[tuple[Key, ...], str] = field(default_factory=dict)
    _written_at: dict[tuple[Key, ...], tuple[Key, ...]] = field(default_factory=dict)
    _elsewhere: dict[tuple[Key, ...], tuple[Lines, tuple[Key, ...]]] = field(default_factory=dict)

    def place(self, path: Sequence[Key]) -> Place:
        """The place of a value; where it is missing, that of the nearest thing around it."""
        for start, written in self._written_at.items():
            if tuple(path[: len(start)]) == start:
                path = (*written, *path[len(start) :])
        for start, (lines, base) in sorted(self._elsewhere.items(), key=lambda each: -len(each[0])):
            if tuple(path[: len(start)]) == start:
                return lines.place((*base, *path[len(start) :]))
        for changed, option in self._changed.items():
            if tuple(path[: len(changed)]) == changed:
                # An option of its own is told without the field that it stands for.
                return Place(file=option, field=dotted(path) if option == "--set" else None)
        found = next(
            (self._lines[tuple(path[:n])] for n in range(len(path), 0, -1) if tuple(path[:n]) in self._lines), None
        )
        return Place(file=self.file, line=found, field=dotted(path) or None)

    def note(self, path: tuple[Key, ...], line: int) -> None:
        self._lines[path] = line

    def written_at(self, path: tuple[Key, ...], written: tuple[Key, ...]) -> None:
        """Note that the value at `path`, and all in it, stands at `written` in the file."""
        self._written_at[path] = written

    def elsewhere(self, path: tuple[Key, ...], lines: Lines, base: tuple[Key, ...]) -> None:
        """Note that the value at `path`, and all in it, stands at `base` of another file, or of this one again."""
        self._elsewhere[path] = (lines, base)

    def is_elsewhere(self, path: tuple[Key, ...]) -> bool:
        """Whether the value at `path`, or something in it, stands elsewhere."""
        return any(start[: len(path)] == path for start in self._elsewhere)

    def changed(self, path: tuple[Key, ...], option: str = "--set") -> None:
        """Note that a value was not taken from the file but given at the command line, by this option."""
        self._changed[path] = option


def dotted(path: Sequence[Key]) -> str:
    """`("nodes", "plan", "next", 0)` as `nodes.plan.next[0]`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else (f".{part}" if text else part)
    return text


def read_yaml(path: Path, holds: str = _RECIPE) -> tuple[dict[str, Any], Lines]:
    """The mapping in a YAML file, as plain Python values, and its lines.

    `holds` says in an error what the mapping should have held. Raises RecipeError with file and line where it does not
    parse, and DataError where it cannot be read.
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
    return parse_yaml(text, str(path), holds)


def parse_yaml(text: str, file: str | None = None, holds: str = _RECIPE) -> tuple[dict[str, Any], Lines]:
    """As `read_yaml`, from text."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        loaded = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        raise RecipeError([_explained(error, text, file)]) from error
    except YAMLError as error:
        raise RecipeError([DialoomError(f"the YAML does not parse: {error}", place=Place(file))]) from error
    if not isinstance(loaded, dict):
        raise RecipeError([DialoomError(f"expected a mapping with {holds}", place=Place(file, 1))])
    lines = Lines(file)
    plain = _plain(loaded, (), lines)
    assert isinstance(plain, dict)
    return plain, lines


def _explained(error: MarkedYAMLError, text: str, file: str | None) -> DialoomError:
    """The parser's complaint as a person would say it."""
    mark = error.problem_mark or error.context_mark
    start = error.context_mark
    what = str(error.problem or error.context).strip().splitlines()[0]
    lines = text.splitlines()
    line = lines[mark.line] if mark and mark.line < len(lines) else ""
    remedy = "check the indentation, and put a text that holds ': ' or begins with '{' or '[' in quotes"
    if "duplicate key" in what:
        what = f"{what.partition(' with value')[0].removeprefix('found ')} in one mapping"
        remedy = "each name can stand once: rename one of the two or take it out"
    elif "\\t" in what:
        remedy = "indent with spaces"
    elif "another document" in what:
        what, remedy = "a second YAML document begins", "a file holds one recipe: take out what follows '---'"
    elif "undefined alias" in what:
        remedy = "put a text that begins with '*' in quotes"
    elif "{{" in line or "{%" in line:
        remedy = "put a template in quotes, or on lines of its own after '|'"
    elif start is not None and mark is not None and "flow" in str(error.context):
        bracket = "{" if "mapping" in str(error.context) else "["
        remedy = f"close the '{bracket}' of line {start.line + 1}"
    return DialoomError(
        f"the YAML does not parse: {what}", place=Place(file, mark.line + 1 if mark else None), remedy=remedy
    )


def read_value(text: str) -> Any:
    """The value of a text given at the command line: as YAML, or the text itself where that is no YAML."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    if text.lstrip().startswith(("{{", "{%")):
        return text
    try:
        value = _plain(YAML(typ="rt").load(text), (), Lines())
    except YAMLError:
        return text
    # `Say: hi` is a prompt; a mapping or list is written in brackets.
    return text if isinstance(value, (dict, list)) and not text.lstrip().startswith(("{", "[")) else value


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
