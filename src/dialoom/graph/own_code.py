"""Functions of the user's own, by `file.py:name` or `package.module:name`: finding them, and what they are made of."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
import traceback
from collections.abc import Callable, MutableMapping
from pathlib import Path
from types import CodeType
from typing import Any

from dialoom.errors import DialoomError, Place, nearest
from dialoom.graph.record import digest


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


def files_of(call: str) -> list[Path]:
    """The file that a function is in, relative to the recipe where it lies beside it; none where that is not known."""
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
    """Its source text; of what was typed into a console, and has no file, its instructions."""
    try:
        return inspect.getsource(function)
    except (OSError, TypeError):
        return _compiled(getattr(function, "__code__", None))


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


def _compiled(code: Any) -> str:
    if not isinstance(code, CodeType):
        return ""
    inside = [_compiled(held) if isinstance(held, CodeType) else repr(held) for held in code.co_consts]
    return repr((code.co_code.hex(), code.co_names, inside))
