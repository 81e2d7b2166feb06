"""The tools of a node, read and checked before the first call."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dialoom.errors import DialoomError, Place, nearest
from dialoom.graph.own_code import find_function
from dialoom.nodes._contradiction import unmeetable
from dialoom.nodes._tools.definitions import read_definitions
from dialoom.nodes._tools.entry import ToolEntry
from dialoom.nodes._tools.from_function import RECORD, function_tool
from dialoom.nodes._tools.openapi import read_openapi
from dialoom.nodes._tools.simulated import Simulated
from dialoom.nodes._tools.told import TEXT, Told
from dialoom.nodes._tools.tool import Tool

_SPEC = frozenset({"openapi", "swagger", "paths"})
# What OpenAI allows; other providers allow no less.
_LEGAL = re.compile(r"[a-zA-Z0-9_-]{1,64}")


class Toolbox:
    """Tools by their names, and what is wrong with them.

    Attributes:
        tools: those that can be used.
        problems: each with its place in the node.
    """

    def __init__(self, entries: Sequence[ToolEntry], folder: Path, seconds: float, field: str = "tools") -> None:
        """Reads the tools.

        Args:
            folder: where relative paths start.
            seconds: how long a function may take for a call.
            field: the place of the entries in the node.
        """
        self.tools: dict[str, Tool] = {}
        self.problems: list[DialoomError] = []
        self._folder = folder
        self._seconds = seconds
        self._loaded: dict[Path, Any] = {}
        for index, entry in enumerate(entries):
            where = f"{field}[{index}]"
            try:
                for tool in self._read(entry, where):
                    self._add(tool, where)
            except DialoomError as error:
                self.problems.append(error)

    def definitions(self) -> list[dict[str, Any]]:
        """What a model is told, in OpenAI's form."""
        return [tool.definition() for tool in self.tools.values()]

    def _add(self, tool: Tool, where: str) -> None:
        place = Place(field=where)
        if not _LEGAL.fullmatch(tool.name):
            what = f"'{tool.name}' cannot be the name of a tool"
            remedy = "use 1 to 64 letters, digits, underscores and hyphens"
            self.problems.append(DialoomError(what, place=place, remedy=remedy))
        elif tool.name in self.tools:
            what = f"two tools are called '{tool.name}'"
            self.problems.append(DialoomError(what, place=place, remedy="rename one of them, or take it out"))
        else:
            self.tools[tool.name] = tool
        if tool.arguments.get("type") != "object":
            what = f"the arguments of '{tool.name}' are no object"
            self.problems.append(DialoomError(what, place=place, remedy="give a schema with type: object"))
        for name, schema in (("arguments", tool.arguments), ("result", tool.result)):
            self.problems += unmeetable(schema, f"the {name} of '{tool.name}'", where)

    def _read(self, entry: ToolEntry, where: str) -> Iterator[Tool]:
        if entry.function is not None:
            yield self._function(entry, entry.function, where)
        elif entry.source is None:
            assert entry.name is not None
            assert entry.arguments is not None
            told = Told(
                entry.name,
                entry.description or "",
                entry.arguments,
                TEXT if entry.result is None else entry.result,
            )
            yield _simulated(told, entry)
        else:
            told_by_file = {told.name: told for told in self._file(entry.source, where)}
            for index, name in enumerate(entry.only or told_by_file):
                if name not in told_by_file:
                    raise DialoomError(
                        f"{entry.source} has no tool '{name}'",
                        place=Place(field=f"{where}.only[{index}]"),
                        remedy=nearest(name, list(told_by_file)),
                    )
                yield _simulated(told_by_file[name], entry)

    def _function(self, entry: ToolEntry, call: str, where: str) -> Tool:
        field = f"{where}.from" if entry.is_function else f"{where}.call"
        function: Callable[..., Any] = entry.given or find_function(call, self._folder, field, self._loaded)
        told = {name: getattr(entry, name) for name in ("name", "description", "arguments", "result")}
        tool = function_tool(function, call, self._seconds, field, told=told)
        if entry.arguments is not None:
            _fits_function(tool, function, call, where)
        return tool

    def _file(self, source: str, where: str) -> list[Told]:
        place = Place(field=f"{where}.from")
        path = self._folder / source
        if not path.is_file():
            remedy = f"relative paths start at the recipe's folder, {self._folder}; a function is file.py:name"
            raise DialoomError(f"there is no file {source}", place=place, remedy=remedy)
        from ruamel.yaml import YAML
        from ruamel.yaml.error import YAMLError

        try:
            # YAML reads JSON as well.
            data = YAML(typ="safe").load(path.read_text("utf-8"))
            told = list(
                read_openapi(data) if isinstance(data, Mapping) and data.keys() & _SPEC else read_definitions(data)
            )
        except (YAMLError, UnicodeDecodeError, OSError, ValueError) as error:
            why = " ".join(str(error).split())[:300]
            raise DialoomError(f"{source}: {why}", place=place, remedy="mend the file, or name another") from error
        twice = next((one.name for one in told if sum(one.name == other.name for other in told) > 1), None)
        if twice is not None:
            raise DialoomError(
                f"{source}: two tools are called '{twice}'",
                place=place,
                remedy="give each operation an 'operationId' of its own",
            )
        return told


def _simulated(told: Told, entry: ToolEntry) -> Tool:
    return Tool(told.name, told.description, told.arguments, told.result, Simulated(entry.model))


def _fits_function(tool: Tool, function: Callable[..., Any], call: str, where: str) -> None:
    """Whether the function takes the arguments that the recipe tells. Raises DialoomError."""

    place = Place(field=f"{where}.arguments")
    parameters = {name: each for name, each in inspect.signature(function).parameters.items() if name != RECORD}
    told = tool.arguments.get("properties") or {}
    for name in told:
        if name not in parameters:
            raise DialoomError(f"{call} takes no '{name}'", place=place, remedy=nearest(name, list(parameters)))
    for name, parameter in parameters.items():
        if parameter.default is parameter.empty and name not in (tool.arguments.get("required") or ()):
            what = f"{call} needs '{name}', which the schema does not require"
            raise DialoomError(what, place=place, remedy=f"add '{name}' to the arguments, or give it a default")
