"""`function`: the user's own Python as a step."""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import inspect
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, PrivateAttr

from dialoom.errors import DialoomError, Place, RecordError, Rejected
from dialoom.graph.context import Context
from dialoom.graph.node import Children, Fields, Node, Shape
from dialoom.graph.record import Record, digest


class Function(Node):
    """Call a Python function with the record's fields.

    It takes fields as arguments by their names (`**fields` takes all), and may be async. A dict that it returns is
    merged into the record, a list of dicts makes child records, and anything else becomes this node's field.
    """

    kind: Literal["function"] = "function"
    call: str = Field(description="`file.py:name`, beside the recipe, or `package.module:name`.")
    fields: list[str] = Field(default_factory=list, description="The fields it writes, when it returns a dict.")

    _function: Callable[..., Any] | None = PrivateAttr(default=None)

    def bind(self, function: Callable[..., Any]) -> Function:
        """Use this function itself, for recipes built in Python."""
        self._function = function
        return self

    def writes(self) -> Mapping[str, Shape]:
        return {name: {} for name in self.fields or [self.field]}

    def needs(self) -> frozenset[str]:
        return frozenset(
            name
            for name, parameter in self._parameters().items()
            if parameter.default is parameter.empty
            and parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
        )

    def prepare(self, folder: Path) -> None:
        if self._function is not None:
            return
        where, _, name = self.call.rpartition(":")
        place = Place(field="call")
        if not where:
            raise DialoomError(f"'{self.call}' names no function", place=place, remedy="write file.py:name")
        try:
            module = _load_file(folder / where) if where.endswith(".py") else importlib.import_module(where)
        except (ImportError, OSError, SyntaxError) as error:
            raise DialoomError(f"cannot import {where}: {error}", place=place) from error
        function = getattr(module, name, None)
        if not callable(function):
            raise DialoomError(f"{where} has no function '{name}'", place=place)
        self._function = function

    def problems(self, shapes: Mapping[str, Shape]) -> Iterable[DialoomError]:
        for parameter in self._parameters().values():
            if parameter.kind is parameter.POSITIONAL_ONLY:
                yield DialoomError(
                    f"the function's argument '{parameter.name}' is positional only", place=Place(field="call")
                )

    async def run(self, record: Record, context: Context) -> Fields | Children:
        assert self._function is not None, "prepare comes before run"
        parameters = self._parameters()
        takes_all = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values())
        arguments = {name: value for name, value in record.fields.items() if takes_all or name in parameters}
        try:
            if inspect.iscoroutinefunction(self._function):
                result = await self._function(**arguments)
            else:
                result = await asyncio.to_thread(self._function, **arguments)
        except (Rejected, RecordError):
            raise
        except Exception as error:
            # Whatever the user's code raises is this record's failure and no other's.
            raise RecordError(f"{self.call} raised {type(error).__name__}: {error}") from error
        if isinstance(result, dict):
            return result
        if isinstance(result, list) and all(isinstance(item, dict) for item in result) and not self.into:
            return Children(result)
        return {self.field: result}

    def _parameters(self) -> Mapping[str, inspect.Parameter]:
        return inspect.signature(self._function).parameters if self._function is not None else {}


def _load_file(path: Path) -> Any:
    # A name of its own, so that two recipes' `steps.py` do not meet in sys.modules.
    name = f"dialoom_user_{digest(path.resolve())}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


NODE = Function
