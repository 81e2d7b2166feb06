"""The user's own Python: finding a function, calling it, and its result as JSON."""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import inspect
import sys
import traceback
from collections.abc import Callable, Mapping, MutableMapping
from pathlib import Path
from typing import Any

import orjson
from pydantic import BaseModel

from dialoom.errors import DialoomError, Place, RecordError, Rejected, nearest
from dialoom.graph.record import digest
from dialoom.nodes._no_number import no_number
from dialoom.nodes._thread import in_thread

_JSON = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS


class Overdue(Exception):
    """The function took longer than it may."""


class Raised(Exception):
    """What the function raised, in words."""


async def call_function(function: Callable[..., Any], arguments: Mapping[str, Any], seconds: float | None) -> Any:
    """What the user's function returns: awaited where it is async, else called in a thread.

    Raises Overdue after `seconds`, Rejected and RecordError as the function does, and Raised for all else that it
    raises, were it sys.exit.
    """
    within = asyncio.timeout(seconds)
    try:
        async with within:
            if inspect.iscoroutinefunction(function):
                return await function(**arguments)
            return await in_thread(function, arguments)
    except (Rejected, RecordError):
        raise
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise Raised("was cancelled by something that it awaited") from error
    except (Exception, SystemExit) as error:
        if within.expired():
            raise Overdue from error
        raise Raised(f"raised {type(error).__name__}: {error}") from error


def files_of(call: str) -> list[Path]:
    """The file that `file.py:name` or `package.module:name` lies in, where there is one."""
    where = call.rpartition(":")[0]
    if where.endswith(".py"):
        return [Path(where)]
    try:
        spec = importlib.util.find_spec(where) if where else None
    except (ImportError, ValueError):
        spec = None
    return [Path(spec.origin)] if spec is not None and spec.origin and spec.has_location else []


def name_of(function: Callable[..., Any]) -> str:
    """`module:name` of a function that was given in Python."""
    return f"{function.__module__}:{getattr(function, '__qualname__', type(function).__qualname__)}"


def source_of(function: Callable[..., Any]) -> str:
    """Its source text; empty where that cannot be had."""
    try:
        return inspect.getsource(function)
    except (OSError, TypeError):
        return ""


def find_function(
    call: str, folder: Path, field: str = "call", loaded: MutableMapping[Path, Any] | None = None
) -> Callable[..., Any]:
    """The function that `file.py:name`, beside the recipe, or `package.module:name` names.

    Args:
        field: the place in the node that says so, for errors.
        loaded: files that were loaded for this node, by their paths, so that their functions share one module.

    Raises DialoomError.
    """
    where, _, name = call.rpartition(":")
    place = Place(field=field)
    if not where or not name:
        raise DialoomError(f"'{call}' names no function", place=place, remedy="write file.py:name")
    if where.endswith(".py") and not (folder / where).is_file():
        raise DialoomError(
            f"there is no file {where}", place=place, remedy=f"relative paths start at the recipe's folder, {folder}"
        )
    loaded = {} if loaded is None else loaded
    try:
        if not where.endswith(".py"):
            module: Any = importlib.import_module(where)
        elif (module := loaded.get(folder / where)) is None:
            module = loaded[folder / where] = _load_file(folder / where)
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


def json_of(value: Any, call: str) -> Any:
    """What a function returned, as JSON has it, since records are stored. Raises RecordError."""
    try:
        text = orjson.dumps(value, _as_json, _JSON)
    except TypeError as error:
        raise RecordError(
            f"{call} returned what JSON cannot hold: {error}", remedy="return texts, numbers, lists and dicts"
        ) from error
    json = orjson.loads(text)
    # It would be kept as null, and nobody would know. The whole is looked through only where there is a null.
    if b"null" in text and (where := no_number(value)) is not None:
        raise RecordError(
            f"{call} returned NaN or infinity{f' in {where}' if where else ''}, which JSON cannot hold",
            remedy="return None where there is no number",
        )
    return json


def _as_json(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    raise TypeError(f"a value of type {type(value).__name__}")


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
