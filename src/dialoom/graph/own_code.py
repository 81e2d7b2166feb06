"""Functions of the user's own, by `file.py:name` or `package.module:name`."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dialoom.errors import DialoomError, Place, nearest
from dialoom.graph.record import digest


def find_function(call: str, folder: Path) -> Callable[..., Any]:
    """The function. Raises DialoomError, at the field `call`, where there is none or its file cannot be imported."""
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


def file_of(call: str) -> Path | None:
    """The file that a function is in, relative to the recipe where it lies beside it; None where that is not known."""
    where = call.rpartition(":")[0]
    if where.endswith(".py"):
        return Path(where)
    try:
        spec = importlib.util.find_spec(where) if where else None
    except (ImportError, ValueError):
        spec = None
    return Path(spec.origin) if spec is not None and spec.origin and spec.has_location else None


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
