"""Reading a batch's output and error files: which request each line answers, and with what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from dialoom.models.chat import NotACompletion, read_completion
from dialoom.models.faults import Fault, FaultKind, fault_of


class Unreadable(ValueError):
    """The line does not say which request it is about."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one request: `answer`, a chat completion, or `fault`."""

    key: str
    answer: bytes | None = None
    fault: Fault | None = None


def read_result(line: bytes) -> Result:
    """The result in a line. Raises Unreadable."""
    try:
        content = orjson.loads(line)
    except orjson.JSONDecodeError as wrong:
        raise Unreadable(f"no JSON: {line[:80]!r}") from wrong
    if not isinstance(content, dict) or not isinstance(content.get("custom_id"), str):
        raise Unreadable(f"no custom_id: {line[:80]!r}")
    key, response, error = content["custom_id"], content.get("response"), content.get("error")
    if not isinstance(response, dict):
        return Result(key, fault=_fault(error))
    status = response.get("status_code", 200)
    body = orjson.dumps(response.get("body"))
    if status != 200:
        return Result(key, fault=fault_of(status if isinstance(status, int) else 500, body, None))
    try:
        read_completion(body, 0.0)
    except NotACompletion as wrong:
        return Result(key, fault=Fault(FaultKind.BROKEN, str(wrong)))
    return Result(key, answer=body)


def read_lines(path: Path) -> Iterator[bytes]:
    """The lines of a file that are not blank."""
    with path.open("rb") as file:
        yield from filter(None, map(bytes.strip, file))


def _fault(error: Any) -> Fault:
    """The fault of a request that was never carried out: `batch_expired`, `batch_cancelled`, `request_timeout` ..."""
    told = error if isinstance(error, dict) else {}
    what = told.get("message") or told.get("code") or "the line holds neither a response nor an error"
    return Fault(FaultKind.BROKEN, str(what)[:300])
