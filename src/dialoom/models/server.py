"""What a server says of itself before it is asked anything: is it there, which models, which software."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp
import orjson

from dialoom.errors import EndpointError
from dialoom.models.dialect import Dialect


def open_session(key: str | None) -> aiohttp.ClientSession:
    """A connection pool without a limit of its own: the limiter sets how much is in flight."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=60), headers=headers)


@dataclass(frozen=True, slots=True)
class ServerList:
    """A server's list of models (GET /models); empty where it has none to show."""

    first_model: str | None = None
    owner: str | None = None

    def dialect(self) -> Dialect:
        return Dialect.of_owner(self.owner)

    @classmethod
    async def ask(cls, session: aiohttp.ClientSession, urls: Sequence[str]) -> ServerList:
        """The list of the first of `urls` that answers.

        Raises EndpointError when none can be reached, or when the key is refused: both are known before any call is
        paid for.
        """
        failure = ""
        for url in urls:
            try:
                async with session.get(
                    f"{url}/models", timeout=aiohttp.ClientTimeout(total=30, sock_connect=5)
                ) as reply:
                    if reply.status in (401, 403):
                        raise EndpointError(
                            f"{url} answers {reply.status}: the key is missing or refused",
                            remedy="name the variable that holds the key in the model's `key:` and set it",
                        )
                    return cls._read(await reply.read()) if reply.status == 200 else cls()
            except (aiohttp.ClientError, OSError, TimeoutError) as error:
                failure = failure or f"cannot reach {url}: {error or type(error).__name__}"
        raise EndpointError(failure, remedy="start the server or correct the URL, then run the same command again")

    @classmethod
    def _read(cls, body: bytes) -> ServerList:
        try:
            models = orjson.loads(body)["data"]
            first = models[0]
            return cls(first_model=str(first["id"]), owner=first.get("owned_by"))
        except (orjson.JSONDecodeError, KeyError, IndexError, TypeError, AttributeError):
            return cls()
