"""Posting to a bot: each failure told apart, and a message sent again only where the bot cannot have taken it in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from enum import Enum
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import orjson
from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import RequestError

from dialoom.models.faults import FaultKind
from dialoom.models.transport import unanswered
from dialoom.nodes._bots.shape import Heard, Shape, Unreadable

_OVERLOADED = (429, 503)
_LONGEST_WAIT = 30.0
_CONNECT_WITHIN = timedelta(seconds=10)


class Kind(Enum):
    """What went wrong with a message."""

    UNREACHABLE = "unreachable"
    OVERLOADED = "overloaded"
    TIMED_OUT = "timed out"
    BROKEN = "broke off"
    CRASHED = "crashed"
    REFUSED = "refused"
    UNREADABLE = "unreadable"


_UNANSWERED = {
    FaultKind.UNREACHABLE: Kind.UNREACHABLE,
    FaultKind.TIMED_OUT: Kind.TIMED_OUT,
    FaultKind.BROKEN: Kind.BROKEN,
}


class Failure(Exception):
    """A message that brought no answer.

    Args:
        kind: UNREACHABLE (no connection), OVERLOADED (429, 503), TIMED_OUT, BROKEN (the connection broke while the bot
            had the message), CRASHED (any other 5xx), REFUSED (4xx), UNREADABLE (200 with something else than the
            shape).
        body: what it answered instead, its first 2,000 characters.
    """

    def __init__(
        self, kind: Kind, what: str, *, status: int | None = None, seconds: float = 0.0, body: str = ""
    ) -> None:
        super().__init__(what)
        self.kind = kind
        self.status = status
        self.seconds = seconds
        self.body = body

    @property
    def untaken(self) -> bool:
        """Whether the bot cannot have taken the message in, so that it may be sent again."""
        return self.kind in (Kind.UNREACHABLE, Kind.OVERLOADED)


class Wire:
    """The line to one bot.

    A bot has state: a message that is sent twice is said twice. So only what was never taken in is tried again; a
    time-out or an error inside the bot is what came of the message.
    """

    def __init__(
        self, url: str, shape: Shape, *, headers: Mapping[str, str], seconds: float, tries: int, at_once: int
    ) -> None:
        self._url = url
        self._shape = shape
        self._seconds = seconds
        self._tries = tries
        self._open = asyncio.Semaphore(at_once)
        self._headers = {"Content-Type": "application/json", **headers}
        self._opening = asyncio.Lock()
        self._opened = self._open_client()
        self._client: Client | None = None

    async def say(self, variables: Mapping[str, Any]) -> Heard:
        """The bot's answer to a message. Raises Failure, and RecordError where the shape's body cannot be made."""
        body = self._shape.request(variables)
        for left in range(self._tries - 1, -1, -1):
            try:
                async with self._open:
                    return await self._once(body, variables)
            except Failure as failure:
                if not failure.untaken or not left:
                    raise
            # A slot is not held while waiting.
            await asyncio.sleep(min(_LONGEST_WAIT, 0.5 * 2 ** (self._tries - 1 - left)))
        raise AssertionError

    async def _connected(self) -> Client:
        async with self._opening:
            if self._client is None:
                self._client = await anext(self._opened)
        return self._client

    async def _open_client(self) -> AsyncIterator[Client]:
        """A client that is closed with its loop: nobody tells a part when the last talk is over, and `asyncio.run` ends
        the generators that are left."""
        builder = ClientBuilder().default_headers(self._headers).connect_timeout(_CONNECT_WITHIN).http1_only()
        async with builder.build() as client:
            yield client

    async def _once(self, body: bytes, variables: Mapping[str, Any]) -> Heard:
        client = await self._connected()
        sent_at = monotonic()

        def failed(kind: Kind, what: str, status: int | None = None, answered: bytes = b"") -> Failure:
            told = answered[:2000].decode(errors="replace")
            return Failure(kind, what, status=status, seconds=monotonic() - sent_at, body=told)

        timeout = timedelta(seconds=self._seconds)
        try:
            response = await client.post(self._url).body_bytes(body).timeout(timeout).build().send()
            raw = bytes(await response.bytes())
        except RequestError as error:
            fault = unanswered(error, self._url, self._seconds)
            raise failed(_UNANSWERED[fault.kind], str(fault)) from error
        seconds = monotonic() - sent_at
        if response.status in _OVERLOADED:
            raise failed(Kind.OVERLOADED, f"HTTP {response.status}", response.status, raw)
        if response.status >= 500:
            raise failed(Kind.CRASHED, f"HTTP {response.status}", response.status, raw)
        if response.status >= 300:
            raise failed(Kind.REFUSED, f"HTTP {response.status}", response.status, raw)
        try:
            return self._shape.read(raw, await self._state(client, variables), response.status, seconds)
        except Unreadable as error:
            raise failed(Kind.UNREADABLE, str(error), response.status, raw) from error

    async def _state(self, client: Client, variables: Mapping[str, Any]) -> Any:
        """What the bot knows by now, where its shape says how to ask; None where it does not answer that."""
        if self._shape.state is None:
            return None
        parts = urlsplit(self._url)
        url = self._shape.state.render({**variables, "url": self._url, "origin": f"{parts.scheme}://{parts.netloc}"})
        try:
            response = await client.get(url).timeout(timedelta(seconds=self._seconds)).build().send()
            return orjson.loads(bytes(await response.bytes())) if response.status == 200 else None
        except (RequestError, orjson.JSONDecodeError):
            return None
