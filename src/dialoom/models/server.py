"""What a server says of itself before it is asked anything: is it there, which models, which software."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from time import monotonic

import orjson
from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import RequestError

from dialoom.errors import EndpointError
from dialoom.models.dialect import Dialect

_CONNECT_WITHIN = timedelta(seconds=10)
_IDLE = timedelta(seconds=60)
_LIST_WITHIN = timedelta(seconds=30)


def open_client(key: str | None, header: str = "Authorization") -> Client:
    """A pool of connections without a limit of its own: the limiter sets how much is in flight.

    Args:
        header: the one that the key goes into; a key in another than `Authorization` goes there as it is.
    """
    shown = f"Bearer {key}" if header.lower() == "authorization" else key
    headers = {"Content-Type": "application/json"} | ({header: shown} if key and shown else {})
    builder = ClientBuilder().default_headers(headers).max_connections(None)
    # One connection a call: what is in flight at a server that multiplexes is bounded by the server, unseen by us.
    return builder.http1_only().connect_timeout(_CONNECT_WITHIN).pool_idle_timeout(_IDLE).build()


@lru_cache(maxsize=64)
def beneath(url: str, path: str) -> str:
    """What lies under a base URL; the URL's query, such as Azure's `?api-version=`, goes with it."""
    base, _, query = url.partition("?")
    return f"{base.rstrip('/')}/{path}" + (f"?{query}" if query else "")


def reason_of(error: RequestError) -> str:
    """Why a request failed, in the words of the innermost cause."""
    causes = error.details["causes"]
    return str(causes[-1]["message"]) if causes else error.message


def never_connected(error: RequestError) -> bool:
    """Whether there was no connection at all: the client has classes that it also uses once one broke or was slow."""
    return any(cause["message"] == "client error (Connect)" for cause in error.details["causes"] or ())


async def _round_trip(client: Client, url: str) -> float:
    """Seconds that a small question takes on a connection that is open; 0 where it fails."""
    asked_at = monotonic()
    try:
        await client.get(beneath(url, "models")).timeout(_LIST_WITHIN).build().send()
    except RequestError:
        return 0.0
    return monotonic() - asked_at


@dataclass(frozen=True, slots=True)
class ServerList:
    """A server's list of models (GET /models); empty where it has none to show.

    Attributes:
        round_trip: seconds that it took, with nothing to compute and the connection already open.
    """

    first_model: str | None = None
    owner: str | None = None
    round_trip: float = 0.0

    def dialect(self) -> Dialect:
        return Dialect.of_owner(self.owner)

    @classmethod
    async def ask(cls, client: Client, urls: Sequence[str]) -> ServerList:
        """The list of the first of `urls` that answers.

        Raises EndpointError when none can be reached, or when the key is refused: both are known before any call is
        paid for.
        """
        failure = ""
        for url in urls:
            try:
                reply = await client.get(beneath(url, "models")).timeout(_LIST_WITHIN).build().send()
                if reply.status in (401, 403):
                    raise EndpointError(
                        f"{url} answers {reply.status}: the key is missing or refused",
                        remedy="name the variable that holds the key in the model's `key:` and set it",
                    )
                found = cls._read(bytes(await reply.bytes())) if reply.status == 200 else cls()
                return replace(found, round_trip=await _round_trip(client, url))
            except RequestError as error:
                failure = failure or f"cannot reach {url}: {reason_of(error)}"
        raise EndpointError(failure, remedy="start the server or correct the URL, then run the same command again")

    @classmethod
    def _read(cls, body: bytes) -> ServerList:
        try:
            models = orjson.loads(body)["data"]
            first = models[0]
            return cls(first_model=str(first["id"]), owner=first.get("owned_by"))
        except (orjson.JSONDecodeError, KeyError, IndexError, TypeError, AttributeError):
            return cls()
