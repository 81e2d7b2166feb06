"""Talking to servers that speak OpenAI's chat completion protocol."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from time import monotonic
from typing import Any

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception

from dialoom.errors import EndpointError, RecordError
from dialoom.models.attempts import Attempts
from dialoom.models.chat import ChatAnswer, ChatRequest
from dialoom.models.dialect import Dialect
from dialoom.models.dialect_chat import DialectChat
from dialoom.models.endpoints import Endpoint, Endpoints, GivenUp
from dialoom.models.faults import Fault, FaultKind
from dialoom.models.post import Send

_FIRST_WAIT = 0.25
_LONGEST_WAIT = 30.0
_FIRST_WAIT_WHEN_WELL = 0.05
_LONGEST_WAIT_WHEN_WELL = 0.1
_WELL_FOR = 1.0
# A server may ask for more patience than anyone has; then the call is tried earlier.
_LONGEST_ASKED = 120.0
# A server that never answered is given up after these many refused connections; one that did may be restarting.
_TRIES_WHEN_NEVER_UP = 3
# Calls given up in a row, with no answer between them, after which the endpoint and not the record is to blame.
_BARREN_CALLS = 8
# How often the time of an answer passes before there should have been one: waiting for a slot, and being answered. A
# server that is being stopped cuts calls off for a while before it refuses them.
_TURNS = 2
_SHORTEST_SILENCE = 1.0
_FORBIDDEN = 403
# A server without room says nothing against a call, which is tried twice as often then.
_CHARGES = {FaultKind.OVERLOADED: 0.5}
# How long a call that is given up waits, at the least, to see whether others are answered, and how often it looks.
_SHORTEST_DOUBT = 2.0
_LOOK = 0.1


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to try.

    Attributes:
        tries: attempts at one call; those made to see whether an endpoint is back are not counted.
        timeout: seconds for one attempt.
        outage: seconds that an endpoint may be down before the run stops.
    """

    tries: int = 10
    timeout: float = 300.0
    outage: float = 600.0


