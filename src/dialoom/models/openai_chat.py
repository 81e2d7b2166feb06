"""Talking to servers that speak OpenAI's chat completion protocol."""

from __future__ import annotations

import random
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

import aiohttp
import orjson
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception

from dialoom.errors import EndpointError, RecordError
from dialoom.models.chat import ChatAnswer, ChatRequest, NotACompletion, read_completion
from dialoom.models.dialect import Dialect
from dialoom.models.endpoints import Endpoint, Endpoints
from dialoom.models.faults import Fault, FaultKind, fault_of

_FIRST_WAIT = 0.25
_LONGEST_WAIT = 30.0
# A server may ask for more patience than anyone has; then the call is tried earlier.
_LONGEST_ASKED = 120.0
# A server that never answered is given up after these many refused connections; one that did may be restarting.
_TRIES_WHEN_NEVER_UP = 3
# Calls given up in a row, with no answer between them, after which the endpoint and not the record is to blame.
_BARREN_CALLS = 8
# How long a call that is given up waits, at the least, to see whether others are answered, and how often it looks.
_SHORTEST_DOUBT = 2.0
_LOOK = 0.1


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to try.

    Attributes:
        tries: attempts at one call.
        timeout: seconds for one attempt.
    """

    tries: int = 8
    timeout: float = 300.0


class OpenAIChat:
    """A chat model behind one or several OpenAI-compatible base URLs (a ChatModel).

    A retry waits without holding a slot of the endpoint.
    """

    def __init__(
        self,
        *,
        session: aiohttp.ClientSession,
        endpoints: Endpoints,
        urls: Sequence[Endpoint],
        model: str,
        dialect: Dialect,
        identity: str,
        params: Mapping[str, Any],
        patience: Patience,
    ) -> None:
        self._session = session
        self._endpoints = endpoints
        self._urls = tuple(urls)
        self._model = model
        self._dialect = dialect
        self._identity = identity
        self._params = params
        self._patience = patience
        self._timeout = aiohttp.ClientTimeout(total=patience.timeout, sock_connect=10)

    @property
    def identity(self) -> str:
        return self._identity

    @property
    def takes_grammar(self) -> bool:
        return self._dialect.takes_grammar

    @property
    def slots(self) -> int:
        return sum(endpoint.limiter.ceiling for endpoint in self._urls)

    async def close(self) -> None:
        await self._session.close()

    async def ask(self, request: ChatRequest) -> ChatAnswer:
        begun = monotonic()
        try:
            return await self._attempt(request)
        except Fault as fault:
            last = fault
        if last.retryable:
            try:
                return await self._retry(request, last)
            except Fault as fault:
                last = fault
        raise await self._given_up(last, begun)

    async def _retry(self, request: ChatRequest, first: Fault) -> ChatAnswer:
        await self._endpoints.pause(_wait(1, first))
        retrying = AsyncRetrying(
            sleep=self._endpoints.pause,
            retry=retry_if_exception(lambda error: isinstance(error, Fault) and error.retryable),
            stop=self._stop,
            wait=lambda state: _wait(state.attempt_number + 1, _fault_in(state)),
            reraise=True,
        )
        return await retrying(self._attempt, request)

    def _stop(self, state: RetryCallState) -> bool:
        tries = state.attempt_number + 1
        fault = _fault_in(state)
        never_up = not any(endpoint.answers for endpoint in self._urls)
        if fault is not None and fault.kind is FaultKind.UNREACHABLE and never_up:
            return tries >= _TRIES_WHEN_NEVER_UP
        return tries >= self._patience.tries

    async def _attempt(self, request: ChatRequest) -> ChatAnswer:
        body = self._dialect.body(self._model, request, self._params)
        endpoint = await self._endpoints.acquire(self._urls)
        sent_at = monotonic()
        try:
            answer = await self._post(endpoint, body, sent_at)
        except Fault as fault:
            if fault.kind is FaultKind.OVERLOADED:
                endpoint.limiter.overloaded(sent_at)
            elif fault.retryable:
                endpoint.failed()
            if fault.status == 400 and self._dialect.learn(str(fault), body):
                raise Fault(FaultKind.BROKEN, "asked again in a form that the server takes", retry_after=0.0) from fault
            raise
        else:
            endpoint.answered()
            return answer
        finally:
            self._endpoints.release(endpoint)

    async def _post(self, endpoint: Endpoint, body: Mapping[str, Any], sent_at: float) -> ChatAnswer:
        try:
            async with self._session.post(
                f"{endpoint.url}/chat/completions", data=orjson.dumps(body), timeout=self._timeout
            ) as response:
                raw = await response.read()
                if response.status != 200:
                    raise fault_of(response.status, raw, response.headers.get("Retry-After"))
        except (aiohttp.ClientConnectorError, ConnectionRefusedError) as error:
            raise Fault(FaultKind.UNREACHABLE, f"cannot connect to {endpoint.url}: {error}") from error
        except TimeoutError as error:
            raise Fault(FaultKind.BROKEN, f"no answer within {self._patience.timeout:g} s") from error
        except (aiohttp.ClientError, OSError, ssl.SSLError) as error:
            raise Fault(FaultKind.BROKEN, f"the connection broke: {error or type(error).__name__}") from error
        try:
            return read_completion(raw, monotonic() - sent_at)
        except NotACompletion as error:
            raise Fault(FaultKind.BROKEN, str(error)) from error

    async def _given_up(self, fault: Fault, begun: float) -> Exception:
        """The error for a call that stays unanswered: the record's, or the endpoint's if it answers nobody.

        Calls given up in a row convict the endpoint, and an answer to any other clears it; a while is spent waiting for
        either, so that an outage does not fail the records that it meets first.
        """
        where = ", ".join(endpoint.url for endpoint in self._urls)
        for endpoint in self._urls:
            endpoint.barren += 1
        if fault.kind is FaultKind.LOCKED_OUT:
            return EndpointError(f"{where} answers {fault}", remedy=_REMEDIES.get(fault.status or 0))
        if fault.kind is FaultKind.UNREACHABLE:
            return EndpointError(str(fault), remedy="start the server or correct the URL, then run again")
        answers = self._answers()
        end = monotonic() + max(_SHORTEST_DOUBT, (monotonic() - begun) / 2)
        while not all(endpoint.barren >= _BARREN_CALLS for endpoint in self._urls):
            if not fault.retryable or self._answers() != answers or monotonic() >= end:
                return RecordError(str(fault))
            await self._endpoints.pause(_LOOK)
        return EndpointError(
            f"{where} answered none of the last {_BARREN_CALLS} calls; the last one failed with: {fault}",
            remedy="mend the endpoint or the request, then run again: what was answered is kept",
        )

    def _answers(self) -> int:
        return sum(endpoint.answers for endpoint in self._urls)


_REMEDIES = {
    401: "set the key's environment variable, named by `key:` in the model's entry",
    403: "this key may not use that model: check the key's rights",
    402: "the account has no credit left: top it up, then run again",
    404: "check the model's name and that the base URL is right (it usually ends in /v1)",
}


def _fault_in(state: RetryCallState) -> Fault | None:
    error = state.outcome.exception() if state.outcome else None
    return error if isinstance(error, Fault) else None


def _wait(failures: int, fault: Fault | None) -> float:
    """Seconds before the next attempt: what the server asked for, else exponential with full jitter on half of it."""
    if fault is not None and fault.retry_after is not None:
        return min(_LONGEST_ASKED, fault.retry_after) + random.uniform(0, 0.1)
    longest = min(_LONGEST_WAIT, _FIRST_WAIT * 2.0 ** (failures - 1))
    return random.uniform(longest / 2, longest)
