"""Where finished records go: judged, written to the corpus or the rejects in batches, and only then counted."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, ParamSpec, TypeVar
from uuid import uuid4

import orjson
from pydantic import ValidationError
from pydantic_core import PydanticSerializationError, to_json

from dialoom.corpus import Corpus
from dialoom.dialogue import Dialogue
from dialoom.engine.memory import give_back
from dialoom.engine.rejects import Reject, Rejects
from dialoom.errors import StorageError
from dialoom.graph.record import Record
from dialoom.quality.gate import Gate

_BATCH = 512
_LONGEST_WAIT = 1.0
_SHORT_WAIT = 0.05
# Each commit makes a file of its own. They are merged after so many rows, so that merging takes little memory, or after
# so many commits, so that a slow run does not pile up small ones; at the end only if there are more than a few.
_ROWS_TO_MERGE = 8192
_COMMITS_TO_MERGE = 256
_FEW_COMMITS = 32

P = ParamSpec("P")
T = TypeVar("T")
Ending = Literal["kept", "rejected", "failed"]


@dataclass(frozen=True, slots=True)
class Finished:
    """A record at the end of its walk.

    Attributes:
        state: None where the gate has to decide.
        more: whether further records of its seed come right after it, which the gate has to see together.
    """

    record: Record
    node: str
    state: Literal["rejected", "failed"] | None = None
    reasons: tuple[str, ...] = ()
    more: bool = False


@dataclass(frozen=True, slots=True)
class Settled:
    """A record that is durably where it belongs, or `spare`: as many as were wanted had been kept before it."""

    record: Record
    ending: Ending | Literal["spare"]
    reasons: tuple[str, ...]


class _End(NamedTuple):
    """A record, the dialogue that it is, and what becomes of it; `state` is None where the gate has to decide."""

    record: Record
    dialogue: Dialogue
    state: Ending | None
    node: str
    reasons: tuple[str, ...]


class Sink:
    """Takes finished records, commits them in batches from a thread, and reports each batch once it is durable.

    Args:
        already: ids of records that are in the corpus from an earlier run, of seeds that are not done.
        wanted: how many more records are to be kept, beside these; None for all that pass.
        settled: called on the event loop with each committed batch.
    """

    def __init__(
        self,
        *,
        recipe: str,
        recipe_hash: str,
        run: str,
        corpus: Corpus,
        rejects: Rejects,
        gate: Gate,
        already: set[str],
        wanted: int | None = None,
        settled: Callable[[list[Settled]], None],
    ) -> None:
        self._recipe = recipe
        self._recipe_hash = recipe_hash
        self._run = run
        self._corpus = corpus
        self._rejects = rejects
        self._gate = gate
        self._already = already
        self._wanted = wanted
        self._settled = settled
        self._rows = 0
        self._commits = 0
        # One thread of its own, not one of many: each would keep memory for itself, and users' functions wait there.
        self._thread = concurrent.futures.ThreadPoolExecutor(1, thread_name_prefix="sink")
        self._queue: asyncio.Queue[Finished | None] = asyncio.Queue(maxsize=4 * _BATCH)
        self._task = asyncio.create_task(self._work(), name="sink")

    def when_over(self, tell: Callable[[], None]) -> None:
        """Call `tell` when no more is taken, because of an error or at the end."""
        self._task.add_done_callback(lambda task: tell())

    async def put(self, finished: Finished) -> None:
        """Hand a record over; waits while the sink is behind. Raises the StorageError that stopped the sink, if any."""
        await self._put(finished)
        if self._task.done():
            self._task.result()

    async def close(self) -> None:
        """Commit what is left. Raises StorageError if it cannot."""
        try:
            await self._put(None)
            await self._task
            if self._commits > _FEW_COMMITS:
                await self._in_thread(self._merge)
        finally:
            self._thread.shutdown()

    async def _put(self, item: Finished | None) -> None:
        if not self._queue.full():
            self._queue.put_nowait(item)
            return
        # A sink that was stopped by an error takes nothing more, and nobody must wait for it.
        putting = asyncio.create_task(self._queue.put(item))
        try:
            await asyncio.wait((putting, self._task), return_when=asyncio.FIRST_COMPLETED)
        finally:
            putting.cancel()

    async def _work(self) -> None:
        last = False
        while not last:
            batch, last = await self._collect()
            if batch:
                self._settled(await self._in_thread(self._commit, batch))
                if self._rows >= _ROWS_TO_MERGE or self._commits >= _COMMITS_TO_MERGE:
                    await self._in_thread(self._merge)

    async def _in_thread(self, work: Callable[P, T], *arguments: P.args, **_: P.kwargs) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *arguments)

    async def _collect(self) -> tuple[list[Finished], bool]:
        first = await self._queue.get()
        if first is None:
            return [], True
        batch = [first]
        # Where a number is wanted, it has to be known soon how many are missing.
        wait = _LONGEST_WAIT if self._wanted is None else _SHORT_WAIT
        deadline = asyncio.get_running_loop().time() + wait
        while len(batch) < _BATCH or batch[-1].more:
            if not self._queue.empty():
                item = self._queue.get_nowait()
            elif batch[-1].more:
                item = await self._queue.get()
            else:
                try:
                    async with asyncio.timeout_at(deadline):
                        item = await self._queue.get()
                except TimeoutError:
                    break
            if item is None:
                return _whole_seeds(batch), True
            batch.append(item)
        return batch, False

    def _commit(self, batch: list[Finished]) -> list[Settled]:
        ends = [self._end(finished) for finished in batch]
        verdicts = iter(self._gate.judge([end.dialogue for end in ends if end.state is None]))
        settled: list[Settled] = []
        rejects: list[Reject] = []
        kept: list[Dialogue] = []
        for end in ends:
            known = end.record.id in self._already
            if self._wanted == 0 and not known:
                settled.append(Settled(end.record, "spare", ()))
                continue
            state, node, reasons = end.state, end.node, end.reasons
            if state is None:
                verdict = next(verdicts)
                end.dialogue.tags.update(verdict.tags)
                state, node, reasons = ("kept" if verdict.kept else "rejected"), "quality", tuple(verdict.reasons)
                if verdict.kept:
                    kept.append(end.dialogue)
            if state == "kept":
                self._wanted = None if self._wanted is None else self._wanted - (not known)
            else:
                rejects.append(Reject(state, node, list(reasons), end.dialogue))
            settled.append(Settled(end.record, state, reasons))
        # First the rejects: with what is kept the target may be reached, and nothing of this batch is walked again.
        self._rejects.add(rejects)
        if kept:
            self._corpus.append(kept, run=self._run, batch=uuid4().hex[:12])
            self._rows += len(kept)
            self._commits += 1
        return settled

    def _end(self, finished: Finished) -> _End:
        record = finished.record
        if record.id in self._already:
            return _End(record, Dialogue(id=record.id), "kept", finished.node, ())
        dialogue, misfit = self._dialogue(record)
        if finished.state is None and misfit is not None:
            return _End(record, dialogue, "failed", finished.node, (misfit,))
        return _End(record, dialogue, finished.state, finished.node, finished.reasons)

    def _merge(self) -> None:
        self._rows = self._commits = 0
        # What cannot be merged now is whole as it is, and is merged another time.
        with contextlib.suppress(StorageError):
            self._corpus.compact()
        give_back()

    def _dialogue(self, record: Record) -> tuple[Dialogue, str | None]:
        """The record as a dialogue; where its fields do not fit one, all of them in `fields`, and why."""
        bad = [name for name, value in record.fields.items() if not _is_json(value)]
        if bad:
            why = f"the record cannot be kept: '{bad[0]}' is {type(record.fields[bad[0]]).__name__} that is no JSON"
        else:
            try:
                return record.to_dialogue(self._recipe, self._recipe_hash), None
            except ValidationError as error:
                detail = error.errors(include_url=False)[0]
                why = f"the record is no dialogue: {'.'.join(map(str, detail['loc']))}: {detail['msg']}"
        bare = Record(
            id=record.id,
            seed=record.seed,
            fields={},
            position=record.position,
            path=record.path,
            calls=record.calls,
            events=record.events,
        )
        dialogue = bare.to_dialogue(self._recipe, self._recipe_hash)
        dialogue.fields = {name: repr(value) if name in bad else value for name, value in record.fields.items()}
        return dialogue, why


def _whole_seeds(batch: list[Finished]) -> list[Finished]:
    """The batch without a seed at its end of which the run was cut short; the next run walks it again."""
    last = batch[-1]
    return [one for one in batch if one.record.seed != last.record.seed] if last.more else batch


def _is_json(value: Any) -> bool:
    """Whether a field can be stored: a function may return anything."""
    try:
        orjson.dumps(value)
    except TypeError:
        # pydantic stores more (integers of any size, sets as lists), and is slower.
        try:
            to_json(value)
        except (PydanticSerializationError, UnicodeError):
            return False
    return True
