"""`function`: the user's own Python as a step."""

from __future__ import annotations

import asyncio
import copy
import importlib
import importlib.util
import inspect
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from time import monotonic
from types import CodeType
from typing import Any, Literal

import orjson
from pydantic import BaseModel, Field, ModelWrapValidatorHandler, PrivateAttr, model_validator

from dialoom.errors import DialoomError, Place, RecordError, Rejected, nearest
from dialoom.graph.context import Context
from dialoom.graph.node import Children, Fields, Node, Shape
from dialoom.graph.record import Record, digest
from dialoom.nodes._no_number import no_number
from dialoom.nodes._thread import in_thread

_JSON = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS


class Function(Node):
    """Call a Python function with the record's fields.

    It takes fields as arguments by their names (`**fields` takes all), and may be async. Its arguments are copies: what
    it does to them reaches no other record. A dict that it returns is merged into the record and a list of dicts makes
    child records, unless `into` names a field for it; anything else becomes this node's field. NaN
    and infinity, which JSON does not have, fail the record.
    """

    kind: Literal["function"] = "function"
    call: str = Field(
        description="`file.py:name`, beside the recipe, or `package.module:name`; in Python also the function itself."
    )
    fields: list[str] = Field(default_factory=list, description="The fields it writes, when it returns a dict.")

    _function: Callable[..., Any] | None = PrivateAttr(default=None)
    _given: bool = PrivateAttr(default=False)

    @model_validator(mode="wrap")
    @classmethod
    def _take_function(cls, value: Any, handler: ModelWrapValidatorHandler[Function]) -> Function:
        function = value.get("call") if isinstance(value, Mapping) else None
        if not callable(function):
            return handler(value)
        name = f"{function.__module__}:{getattr(function, '__qualname__', type(function).__qualname__)}"
        return handler({**value, "call": name}).bind(function)

    def bind(self, function: Callable[..., Any]) -> Function:
        """Use this function itself, for recipes built in Python."""
        self._function, self._given = function, True
        return self

    def files(self) -> Iterable[Path]:
        if self._given:
            return []
        where = self.call.rpartition(":")[0]
        if where.endswith(".py"):
            return [Path(where)]
        try:
            spec = importlib.util.find_spec(where) if where else None
        except (ImportError, ValueError):
            spec = None
        return [Path(spec.origin)] if spec is not None and spec.origin and spec.has_location else []

    def code(self) -> str:
        if not self._given:
            return ""
        try:
            return inspect.getsource(self._function)  # type: ignore[arg-type]
        except (OSError, TypeError):
            # Typed into a console, it has no file, and its instructions stand for its text.
            return _compiled(getattr(self._function, "__code__", None))

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Call the function that it was made of."""
        if self._function is None:
            raise TypeError(f"{self.call} is not loaded before its recipe is checked")
        return self._function(*arguments, **named)

    def writes(self) -> Mapping[str, Shape]:
        return {name: {} for name in self.fields or [self.field]}

    def needs(self) -> Mapping[str, str]:
        return {
            name: "call"
            for name, parameter in self._parameters().items()
            if parameter.default is parameter.empty
            and parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
        }

    def prepare(self, folder: Path) -> None:
        if self._function is None:
            self._function = _find(self.call, folder)
        try:
            inspect.signature(self._function)
        except (ValueError, TypeError) as error:
            self._function = None
            raise DialoomError(
                f"{self.call} does not say which arguments it takes",
                place=Place(field="call"),
                remedy="wrap it in a function of your own",
            ) from error

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
        taken = {name: value for name, value in record.fields.items() if takes_all or name in parameters}
        # Records that come from one share its values.
        arguments = copy.deepcopy(taken)
        begun = monotonic()
        within = asyncio.timeout(context.seconds_left())
        try:
            async with within:
                if inspect.iscoroutinefunction(self._function):
                    result = await self._function(**arguments)
                else:
                    result = await in_thread(self._function, arguments)
        except (Rejected, RecordError):
            raise
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            raise RecordError(f"{self.call} was cancelled by something that it awaited") from error
        except (Exception, SystemExit) as error:
            if within.expired():
                raise RecordError(f"{self.call} took longer than the time that one record may take") from error
            # Whatever the user's code raises, were it sys.exit, is this record's failure and no other's.
            raise RecordError(f"{self.call} raised {type(error).__name__}: {error}") from error
        finally:
            context.took(monotonic() - begun)
        if self.into is None and isinstance(result, dict):
            return _named(result, self.call)
        if self.into is None and isinstance(result, list) and all(isinstance(item, dict) for item in result):
            return Children([_named(item, self.call) for item in result])
        return _named({self.field: result}, self.call)

    def _parameters(self) -> Mapping[str, inspect.Parameter]:
        return inspect.signature(self._function).parameters if self._function is not None else {}


def _compiled(code: Any) -> str:
    if not isinstance(code, CodeType):
        return ""
    inside = [_compiled(held) if isinstance(held, CodeType) else repr(held) for held in code.co_consts]
    return repr((code.co_code.hex(), code.co_names, inside))


def _named(fields: Fields, call: str) -> Fields:
    """The fields that a function returned, which must be such as JSON has, since records are stored."""
    try:
        text = orjson.dumps(fields, _as_json, _JSON)
    except TypeError as error:
        raise RecordError(
            f"{call} returned what JSON cannot hold: {error}", remedy="return texts, numbers, lists and dicts"
        ) from error
    json: Fields = orjson.loads(text)
    # It would be kept as null, and nobody would know. The whole is looked through only where there is a null.
    if b"null" in text and (where := no_number(fields)) is not None:
        raise RecordError(
            f"{call} returned NaN or infinity in {where}, which JSON cannot hold",
            remedy="return None where there is no number",
        )
    return json


def _as_json(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    raise TypeError(f"a value of type {type(value).__name__}")


def _find(call: str, folder: Path) -> Callable[..., Any]:
    where, _, name = call.rpartition(":")
    place = Place(field="call")
    if not where or not name:
        raise DialoomError(f"'{call}' names no function", place=place, remedy="write file.py:name")
    if where.endswith(".py") and not (folder / where).is_file():
        raise DialoomError(
            f"there is no file {where}", place=place, remedy=f"relative paths start at the recipe's folder, {folder}"
        )
    try:
        module = _load_file(folder / where) if where.endswith(".py") else importlib.import_module(where)
    except Exception as error:
        # Whatever the user's code raises while it is loaded is a mistake to be shown, with its line.
        frames = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if where in frame.filename]
        line = error.lineno if isinstance(error, SyntaxError) else (frames or [None])[-1]
        at = f", line {line}" if line else ""
        raise DialoomError(f"cannot import {where}{at}: {type(error).__name__}: {error}", place=place) from error
    function = getattr(module, name, None)
    if not callable(function):
        known = [known for known, value in vars(module).items() if inspect.isfunction(value)]
        raise DialoomError(f"{where} has no function '{name}'", place=place, remedy=nearest(name, known))
    return function  # type: ignore[no-any-return]


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
