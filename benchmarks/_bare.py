"""A loop that asks as fast as it is answered, with a fixed number of calls in flight: what engines are held against."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from pyreqwest.client import ClientBuilder

_HEADERS = {"Content-Type": "application/json"}


@dataclass(slots=True)
class Asked:
    """What came of it: seconds from the first request to the last answer, and every answer, as bytes."""

    seconds: float = 0.0
    answers: list[bytes] = field(default_factory=list)


def ask_all(url: str, bodies: Iterable[Mapping[str, Any]], concurrency: int) -> Asked:
    """Ask each of the chat completion requests at the base URL; a fault is a pyreqwest StatusError."""
    return asyncio.run(_ask_all(url, bodies, concurrency))


async def _ask_all(url: str, bodies: Iterable[Mapping[str, Any]], concurrency: int) -> Asked:
    asked, waiting = Asked(), iter(bodies)
    builder = ClientBuilder().default_headers(_HEADERS).max_connections(None).http1_only().error_for_status()
    async with builder.build() as client:

        async def work() -> None:
            for body in waiting:
                asking = client.post(f"{url}/chat/completions").body_bytes(orjson.dumps(body))
                reply = await asking.build().send()
                asked.answers.append(bytes(await reply.bytes()))

        begun = time.monotonic()
        await asyncio.gather(*(work() for _ in range(concurrency)))
        asked.seconds = time.monotonic() - begun
    return asked
