"""A model's batches during a run: gathering requests, handing them in, and coming back for the answers."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Coroutine
from typing import Any

from dialoom.errors import EndpointError, RecordError
from dialoom.models.batches.api import Batch
from dialoom.models.batches.fetch import fetch, look, watch
from dialoom.models.batches.hand_in import confirm, hand_in
from dialoom.models.batches.office import Office
from dialoom.models.batches.pile import Pile, input_file
from dialoom.models.batches.store import Kept
from dialoom.models.endpoints import Draining

# A request waits at most so many times `idle` before its batch goes.
_LONGEST_IN_IDLES = 60
# How often a batch that is gathered looks whether it is to go.
_TICK = 0.25
# What OpenAI says of a batch that would be more than an account may have under way.
_TOO_MUCH = "token_limit_exceeded"


class Errand:
    """One batch's way; `over` is set when its requests have answers, are to be asked again, or it went wrong."""

    def __init__(self) -> None:
        self.over = asyncio.Event()
        self._error: BaseException | None = None

    async def wait(self) -> None:
        """Raises what went wrong, Draining among it."""
        await self.over.wait()
        if self._error is not None:
            # A copy for each who waits, or its traceback would grow with every one of them.
            raise copy.copy(self._error)

    def end(self, error: BaseException | None = None) -> None:
        self._error = error
        self.over.set()


