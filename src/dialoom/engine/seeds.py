"""The seed records of a run: read from the source, named by content, those that are done left out."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from hashlib import blake2b
from itertools import count, islice

import orjson

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

    def count_left(self) -> int:
        """How many seeds of a source that is read once are not done."""
        return sum(1 for record in self._all() if self._log.done(record.seed) is None)

    def left(self) -> Iterator[Record]:
        """The seeds that are not done, streamed in the order of the source."""
        if not self._log.any_done():
            return self._all()
        return (record for record in self._all() if self._log.done(record.seed) is None)

    def reopened(self, names: Collection[str]) -> Iterator[Record]:
        """Those of these seeds that the source has, in its order, however often it was read for them."""
        missing = set(names)
        last_known = 0
        for reading, record in self._readings():
            if not missing or reading > last_known + 1:
                # Nothing of a whole reading was ever walked: for the runs before, it was never read so often.
                return
            if record.seed in missing:
                missing.discard(record.seed)
                last_known = reading
                yield record
            elif self._log.done(record.seed) is not None:
                last_known = reading

    def fingerprint(self) -> str:
        """A hash of the rows that one reading of the source gives."""
        whole = blake2b(digest_size=8)
        for row in islice(self._recipe.source.read(self._recipe.folder), self._limit):
            whole.update(orjson.dumps(row, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE))
        return whole.hexdigest()

    def _all(self) -> Iterator[Record]:
        return (record for _, record in self._readings())

    def _readings(self) -> Iterator[tuple[int, Record]]:
        """Each seed, and in which reading of the source it comes, counted from 0."""
        self._log.count_anew()
        for position, (reading, row) in enumerate(self._rows()):
            content = digest(orjson.dumps(row, option=orjson.OPT_SORT_KEYS).decode())
            name = digest(content, self._log.nth_time(content))
            yield reading, Record(id=name, seed=name, fields=row, position=(position,))

    def _rows(self) -> Iterator[tuple[int, Row]]:
        for reading in count():
            empty = True
            for row in islice(self._recipe.source.read(self._recipe.folder), self._limit):
                empty = False
                yield reading, row
            if empty or not self._again:
                return