class OpenAIChat(DialectChat):
    """A chat model behind one or several OpenAI-compatible base URLs (a ChatModel).

    A retry waits without holding a slot of the endpoint.

    Args:
        send: makes one attempt: over HTTP, or by a library that reaches others in their own protocols.
    """

    def __init__(
        self,
        *,
        send: Send,
        endpoints: Endpoints,
        urls: Sequence[Endpoint],
        model: str,
        dialect: Dialect,
        identity: str,
        params: Mapping[str, Any],
        patience: Patience,
    ) -> None:
        super().__init__(model=model, dialect=dialect, identity=identity, params=params)
        self._send = send
        self._endpoints = endpoints
        self._urls = tuple(urls)
        self._patience = patience

    @property
    def slots(self) -> int:
        return sum(endpoint.limiter.ceiling for endpoint in self._urls)

    async def close(self) -> None:
        await self._send.close()

    async def ask(self, request: ChatRequest, attempts: Attempts | None = None) -> ChatAnswer:
        attempts = attempts or Attempts()
        begun = monotonic()
        try:
            return await self._attempt(request, attempts)
        except Fault as fault:
            last = fault
        pardoned = False
        while True:
            if last.retryable and not self._stop(last, attempts):
                try:
                    return await self._retry(request, attempts, last)
                except Fault as fault:
                    last = fault
            verdict = await self._given_up(last, begun, pardon=not pardoned)
            if verdict is not None:
                raise verdict
            pardoned, attempts.charged = True, 0.0

    async def _retry(self, request: ChatRequest, attempts: Attempts, first: Fault) -> ChatAnswer:
        await self._endpoints.pause(self._wait(attempts, first))
        retrying = AsyncRetrying(
            sleep=self._endpoints.pause,
            retry=retry_if_exception(lambda error: isinstance(error, Fault) and error.retryable),
            stop=lambda state: self._stop(_fault_in(state), attempts),
            wait=lambda state: self._wait(attempts, _fault_in(state)),
            reraise=True,
        )
        return await retrying(self._attempt, request, attempts)

    def _stop(self, fault: Fault | None, attempts: Attempts) -> bool:
        if all(endpoint.circuit.open for endpoint in self._urls):
            return self._down_for() > self._patience.outage
        # Of several URLs the circuits tell which are down.
        alone = len(self._urls) == 1
        if alone and fault is not None and fault.kind is FaultKind.UNREACHABLE and not self._answers():
            return attempts.charged >= _TRIES_WHEN_NEVER_UP
        return attempts.charged >= self._patience.tries

    def _wait(self, attempts: Attempts, fault: Fault | None) -> float:
        """Seconds before the next attempt: what the server asked for, else exponential with full jitter on half of it.

        They are few where the server answers others.
        """
        if fault is not None and fault.retry_after is not None:
            return min(_LONGEST_ASKED, fault.retry_after) + random.uniform(0, 0.1)
        well_since = attempts.faulted_at - _WELL_FOR
        well = any(
            endpoint.answers and endpoint.circuit.answered_at > well_since and endpoint.limiter.held_by != "refusals"
            for endpoint in self._urls
        )
        first, at_most = (_FIRST_WAIT_WHEN_WELL, _LONGEST_WAIT_WHEN_WELL) if well else (_FIRST_WAIT, _LONGEST_WAIT)
        longest = min(at_most, first * 2.0 ** max(0, len(attempts.faults) - 1))
        return random.uniform(longest / 2, longest)

    async def _attempt(self, request: ChatRequest, attempts: Attempts) -> ChatAnswer:
        body = self._dialect.body(self._model, request, self._params)
        within = attempts.left(self._patience.timeout)
        endpoint = await self._endpoints.acquire(self._urls)
        in_flight = endpoint.limiter.in_flight
        sent_at = monotonic()
        attempts.send(self._model, endpoint.url)
        try:
            answer = await self._send(endpoint, body, within)
        except Fault as fault:
            if fault.status == 400 and self._dialect.learn(str(fault), body):
                attempts.failed(fault.kind, charge=0.0)
                raise Fault(FaultKind.BROKEN, "asked again in a form that the server takes", retry_after=0.0) from fault
            attempts.failed(fault.kind, charge=0.0 if endpoint.circuit.open else _CHARGES.get(fault.kind, 1.0))
            # One that was cut short for the record's sake says nothing of the endpoint.
            if fault.kind is not FaultKind.TIMED_OUT or within == self._patience.timeout:
                self._endpoints.failed(endpoint, self._urls, fault, id(attempts), sent_at, in_flight)
            raise
        else:
            kind = answer.completion_tokens.bit_length()
            self._endpoints.answered(endpoint, in_flight, kind, answer.latency, sent_at)
            return answer
        finally:
            attempts.seconds += monotonic() - sent_at
            self._endpoints.release(endpoint, sent_at)

    async def _given_up(self, fault: Fault, begun: float, *, pardon: bool) -> Exception | None:
        """The error for a call that stays unanswered: the record's, or the endpoint's if it answers nobody.

        Calls given up in a row convict the endpoint, and an answer to one that was sent after this one failed clears
        it; a while is spent waiting for either, so that an outage does not fail the records that it meets first. What
        was sent earlier says nothing, as the endpoint may have gone away since, except where it refused this very
        request. The row is long enough only once an answer has had time to come: that of waiting for a slot and of
        being answered.

        None, where `pardon` is, if the endpoint seems to be at fault: the call is then made once more. If that is down,
        the call waits for it as others do; calls that were cut off together have nobody else to find that out.
        """
        where = ", ".join(endpoint.url for endpoint in self._urls)
        failed_at = monotonic()
        call = GivenUp(failed_at, failed_at if fault.retryable else -inf)
        for endpoint in self._urls:
            endpoint.given_up.append(call)
        # Where others are answered, 403 is about what this one asks.
        if fault.kind is FaultKind.LOCKED_OUT and not (fault.status == _FORBIDDEN and self._answers()):
            return EndpointError(f"{where} answers {fault}", remedy=_REMEDIES.get(fault.status or 0))
        if all(endpoint.circuit.open for endpoint in self._urls) and self._down_for() > self._patience.outage:
            return EndpointError(
                f"{where} has been down for {self._down_for():.0f} s: {fault}",
                remedy="mend the endpoint, then run again: what was answered is kept",
            )
        if fault.kind is FaultKind.UNREACHABLE and not self._answers() and len(self._urls) == 1:
            return EndpointError(str(fault), remedy="start the server or correct the URL, then run again")
        end = failed_at + max(_SHORTEST_DOUBT, (failed_at - begun) / 2)
        while all(call in endpoint.given_up for endpoint in self._urls):
            down = all(endpoint.circuit.open for endpoint in self._urls)
            in_row = all(len(endpoint.given_up) >= _BARREN_CALLS for endpoint in self._urls)
            convicted = in_row and all(_has_had_time(endpoint) for endpoint in self._urls)
            if pardon and fault.retryable and (down or convicted):
                for endpoint in self._urls:
                    endpoint.given_up.remove(call)
                return None
            if in_row:
                if convicted:
                    return EndpointError(
                        f"{where} answered none of the last {_BARREN_CALLS} calls; the last one failed with: {fault}",
                        remedy="mend the endpoint or the request, then run again: what was answered is kept",
                    )
            elif not fault.retryable or monotonic() >= end:
                break
            await self._endpoints.pause(_LOOK)
        return RecordError(str(fault))

    def _down_for(self) -> float:
        """Seconds since when all endpoints have been down, given that they are."""
        return monotonic() - max(endpoint.circuit.open_since or 0.0 for endpoint in self._urls)

    def _answers(self) -> int:
        return sum(endpoint.answers for endpoint in self._urls)


_REMEDIES = {
    401: "set the key's environment variable, named by `key:` in the model's entry",
    403: "this key may not use that model: check the key's rights",
    402: "the account has no credit left: top it up, then run again",
    404: "check the model's name and that the base URL is right (it usually ends in /v1)",
}


def _has_had_time(endpoint: Endpoint) -> bool:
    """Whether an answer might have come since the first of so many calls that convict was given up."""
    silence = monotonic() - endpoint.given_up[-_BARREN_CALLS].at
    return silence >= max(_SHORTEST_SILENCE, _TURNS * endpoint.usual)


def _fault_in(state: RetryCallState) -> Fault | None:
    error = state.outcome.exception() if state.outcome else None
    return error if isinstance(error, Fault) else None