class Desk:
    """Gathers requests into batches and fetches their answers, which are in the store then.

    Args:
        leave: batches are handed in and not waited for.
    """

    def __init__(self, office: Office, *, leave: bool) -> None:
        self._office = office
        self._leave = leave
        self._pile: tuple[Pile, Errand] | None = None
        # Requests that the store does not know of yet, and batches that it does.
        self._gathered: dict[str, Errand] = {}
        self._errands: dict[str, Errand] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._most = office.settings.size
        self._crowded = False
        self._closing = False
        self._broken: BaseException | None = None

    async def come_back(self) -> None:
        """Take in what earlier runs handed in and is over now; go on with the rest, unless the run is to leave.

        Raises EndpointError, StorageError and Draining.
        """
        office = self._office
        begun = office.store.open_batches()
        known = {input_file(office.store.folder, each.tag) for each in begun}
        for path in office.store.folder.glob("*.jsonl"):
            if path not in known:
                path.unlink(missing_ok=True)
        for each in begun:
            confirmed = each if each.batch_id is not None else await confirm(office, each)
            input_file(office.store.folder, each.tag).unlink(missing_ok=True)
            if confirmed is None or confirmed.batch_id is None:
                continue
            batch = await look(office, confirmed.batch_id)
            if batch.over:
                await self._take_in(each.tag, each.size, batch)
            elif not self._leave:
                office.say(f"waiting for batch {batch.id} again: {batch.completed} of {each.size} done, {batch.status}")
                errand = self._errands[each.tag] = Errand()
                self._start(self._see_through(each.tag, each.size, batch), errand)

    def errand(self, key: str, kept: Kept | None) -> Errand | None:
        """The batch that a request is in; None if it is in none, or in one that is not waited for."""
        if kept is not None and kept.tag is not None:
            return self._errands.get(kept.tag)
        return self._gathered.get(key)

    def add(self, key: str, form: str, line: bytes) -> Errand:
        """Put a request into the next batch. Raises RecordError where it fits into none, and what went wrong before."""
        if self._broken is not None:
            raise copy.copy(self._broken)
        office = self._office
        most_bytes = office.settings.megabytes * 1e6
        if len(line) > most_bytes:
            raise RecordError(f"the request is larger than a batch may be ({most_bytes:.0f} bytes)")
        if self._pile is None or not self._pile[0].takes(line):
            if self._pile is not None:
                self._pile[0].closed = True
            pile, errand = self._pile = Pile(office.store.folder, self._most, most_bytes), Errand()
            self._start(self._carry(pile, errand), errand)
        pile, errand = self._pile
        pile.add(key, form, line)
        self._gathered[key] = errand
        return errand

    async def close(self) -> None:
        """Let go. What was gathered for a run that leaves is handed in first. Raises what went wrong with that."""
        self._closing = True
        try:
            if self._leave and self._tasks:
                await asyncio.wait(self._tasks)
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            self._tell_open()
        if self._leave and self._broken is not None:
            raise copy.copy(self._broken)

    def _tell_open(self) -> None:
        """Say which batches go on without the run."""
        left = [each for each in self._office.store.open_batches() if each.batch_id is not None]
        if left:
            names = ", ".join(f"{each.batch_id} ({each.size} requests)" for each in left)
            self._office.say(f"under way at the provider: {names}; the same command comes back for the answers")

    def _start(self, way: Coroutine[Any, Any, None], errand: Errand) -> None:
        async def go() -> None:
            try:
                await way
            except (Draining, asyncio.CancelledError) as error:
                errand.end(Draining())
                if isinstance(error, asyncio.CancelledError):
                    raise
            except Exception as error:  # noqa: BLE001
                # Nobody must wait for ever, whatever it was; all who wait raise it.
                self._broken = error
                errand.end(error)
            else:
                errand.end()

        task = asyncio.create_task(go())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry(self, pile: Pile, errand: Errand) -> None:
        """A batch from its first request to its answers."""
        office = self._office
        try:
            await self._gather(pile)
            await asyncio.to_thread(pile.seal)
            self._errands[pile.tag] = errand
            await asyncio.to_thread(office.store.intend, pile.tag, pile.forms)
        except BaseException:
            pile.drop()
            raise
        finally:
            pile.closed = True
            for key in pile.forms:
                self._gathered.pop(key, None)
        batch = await hand_in(office, pile)
        way_out = "" if self._leave else "; one may leave with Ctrl-C, and the same command comes back for the answers"
        office.say(f"batch {batch.id}: {len(pile.forms)} requests handed in{way_out}")
        if not self._leave:
            await self._see_through(pile.tag, len(pile.forms), batch)

    async def _gather(self, pile: Pile) -> None:
        """Wait until a batch is full or nothing more comes, and until the provider has room for it."""
        idle = self._office.settings.idle
        while not self._closing:
            left = _TICK if self._crowded and self._under_way() else pile.seconds_left(idle, idle * _LONGEST_IN_IDLES)
            if left <= 0:
                break
            await self._office.endpoints.pause(min(left, _TICK))
        pile.closed = True
        # Raises Draining if it is time.
        await self._office.endpoints.pause(0)

    def _under_way(self) -> bool:
        return any(not errand.over.is_set() for errand in self._errands.values())

    async def _see_through(self, tag: str, count: int, batch: Batch) -> None:
        batch = await watch(self._office, batch)
        await self._take_in(tag, count, batch)
        self._errands.pop(tag, None)

    async def _take_in(self, tag: str, count: int, batch: Batch) -> None:
        """What a batch brought that is over. Raises EndpointError where it was refused as a whole."""
        office = self._office
        if batch.status != "failed":
            self._crowded = False
            await fetch(office, tag, batch)
            return
        await asyncio.to_thread(office.store.forget, tag)
        why = "; ".join(message for _, message in batch.complaints[:3]) or "it does not say why"
        if not any(code == _TOO_MUCH for code, _ in batch.complaints):
            raise EndpointError(
                f"{office.api.url} refused the batch {batch.id}: {why}",
                remedy="mend what it says, then run the same command again; nothing of it was paid",
            )
        others = [each for each in office.store.open_batches() if each.tag != tag and each.batch_id is not None]
        if others:
            self._crowded = True
            office.say(f"batch {batch.id} was too much beside the others ({why}); it waits for one of them")
        elif count == 1:
            raise EndpointError(f"{office.api.url} refused a batch of one request: {why}")
        else:
            self._most = max(1, min(self._most, count) // 2)
            office.say(f"batch {batch.id} was too large ({why}); batches have {self._most} requests from now on")
