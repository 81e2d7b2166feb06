"""Running a recipe: source to graph to gate to corpus, and again without paying twice."""

from __future__ import annotations

import asyncio
import concurrent.futures
from pathlib import Path
from typing import Any

from dialoom.corpus import Corpus
from dialoom.engine.job import Job
from dialoom.engine.rejects import Rejects
from dialoom.engine.report import Report
from dialoom.engine.rundir import RunDirectory
from dialoom.engine.seedlog import SeedLog
from dialoom.engine.seeds import Seeds
from dialoom.engine.view import NoView, View
from dialoom.graph.check import check
from dialoom.graph.recipe import Recipe
from dialoom.graph.record import digest
from dialoom.models import Ledger, Meter


def run(
    recipe: Recipe,
    out: Path | str | None = None,
    *,
    limit: int | None = None,
    retry: bool = False,
    children: int | None = None,
    view: View | None = None,
    origin: dict[str, Any] | None = None,
) -> Report:
    """Run a recipe in the directory `out`, or go on with what was begun there.

    Every model call that was answered is in the directory's ledger and is never made again; what is in the corpus stays
    as it is. A record that failed is left alone unless `retry`. When the recipe has changed since, the dialogues of its
    earlier form leave the corpus's newest version (an older one keeps them) and only what the change touches is asked
    anew.

    Args:
        out: run directory, made where there is none; left out, `runs/NAME OF THE RECIPE`.
        limit: take only the first seeds of the source.
        children: of every expansion take only the first so many records, to look at a recipe. What is made so is made
            anew by a run that takes all, from the same answers.
        view: shows the run.
        origin: what the run is started from, kept in run.json for who goes on with it.

    Returns what became of it; its `status` says whether it was finished, interrupted or stopped, and `why`.

    Raises RecipeError before any call when the recipe cannot be run, DataError on a bad source, StorageError when the
    directory cannot be used or another run is at work in it.
    """
    folder = Path(out) if out is not None else Path("runs") / recipe.recipe
    job = _run(recipe, folder, limit, retry, children, view or NoView(), origin)
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(job)
    # Called from a notebook, whose loop is already running in this thread.
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, job).result()


async def _run(
    recipe: Recipe,
    out: Path,
    limit: int | None,
    retry: bool,
    children: int | None,
    view: View,
    origin: dict[str, Any] | None,
) -> Report:
    checked = check(recipe)
    recipe_hash = recipe.content_hash()
    if children is not None:
        recipe_hash = digest(recipe_hash, "children", children)
    with RunDirectory(out) as directory:
        known = directory.read_report().get("run")
        log = SeedLog(directory.seeds, recipe_hash)
        ledger = Ledger(directory.ledger)
        try:
            run_id = log.run_id(known)
            report = Report(recipe.recipe, recipe_hash, run=run_id, origin=origin)
            report.counts.seeds = min(checked.seeds, limit) if limit is not None else checked.seeds
            corpus = Corpus.open(_corpus_path(recipe, directory), create=True)
            report.corpus = str(corpus.path.resolve())
            if retry:
                log.reopen_failed()
            seeds = Seeds(recipe, log, limit)
            if log.any_done():
                seeds.count_done(report.counts)
            # The corpus first: the log remembers what is left to do should this be cut short. Dialogues of seeds that
            # were never done under the earlier form are in the corpus alone, so it is asked in any case.
            old = corpus.remove(f"run = '{run_id}' AND recipe_hash <> '{recipe_hash}'")
            if log.forget_others() or old:
                view.say(
                    f"the recipe has changed: {old} dialogues of its earlier form left the corpus's newest version"
                )
            rejects = Rejects(directory.rejects)
            rejects.keep_only(lambda state, line: log.done(line["seed"]) is not None)
            already = {record for seed, record in corpus.seeds_and_ids(run_id) if log.done(seed) is None}
            meter = Meter({name: model.price for name, model in recipe.models.items()})
            job = Job(
                recipe=recipe,
                graph=checked.graph,
                report=report,
                meter=meter,
                directory=directory,
                ledger=ledger,
                log=log,
                corpus=corpus,
                rejects=rejects,
                already=already,
                view=view,
                children=children,
            )
            await job.work(seeds)
        finally:
            ledger.close()
            log.close()
    return report


def _corpus_path(recipe: Recipe, directory: RunDirectory) -> Path:
    return directory.corpus if recipe.corpus is None else recipe.folder / recipe.corpus
