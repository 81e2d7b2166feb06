"""Running a recipe: source to graph to gate to corpus, and again without paying twice."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextvars
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from dialoom.corpus import Corpus
from dialoom.engine.account import Before
from dialoom.engine.corpora import corpus_for
from dialoom.engine.guard import Guard
from dialoom.engine.history import History
from dialoom.engine.interpreter import tuned
from dialoom.engine.job import Job
from dialoom.engine.keep import keep_recipe, keep_rest
from dialoom.engine.loop import in_loop
from dialoom.engine.memory import together
from dialoom.engine.provenance import Provenance
from dialoom.engine.rejects import Rejects
from dialoom.engine.report import Counts, Report
from dialoom.engine.rundir import RunDirectory
from dialoom.engine.seedlog import SeedLog
from dialoom.engine.seeds import Seeds
from dialoom.engine.view import NoView, Telemetry, View, Views
from dialoom.engine.watch import HEARS, Interrupts
from dialoom.graph.check import check
from dialoom.graph.recipe import Recipe
from dialoom.graph.record import digest
from dialoom.models import Ledger, Meter, RunState


def run(
    recipe: Recipe,
    out: Path | str | None = None,
    *,
    limit: int | None = None,
    retry: bool = False,
    children: int | None = None,
    leave: bool = False,
    force: bool = False,
    view: View | None = None,
    telemetry: Telemetry | None = None,
    origin: dict[str, Any] | None = None,
) -> Report:
    """Run a recipe in the directory `out`, or go on with what was begun there.

    Every model call that was answered is in the directory's ledger and is never made again; what is in the corpus stays
    as it is. A record that failed is left alone unless `retry`. When the recipe has changed since, the dialogues of its
    earlier form leave the corpus's newest version (an older one keeps them) and only what the change touches is asked
    anew.

    Args:
        out: run directory, made where there is none; left out, `runs/NAME OF THE RECIPE`.
        limit: take only the first seeds of the source; left out, what the recipe's `bounds` say.
        children: of every expansion take only the first so many records, to look at a recipe. What is made so is made
            anew by a run that takes all, from the same answers.
        leave: do not wait for batches of a provider; the run ends as `left` once all that can be asked is on its way,
            and a later one collects the answers.
        force: go on although an earlier run found the target out of reach.
        view: shows the run.
        telemetry: is told of the run and of each call, such as `engine.otel.OpenTelemetry`; switched off, with a line
            that says so, where it raises.
        origin: what the run is started from, kept in run.json for who goes on with it.

    Returns what became of it; its `status` says whether it was finished, interrupted, stopped or left, and `why`.

    Raises RecipeError before any call when the recipe cannot be run, DataError on a bad source, StorageError when the
    directory cannot be used or another run is at work in it.
    """
    folder = Path(out) if out is not None else Path("runs") / recipe.recipe
    job = _run(recipe, folder, limit, retry, children, leave, force, view or NoView(), telemetry, origin)
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return in_loop(job)
    # Called from a notebook, whose loop is already running in this thread.
    return _elsewhere(job)


def _elsewhere(job: Coroutine[Any, Any, Report]) -> Report:
    """Run in another thread; Ctrl-C, or a notebook's stop button, reaches it."""
    interrupts = Interrupts()
    context = contextvars.copy_context()
    context.run(HEARS.set, interrupts)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        ended = pool.submit(context.run, in_loop, job)
        while True:
            try:
                return ended.result()
            except KeyboardInterrupt:
                if ended.done():
                    raise
                interrupts.send()


def _count_cut(rejects: Rejects, log: SeedLog, counts: Counts) -> set[str]:
    """Count the rejects of seeds that are not done; returns these seeds."""
    cut: set[str] = set()
    for state, line in rejects.read():
        if log.done(line["seed"]) is None:
            setattr(counts, state, getattr(counts, state) + 1)
            cut.add(line["seed"])
    return cut


