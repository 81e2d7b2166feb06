"""One run at work: workers take records from the frontier, walk them and hand them to the sink."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from time import monotonic

from dialoom.corpus import Corpus
from dialoom.engine.crew import Crew
from dialoom.engine.frontier import Frontier
from dialoom.engine.rejects import Rejects, kind_of_reason
from dialoom.engine.report import Report
from dialoom.engine.rundir import RunDirectory
from dialoom.engine.seedlog import SeedLog, SeedOutcome
from dialoom.engine.seeds import Seeds
from dialoom.engine.sink import Settled, Sink
from dialoom.engine.view import View
from dialoom.engine.visit import Stopped, Visit
from dialoom.engine.walk import Branched, Walker
from dialoom.errors import DialoomError, EndpointError, StorageError
from dialoom.graph.graph import Graph
from dialoom.graph.recipe import Recipe
from dialoom.graph.record import Record
from dialoom.models import Caller, ChatModel, Endpoints, Ledger, Meter
from dialoom.quality import DEFAULT_RULES, Rules

_TICK = 0.25
_TICKS_PER_REPORT = 20
# Different reasons counted one by one; a node that says something else each time must not fill the memory.
_MOST_REASONS = 1000


@dataclass(slots=True)
class _SeedWork:
    """A seed in work: its records that are not settled yet, and what became of the others."""

    open: int = 1
    kept: int = 0
    rejected: int = 0
    failed: int = 0


class Job:
    """One run, from its first record to its last, to Ctrl-C, or to an endpoint or disk that gives out."""

    def __init__(
        self,
        *,
        recipe: Recipe,
        graph: Graph,
        report: Report,
        meter: Meter,
        directory: RunDirectory,
        ledger: Ledger,
        log: SeedLog,
        corpus: Corpus,
        rejects: Rejects,
        already: set[str],
        view: View,
        children: int | None = None,
    ) -> None:
        self._recipe = recipe
        self._graph = graph
        self._report = report
        self._meter = meter
        self._directory = directory
        self._ledger = ledger
        self._log = log
        self._corpus = corpus
        self._rejects = rejects
        self._already = already
        self._view = view
        self._children = children
        self._seeds_in_work: dict[str, _SeedWork] = {}
        self._open_records = 0
        self._stopping = False
        self._endpoints = Endpoints()
        self._crew: Crew | None = None
        self._started = monotonic()

    async def work(self, seeds: Seeds) -> None:
        """Walk all seeds that are left. What stopped it, if anything, is in the report afterwards."""
        self._view.start(self._report, self._meter)
        self._write_report()
        try:
            if self._report.counts.seeds_done < self._report.counts.seeds:
                async with self._watched():
                    await self._walk_all(seeds)
            if self._report.status == "running":
                self._report.status = "finished"
        except DialoomError as error:
            self._stop_for(error)
        finally:
            self._count_pending()
            self._report.seconds = monotonic() - self._started
            with contextlib.suppress(StorageError):
                self._write_report()
            self._view.stop(self._report, self._meter)

    async def _walk_all(self, seeds: Seeds) -> None:
        async with self._models() as models:
            caller = Caller(models, self._ledger, self._meter)
            chooser = Rules(self._recipe.quality.rules or DEFAULT_RULES)
            sink = Sink(
                recipe=self._recipe.recipe,
                recipe_hash=self._report.recipe_hash,
                run=self._report.run,
                corpus=self._corpus,
                rejects=self._rejects,
                gate=Rules(self._recipe.quality.rules),
                already=self._already,
                settled=self._settle,
            )
            walker = Walker(
                self._graph,
                lambda record, node: Visit(record, node, self._recipe.seed, caller, chooser, self._is_stopping),
                self._is_stopping,
                self._children,
            )
            frontier = Frontier(self._opened(seeds.left()))
            slots = sum(model.slots for model in models.values()) or 64
            self._crew = Crew(slots, lambda: self._endpoints.pausing, lambda: self._one(frontier, walker, sink))
            try:
                await self._crew.work()
            finally:
                await sink.close()

    async def _one(self, frontier: Frontier, walker: Walker, sink: Sink) -> bool:
        """Walk the next record; False when there is none, or the run is stopping."""
        if self._stopping or (taken := await frontier.take()) is None:
            return False
        record, after = taken
        try:
            outcome = await walker.walk(record, after)
            if isinstance(outcome, Branched):
                self._seeds_in_work[record.seed].open += len(outcome.children) - 1
                self._open_records += len(outcome.children) - 1
                frontier.push(outcome.children, outcome.node)
            else:
                await sink.put(outcome)
        except Stopped:
            return False
        except (EndpointError, StorageError) as error:
            self._stop_for(error)
            return False
        finally:
            frontier.done()
        return True

    def _opened(self, seeds: Iterator[Record]) -> Iterator[Record]:
        for record in seeds:
            self._seeds_in_work[record.seed] = _SeedWork()
            self._open_records += 1
            yield record

    def _settle(self, batch: list[Settled]) -> None:
        counts = self._report.counts
        done: list[SeedOutcome] = []
        for settled in batch:
            seed = settled.record.seed
            work = self._seeds_in_work[seed]
            setattr(work, settled.ending, getattr(work, settled.ending) + 1)
            setattr(counts, settled.ending, getattr(counts, settled.ending) + 1)
            self._count_reason(settled.reasons)
            work.open -= 1
            self._open_records -= 1
            if work.open == 0:
                done.append(SeedOutcome(seed, work.kept, work.rejected, work.failed))
                del self._seeds_in_work[seed]
        if done:
            self._log.add(done)
            counts.seeds_done += len(done)

    def _count_reason(self, reasons: tuple[str, ...]) -> None:
        counted = self._report.reasons
        for reason in reasons[:1]:
            kind = kind_of_reason(reason)
            counted["others" if kind not in counted and len(counted) >= _MOST_REASONS else kind] += 1

    @contextlib.asynccontextmanager
    async def _models(self) -> AsyncIterator[dict[str, ChatModel]]:
        """The models that the graph asks, open."""
        used = {model for node in self._graph.nodes.values() for model in node.models().values()}
        models: dict[str, ChatModel] = {}
        try:
            for name in sorted(used):
                models[name] = await self._recipe.models[name].open(self._endpoints, self._recipe.folder)
            yield models
        finally:
            for model in models.values():
                await model.close()

    @contextlib.asynccontextmanager
    async def _watched(self) -> AsyncIterator[None]:
        """Show the run while it goes on, and listen for Ctrl-C."""
        loop = asyncio.get_running_loop()
        ticker = asyncio.create_task(self._tick())
        listening = []
        for number in (signal.SIGINT, signal.SIGTERM):
            # Only the main thread can listen; elsewhere (a notebook's helper thread) the caller stops the run.
            with contextlib.suppress(NotImplementedError, ValueError, RuntimeError):
                loop.add_signal_handler(number, self._interrupt, "Ctrl-C" if number == signal.SIGINT else "SIGTERM")
                listening.append(number)
        try:
            yield
        finally:
            ticker.cancel()
            for number in listening:
                loop.remove_signal_handler(number)

    async def _tick(self) -> None:
        ticks = 0
        while True:
            await asyncio.sleep(_TICK)
            ticks += 1
            self._report.seconds = monotonic() - self._started
            if self._crew is not None:
                self._crew.fill()
            self._count_pending()
            self._view.update(self._report, self._meter)
            if ticks % _TICKS_PER_REPORT == 0:
                with contextlib.suppress(StorageError):
                    self._write_report()

    def _interrupt(self, why: str) -> None:
        if not self._stopping:
            self._drain()
            self._report.status, self._report.why = "interrupted", why
            self._view.say("stopping: calls on their way are awaited and kept; Ctrl-C again stops at once")
        elif self._crew is not None:
            self._crew.cancel()

    def _stop_for(self, error: DialoomError) -> None:
        if self._report.error is None:
            self._report.error = error
            self._report.status, self._report.why = "stopped", str(error)
            if not self._stopping:
                self._view.say(f"stopping: {error}")
        self._drain()

    def _drain(self) -> None:
        self._stopping = True
        self._endpoints.drain()

    def _is_stopping(self) -> bool:
        return self._stopping

    def _count_pending(self) -> None:
        counts = self._report.counts
        counts.pending = self._open_records + counts.seeds - counts.seeds_done - len(self._seeds_in_work)

    def _write_report(self) -> None:
        self._directory.write_report(self._report.to_json(self._meter))
