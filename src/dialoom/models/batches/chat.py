"""A chat model that is asked in batches."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import orjson

from dialoom.errors import RecordError
from dialoom.models.attempts import Attempts
from dialoom.models.batches.api import OPERATION
from dialoom.models.batches.desk import Desk
from dialoom.models.batches.office import Office
from dialoom.models.batches.store import Kept
from dialoom.models.chat import ChatAnswer, ChatRequest, read_completion
from dialoom.models.dialect import Dialect
from dialoom.models.dialect_chat import DialectChat
from dialoom.models.key import call_key
from dialoom.models.runstate import Left, RunState

# The name under which the store keeps what was learnt of the provider's dialect.
_DIALECT = "dialect"


class BatchedChat(DialectChat):
    """A chat model behind a provider's batch API (a ChatModel).

    Whoever asks waits until the batch that the request was put into has been answered, or meets Left where the run does
    not wait. Requests are named by their ledger key, so an answer finds its question whenever it comes.
    """

    def __init__(
        self,
        *,
        office: Office,
        model: str,
        dialect: Dialect,
        identity: str,
        params: Mapping[str, Any],
        state: RunState,
    ) -> None:
        super().__init__(model=model, dialect=dialect, identity=identity, params=params)
        self._office = office
        self._desk = Desk(office, leave=state.leave)
        self._state = state
        self._closed = False

    @property
    def slots(self) -> int:
        return self._office.settings.size

    async def come_back(self) -> None:
        """Go on with what earlier runs left under way. Raises EndpointError, StorageError and Draining."""
        if self._state.retry:
            self._office.store.forgive()
        learnt = self._office.store.fact(_DIALECT)
        if learnt is not None:
            self._dialect.remember(orjson.loads(learnt))
        await self._desk.come_back()

    async def ask(self, request: ChatRequest, attempts: Attempts | None = None) -> ChatAnswer:
        attempts = attempts or Attempts()
        key = call_key(self._identity, request)
        while True:
            body = self._dialect.body(self._model, request, self._params)
            kept = self._office.store.find(key)
            if kept is not None and kept.answer is not None:
                return read_completion(kept.answer, kept.latency or 0.0)
            errand = self._desk.errand(key, kept)
            if errand is None and (kept is None or kept.tag is None):
                form = _form(body)
                if kept is not None and self._in_vain(kept, body, form):
                    continue
                line = {"custom_id": key, "method": "POST", "url": OPERATION, "body": body}
                errand = self._desk.add(key, form, orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
                attempts.send(self._model, self._office.api.url)
            if errand is None or self._state.leave:
                raise Left
            await errand.wait()

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        try:
            await self._desk.close()
            self._office.store.prune(self._state.in_ledger)
        finally:
            self._office.store.close()
            await self._office.api.close()

    def _in_vain(self, kept: Kept, body: Mapping[str, Any], form: str) -> bool:
        """Whether another form has to be found for a request that was sent in vain before.

        Raises RecordError where it is not worth another batch.
        """
        why = kept.why or ""
        if kept.refused and form == kept.form:
            if not why.startswith("400 ") or not self._dialect.learn(why, body):
                raise RecordError(why)
            self._office.store.learn(_DIALECT, orjson.dumps(self._dialect.learnt()).decode())
            return True
        if kept.tries >= self._office.settings.tries:
            raise RecordError(f"no answer in {kept.tries} batches; of the last: {why}")
        return False


def _form(body: Mapping[str, Any]) -> str:
    return blake2b(orjson.dumps(body, option=orjson.OPT_SORT_KEYS), digest_size=8).hexdigest()
