"""The seed records of a run: read from the source, named by content, those that are done left out."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import orjson

from dialoom.engine.report import Counts
from dialoom.engine.seedlog import SeedLog
from dialoom.graph.recipe import Recipe
from dialoom.graph.record import Record, digest


class Seeds:
    """The seeds of a recipe's source that are still to be walked.

    A seed's id is a hash of its content and of how many equal rows came before it, so that rows can be added to a
    source or moved in it without any of the others being made anew.
    """

    def __init__(self, recipe: Recipe, log: SeedLog, limit: int | None) -> None:
        self._recipe = recipe
        self._log = log
        self._limit = limit

    def count_done(self, counts: Counts) -> None:
        """Add up what became of the seeds that are done."""
        for record in self._all():
            outcome = self._log.done(record.seed)
            if outcome is not None:
                counts.seeds_done += 1
                counts.kept += outcome.kept
                counts.rejected += outcome.rejected
                counts.failed += outcome.failed

    def left(self) -> Iterator[Record]:
        """The seeds that are not done, streamed in the order of the source."""
        return (record for record in self._all() if self._log.done(record.seed) is None)

    def _all(self) -> Iterator[Record]:
        self._log.count_anew()
        rows = islice(self._recipe.source.read(self._recipe.folder), self._limit)
        for position, row in enumerate(rows):
            content = digest(orjson.dumps(row, option=orjson.OPT_SORT_KEYS).decode())
            name = digest(content, self._log.nth_time(content))
            yield Record(id=name, seed=name, fields=row, position=(position,))
