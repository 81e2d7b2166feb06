"""The seed records of a run: read from the source, named by content, those that are done left out."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import orjson

from dialoom.engine.report import Counts
from dialoom.engine.seedlog import SeedLog
from dialoom.graph.recipe import Recipe
from dialoom.graph.record import Record, digest
from dialoom.graph.source import Row


class Seeds:
    """The seeds of a recipe's source that are still to be walked.

    A seed's id is a hash of its content and of how many equal rows came before it, so that rows can be added to a
    source or moved in it without any of the others being made anew.

    Args:
        limit: how many rows of the source there are.
        again: read the source again at its end, and so on without end; rows then are other seeds than the time before.
    """

    def __init__(self, recipe: Recipe, log: SeedLog, limit: int | None, *, again: bool = False) -> None:
        self._recipe = recipe
        self._log = log
        self._limit = limit
        self._again = again

    def count_done(self, counts: Counts) -> None:
        """Add up what became of the seeds that are done."""
        if self._again:
            counts.seeds_done, counts.kept, counts.rejected, counts.failed = self._log.totals()
            return
        for record in self._all():
            outcome = self._log.done(record.seed)
            if outcome is not None:
                counts.seeds_done += 1
                counts.kept += outcome.kept
                counts.rejected += outcome.rejected
                counts.failed += outcome.failed

    def left(self) -> Iterator[Record]:
        """The seeds that are not done, streamed in the order of the source."""
        if not self._log.any_done():
            return self._all()
        return (record for record in self._all() if self._log.done(record.seed) is None)

    def _all(self) -> Iterator[Record]:
        self._log.count_anew()
        for position, row in enumerate(self._rows()):
            content = digest(orjson.dumps(row, option=orjson.OPT_SORT_KEYS).decode())
            name = digest(content, self._log.nth_time(content))
            yield Record(id=name, seed=name, fields=row, position=(position,))

    def _rows(self) -> Iterator[Row]:
        while True:
            empty = True
            for row in islice(self._recipe.source.read(self._recipe.folder), self._limit):
                empty = False
                yield row
            if empty or not self._again:
                return