async def _run(
    recipe: Recipe,
    out: Path,
    limit: int | None,
    retry: bool,
    children: int | None,
    leave: bool,
    force: bool,
    view: View,
    telemetry: Telemetry | None,
    origin: dict[str, Any] | None,
) -> Report:
    checked = check(recipe, corpus_for(recipe, out))
    recipe_hash = recipe.content_hash()
    if children is not None:
        recipe_hash = digest(recipe_hash, "children", children)
    with together(), RunDirectory(out) as directory:
        told = directory.read_report()
        log = SeedLog(directory.seeds, recipe_hash)
        ledger = Ledger(directory.ledger)
        try:
            run_id = log.run_id(told.get("run"))
            report = Report(recipe.recipe, recipe_hash, run=run_id, origin=origin)
            limit = recipe.bounds.limit if limit is None else limit
            corpus = Corpus.open(corpus_for(recipe, out), create=True)
            report.corpus = corpus.location
            keep_recipe(corpus, recipe, run=run_id, recipe_hash=recipe_hash, directory=out)
            if retry:
                log.reopen_failed()
            # A look at a few children of each seed is no way to a number.
            report.target = recipe.bounds.target if children is None else None
            seeds = Seeds(recipe, log, limit, again=report.target is not None)
            # The corpus first: the log remembers what is left to do should this be cut short. Dialogues of seeds that
            # were never done under the earlier form are in the corpus alone, so it is asked in any case.
            former = f"run = '{run_id}' AND recipe_hash <> '{recipe_hash}'"
            old = len(corpus.remove(former, why="the recipe has changed").ids) if corpus.count() else 0
            if log.forget_others() or old:
                view.say(
                    f"the recipe has changed: {old} dialogues of its earlier form left the corpus's newest version"
                )
            rejects = Rejects(directory.rejects)
            before = Before(reopened=log.reopened())
            counts = report.counts
            counts.seeds_done, counts.rejected, counts.failed = log.totals()
            if report.target is not None and corpus.count(f"run = '{run_id}'") >= report.target:
                # A seed that the target cut is not walked again, so that what became of its records stays.
                reasons = rejects.keep_only(
                    lambda state, line: line["seed"] not in before.reopened or log.done(line["seed"]) is not None
                )
                before.seeds.update(_count_cut(rejects, log, counts))
            else:
                reasons = rejects.keep_only(lambda state, line: log.done(line["seed"]) is not None)
            for seed, record in corpus.seeds_and_ids(run_id) if corpus.count() else ():
                counts.kept += 1
                if log.done(seed) is None:
                    before.kept.add(record)
                    before.seeds.add(seed)
            if report.target is None:
                source = min(checked.seeds, limit) if limit is not None else checked.seeds
                counts.seeds = counts.seeds_done + (seeds.count_left() if log.any_done() else source)
            prices = {name: model.price for name, model in recipe.models.items()}
            report.history = History.read(told, ledger, prices)
            report.history.reasons = reasons
            state = RunState(
                directory.state,
                leave=leave,
                retry=retry,
                say=view.say,
                in_ledger=lambda key: ledger.get(key) is not None,
            )
            guard = None if telemetry is None else Guard(telemetry, view.say)
            job = Job(
                recipe=recipe,
                graph=checked.graph,
                report=report,
                meter=Meter(prices),
                directory=directory,
                ledger=ledger,
                log=log,
                corpus=corpus,
                rejects=rejects,
                before=before,
                state=state,
                view=view if guard is None else Views([view, guard]),
                provenance=Provenance(recipe),
                observer=guard,
                children=children,
                force=force,
                is_chosen=told.get("status") == "finished" and told.get("recipe_hash") == recipe_hash,
            )
            done = report.counts.seeds_done
            with tuned():
                await job.work(seeds)
            keep_rest(corpus, ledger, directory, view, run=run_id, worked=report.counts.seeds_done > done)
        finally:
            ledger.close()
            log.close()
    return report
