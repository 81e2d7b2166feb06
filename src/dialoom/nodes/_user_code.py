"""Calling the user's own Python, and its result as JSON."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Mapping
from typing import Any

import orjson
from pydantic import BaseModel

from dialoom.errors import RecordError, Rejected
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
