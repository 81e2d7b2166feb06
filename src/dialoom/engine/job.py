"""One run at work: workers take records from the frontier, walk them and hand them to the sink."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from time import monotonic

from dialoom.corpus import Corpus
from dialoom.engine.account import Account, Before
from dialoom.engine.choosing import choose_at_end
from dialoom.engine.crew import Crew, Whereabouts
from dialoom.engine.frontier import Frontier
from dialoom.engine.gating import open_gate
from dialoom.engine.opening import opened_models
from dialoom.engine.order import Order, SeedOrder
from dialoom.engine.outlets import write_sinks
from dialoom.engine.provenance import Provenance
from dialoom.engine.reach import look_back
from dialoom.engine.rejects import Rejects, count_reason
from dialoom.engine.report import Report, now, tell_endpoints
from dialoom.engine.rundir import RunDirectory
from dialoom.engine.seedlog import SeedLog
from dialoom.engine.seeds import Seeds
from dialoom.engine.sink import Finished, Settled, Sink
from dialoom.engine.stall import Stall
from dialoom.engine.stopping import Stopping
from dialoom.engine.target import Target
from dialoom.engine.turns import whole_turns
from dialoom.engine.view import View
from dialoom.engine.visit import PutDown, Stopped
from dialoom.engine.visiting import visiting
from dialoom.engine.walk import Branched, Walker
from dialoom.engine.watch import watched
from dialoom.errors import BoundReached, DialoomError, EndpointError, StorageError
from dialoom.graph.estimate import records_per_seed
from dialoom.graph.graph import Graph
from dialoom.graph.recipe import Recipe
from dialoom.graph.record import Record
from dialoom.models import Caller, Endpoints, Ledger, Meter, Observer, Purse, RunState
from dialoom.models.endpoints import Draining
from dialoom.quality import Rules

_TICKS_PER_REPORT = 20


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
        before: Before,
        state: RunState,
        view: View,
        provenance: Provenance,
        observer: Observer | None = None,
        children: int | None = None,
        force: bool = False,
        is_chosen: bool = False,
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
        self._before = before
        self._state = state
        self._view = view
        self._provenance = provenance
        self._observer = observer
        self._children = children
        self._force = force
        self._is_chosen = is_chosen
        self._done_before = report.counts.seeds_done
        self._account = Account(report, before)
        self._stall = Stall(view.say)
        self._source: Callable[[], str] = str
        self._order = Order()
        self._in_order = asyncio.Lock()
        self._left_records = 0
        self._endpoints = Endpoints(view.say)
        self._stopping = Stopping(report, self._endpoints, view.say)
        self._crew: Crew | None = None
        self._frontier: Frontier | None = None
        self._started = monotonic()

    async def work(self, seeds: Seeds) -> None:
        """Walk all seeds that are left. What stopped it, if anything, is in the report afterwards."""
        self._source = seeds.fingerprint
        self._account.count_pending()
        self._view.start(self._report, self._meter)
        self._write_report()
        try:
            if self._anything_left():
                look_back(self._log, seeds, self._report.target, force=self._force or self._state.retry)
                async with watched(self._tick, self._stopping.interrupt):
                    await self._walk_all(seeds)
            if self._report.status == "running":
                if self._left_records and not self._order.reached:
                    self._report.status = "left"
                else:
                    self._choose()
                    self._report.status = "finished"
                    write_sinks(self._recipe, self._corpus, self._report, self._view.say)
        except Draining:
            # Ctrl-C came while a model was being opened.
            pass
        except DialoomError as error:
            self._stopping.stop_for(error)
        finally:
            self._account.count_pending()
            self._report.seconds = monotonic() - self._started
            self._report.ended = now()
            self._provenance.close(wait=self._report.status == "finished")
            with contextlib.suppress(StorageError):
                self._write_report()
            self._view.stop(self._report, self._meter)

    def _choose(self) -> None:
        """Decide what can be decided only now that all records are known."""
        counts = self._report.counts
        if self._is_chosen and counts.seeds_done == self._done_before:
            return
        choice = choose_at_end(self._recipe, self._corpus, self._rejects, self._log, self._report.run)
        if choice is not None:
            counts.kept = self._corpus.count(f"run = '{self._report.run}'")
            _, counts.rejected, counts.failed = self._log.totals()
            for reason in choice.reasons:
                count_reason(self._report.reasons, [reason])
            self._view.say(f"chosen at the end, of {choice.among:,} records that met all rules: {choice.chosen:,}")

    def _anything_left(self) -> bool:
        counts, wanted = self._report.counts, self._report.target
        if wanted is None:
            return counts.seeds_done < counts.seeds
        if counts.kept < wanted or self._takes_up_failed:
            return True
        if many := len(self._before.reopened):
            self._view.say(f"the target is reached; {many} seeds that failed wait to be taken up by `dialoom retry`")
        return False

    @property
    def _takes_up_failed(self) -> bool:
        """Whether the target is reached and the run is there for the failed seeds alone, beyond it."""
        wanted = self._report.target
        reached = wanted is not None and self._report.counts.kept >= wanted
        return reached and self._state.retry and bool(self._before.reopened)

    async def _walk_all(self, seeds: Seeds) -> None:
        async with opened_models(self._recipe, self._graph, self._endpoints, self._state) as models:
            self._report.models = {name: model.identity for name, model in models.items()}
            self._write_report()
            spent = [self._report.history.spent(), self._meter.total]
            purse = Purse(self._recipe.bounds.budget, spent, self._recipe.models)
            as_said = {name for name, model in self._recipe.models.items() if model.thoughts == "in_text"}
            caller = Caller(models, self._ledger, self._meter, purse, self._observer, as_said)
            rules = Rules(self._recipe.quality.rules, self._recipe.columns())
            slots = sum(model.slots for model in models.values()) or 64
            wanted = self._report.target
            left = seeds.left()
            reopening = self._takes_up_failed
            if reopening:
                left, wanted = seeds.reopened(self._before.reopened), None
            if wanted is not None:
                counts = self._report.counts
                each, of_done = records_per_seed(self._recipe), counts.kept - len(self._before.kept)
                self._order = Target(wanted, counts.kept, slots, each, counts.seeds_done, of_done)
            gate = open_gate(self._recipe, rules, self._corpus, self._report.run, self._is_open)
            if wanted is None and gate.in_order:
                self._order = SeedOrder(slots)
            sink = Sink(
                recipe=self._recipe.recipe,
                recipe_hash=self._report.recipe_hash,
                run=self._report.run,
                corpus=self._corpus,
                rejects=self._rejects,
                gate=gate,
                already=self._before.kept,
                wanted=None if wanted is None else wanted - self._report.counts.kept,
                settled=self._settle,
            )
            visit = visiting(self._recipe, rules, caller, self._stopping.begun)
            walker = Walker(self._graph, visit, self._stopping.begun, self._children)
            order, account = self._order, self._account
            frontier = self._frontier = Frontier(self._opened(left), lambda: order.admits(account.seeds_in_work))
            sink.when_over(frontier.close)
            several = len(list(self._endpoints)) > 1
            self._crew = Crew(slots, self._whereabouts, lambda: self._one(frontier, walker, sink), several=several)
            self._stopping.over(frontier, self._crew)
            try:
                with whole_turns():
                    await self._crew.work()
                if reopening and not self._stopping.begun():
                    self._log.forget_reopened(self._account.never_found())
            finally:
                # The source's file is let go of now and not when all of this is collected.
                frontier.close()
                await sink.close()

    def _whereabouts(self) -> Whereabouts:
        idle = 0 if self._frontier is None else self._frontier.idle
        return Whereabouts(self._endpoints.calling, self._endpoints.pausing, idle)

    def _is_open(self, seed: str | None) -> bool:
        return seed is not None and self._log.done(seed) is None

    async def _one(self, frontier: Frontier, walker: Walker, sink: Sink) -> bool:
        """Walk the next record; False when there is none, or the run is stopping."""
        if self._stopping.begun() or (taken := await frontier.take()) is None:
            return False
        record, after = taken
        self._stall.entered(record)
        try:
            outcome = await walker.walk(record, after)
            if isinstance(outcome, Branched):
                self._account.branched(record.seed, len(outcome.children))
                self._order.branched(record.seed, len(outcome.children))
                frontier.push(outcome.children, outcome.node)
            else:
                await self._hand_over(outcome, sink)
        except PutDown:
            self._left_records += 1
        except Stopped:
            return False
        except (BoundReached, EndpointError, StorageError) as error:
            self._stopping.stop_for(error)
            return False
        finally:
            self._stall.left(record)
            frontier.done()
        return True

    async def _hand_over(self, finished: Finished, sink: Sink) -> None:
        # One after another, as they wait while the sink is behind.
        async with self._in_order:
            ready = self._order.finished(finished)
            for one in ready:
                await sink.put(one)
        if ready and self._order.makes_room and self._frontier is not None:
            self._frontier.look_again()

    def _opened(self, seeds: Iterator[Record]) -> Iterator[Record]:
        for record in seeds:
            self._account.opened(record)
            self._order.opened(record)
            yield record

    def _settle(self, batch: list[Settled]) -> None:
        done = self._account.settle(batch)
        if done:
            self._log.add(done)
        # Take up further seeds, or stop where the target is reached or out of reach.
        try:
            self._order.settled(self._account.new_in(batch), done)
        except BoundReached as error:
            self._log.note_out_of_reach(self._source(), self._order.barren)
            self._stopping.stop_for(error)
        if self._order.reached:
            self._stopping.drain()
        elif self._frontier is not None:
            self._frontier.look_again()

    def _tick(self, ticks: int) -> None:
        self._report.seconds = monotonic() - self._started
        if self._crew is not None:
            self._crew.fill()
        frontier = self._frontier
        if self._left_records and frontier is not None and not frontier.working and not len(frontier):
            # With a target, further seeds would wait for the answers of those that were left.
            frontier.close()
        self._account.count_pending()
        self._report.waiting = self._stall.look(self._order.awaited())
        self._view.update(self._report, self._meter)
        if ticks % _TICKS_PER_REPORT == 0:
            self._endpoints.tell_limits()
            with contextlib.suppress(StorageError):
                self._write_report()

    def _write_report(self) -> None:
        self._report.endpoints = tell_endpoints(self._endpoints)
        self._report.made_from = self._provenance.to_json()
        self._directory.write_report(self._report.to_json(self._meter))
