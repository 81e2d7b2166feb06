"""One attempt at a call, however it is made; over HTTP here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from time import monotonic
from typing import Any, Protocol

import orjson
from pyreqwest.client import Client
from pyreqwest.exceptions import RequestError

from dialoom.models.chat import ChatAnswer, NotACompletion, read_completion
from dialoom.models.endpoints import Endpoint
from dialoom.models.faults import Fault, FaultKind, fault_of
from dialoom.models.server import beneath
from dialoom.models.transport import unanswered


class Send(Protocol):
    """Sends a question in OpenAI's form once."""

    async def __call__(self, endpoint: Endpoint, body: Mapping[str, Any], seconds: float) -> ChatAnswer:
        """The answer, within so many seconds. Raises Fault."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class Post:
    """Sends over HTTP, to servers that speak OpenAI's protocol (a Send)."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def __call__(self, endpoint: Endpoint, body: Mapping[str, Any], seconds: float) -> ChatAnswer:
        asking = self._client.post(beneath(endpoint.url, "chat/completions")).body_bytes(orjson.dumps(body))
        sent_at = monotonic()
        try:
            response = await asking.timeout(timedelta(seconds=seconds)).build().send()
            raw = bytes(await response.bytes())
        except RequestError as error:
            raise unanswered(error, endpoint.url, seconds) from error
        if response.status != 200:
            raise fault_of(response.status, raw, response.get_header("Retry-After"))
        try:
            return read_completion(raw, monotonic() - sent_at)
        except NotACompletion as error:
            raise Fault(FaultKind.BROKEN, str(error)) from error

    async def close(self) -> None:
        await self._client.close()
