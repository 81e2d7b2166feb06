"""Which seeds are done, so that running again does not walk them again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from dialoom.errors import StorageError
from dialoom.models.seen import Seen

_SCHEMA = """
CREATE TABLE IF NOT EXISTS seeds (
    seed TEXT PRIMARY KEY,
    recipe_hash TEXT NOT NULL,
    kept INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    failed INTEGER NOT NULL
) WITHOUT ROWID
"""


# Pages of SQLite's own cache in KiB (negative): small, as the system caches the file anyway.
_CACHE = -512
_NEW = 1024


@dataclass(frozen=True, slots=True)
class SeedOutcome:
    """A seed all of whose records have come to an end, and how many came to which."""

    seed: str
    kept: int
    rejected: int
    failed: int


class SeedLog:
    """An SQLite file of the seeds that are done under one state of the recipe.

    A seed is entered after its records are in the corpus or among the rejects, so a seed that is not here may have some
    of its records there, and one that is here has all.
    """

    def __init__(self, path: Path, recipe_hash: str) -> None:
        self._path = path
        self._recipe_hash = recipe_hash
        try:
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=60)
        except sqlite3.Error as error:
            raise _storage_error(path, error) from error
        for statement in (
            "PRAGMA journal_mode=WAL",
            "PRAGMA synchronous=NORMAL",
            f"PRAGMA cache_size={_CACHE}",
            f"PRAGMA temp.cache_size={_CACHE}",
            _SCHEMA,
            "CREATE TABLE IF NOT EXISTS run (id TEXT NOT NULL)",
            "CREATE TABLE IF NOT EXISTS reopened (seed TEXT PRIMARY KEY, recipe_hash TEXT NOT NULL) WITHOUT ROWID",
            "CREATE TABLE IF NOT EXISTS out_of_reach (recipe_hash TEXT NOT NULL, source TEXT NOT NULL, seeds INTEGER)",
            "CREATE TEMP TABLE seen (content TEXT PRIMARY KEY, times INTEGER NOT NULL) WITHOUT ROWID",
        ):
            self._do(statement)
        self._seen = Seen()
        # What was passed once, and is not in the table `seen` yet.
        self._new: list[tuple[str]] = []

    def close(self) -> None:
        self._db.close()

    def run_id(self, known: str | None = None) -> str:
        """The name of all runs in this directory: made at the first, or the one known from elsewhere."""
        row = self._do("SELECT id FROM run").fetchone()
        if row is None:
            row = (known or uuid4().hex[:12],)
            self._do("INSERT INTO run VALUES (?)", row)
        return str(row[0])

    def done(self, seed: str) -> SeedOutcome | None:
        """The outcome of a seed that is done."""
        row = self._do(
            "SELECT seed, kept, rejected, failed FROM seeds WHERE seed = ? AND recipe_hash = ?",
            (seed, self._recipe_hash),
        ).fetchone()
        return SeedOutcome(*row) if row else None

    def add(self, outcomes: Iterable[SeedOutcome]) -> None:
        """Enter seeds as done, all or none."""
        rows = [(o.seed, self._recipe_hash, o.kept, o.rejected, o.failed) for o in outcomes]
        try:
            with self._db:
                self._db.execute("BEGIN IMMEDIATE")
                self._db.executemany("INSERT OR REPLACE INTO seeds VALUES (?, ?, ?, ?, ?)", rows)
                self._db.executemany("DELETE FROM reopened WHERE seed = ?", [row[:1] for row in rows])
        except sqlite3.Error as error:
            raise _storage_error(self._path, error) from error

    def forget_others(self) -> int:
        """Forget the seeds done under another state of the recipe; returns how many."""
        self._do("DELETE FROM reopened WHERE recipe_hash <> ?", (self._recipe_hash,))
        return self._do("DELETE FROM seeds WHERE recipe_hash <> ?", (self._recipe_hash,)).rowcount

    def reopen_failed(self) -> None:
        """Take the seeds that have failed records as not done, so that they are walked again."""
        try:
            with self._db:
                self._db.execute("BEGIN IMMEDIATE")
                self._db.execute("INSERT OR REPLACE INTO reopened SELECT seed, recipe_hash FROM seeds WHERE failed > 0")
                self._db.execute("DELETE FROM seeds WHERE failed > 0")
        except sqlite3.Error as error:
            raise _storage_error(self._path, error) from error

    def reopened(self) -> set[str]:
        """The seeds that were taken up again by a retry and are not done since."""
        rows = self._do("SELECT seed FROM reopened WHERE recipe_hash = ?", (self._recipe_hash,))
        return {row[0] for row in rows}

    def forget_reopened(self, seeds: Iterable[str]) -> None:
        """Forget seeds that were to be taken up again and are in the source no more."""
        for seed in seeds:
            self._do("DELETE FROM reopened WHERE seed = ?", (seed,))

    def note_out_of_reach(self, source: str, seeds: int) -> None:
        """Remember that nothing was kept of so many seeds in a row of a source with this fingerprint."""
        self.forget_out_of_reach()
        self._do("INSERT INTO out_of_reach VALUES (?, ?, ?)", (self._recipe_hash, source, seeds))

    def out_of_reach(self) -> tuple[str, int] | None:
        """What was noted so under this state of the recipe."""
        row = self._do("SELECT source, seeds FROM out_of_reach WHERE recipe_hash = ?", (self._recipe_hash,)).fetchone()
        return (row[0], row[1]) if row else None

    def forget_out_of_reach(self) -> None:
        self._do("DELETE FROM out_of_reach")

    def totals(self) -> tuple[int, int, int]:
        """How many seeds are done under this state of the recipe, and how many of their records were rejected and how
        many failed."""
        row = self._do(
            "SELECT count(*), coalesce(sum(rejected), 0), coalesce(sum(failed), 0) FROM seeds WHERE recipe_hash = ?",
            (self._recipe_hash,),
        ).fetchone()
        return row[0], row[1], row[2]

    def any_done(self) -> bool:
        """Whether any seed is done."""
        return self._do("SELECT 1 FROM seeds LIMIT 1").fetchone() is not None

    def count_anew(self) -> None:
        """Let `nth_time` begin at 0 again."""
        self._do("DELETE FROM seen")
        self._new.clear()
        self._seen = Seen()

    def nth_time(self, content: str) -> int:
        """How often this content, told by a hash in 16 hex digits, was passed here before: 0 the first time."""
        if content not in self._seen:
            self._seen.add(content)
            self._new.append((content,))
            if len(self._new) >= _NEW:
                self._note_new()
            return 0
        self._note_new()
        row = self._do(
            "INSERT INTO seen VALUES (?, 0) ON CONFLICT (content) DO UPDATE SET times = times + 1 RETURNING times",
            (content,),
        ).fetchone()
        return int(row[0])

    def _note_new(self) -> None:
        try:
            with self._db:
                self._db.execute("BEGIN")
                self._db.executemany("INSERT INTO seen VALUES (?, 0)", self._new)
        except sqlite3.Error as error:
            raise _storage_error(self._path, error) from error
        self._new.clear()

    def _do(self, statement: str, values: tuple[Any, ...] = ()) -> sqlite3.Cursor:
        try:
            return self._db.execute(statement, values)
        except sqlite3.Error as error:
            raise _storage_error(self._path, error) from error


def _storage_error(path: Path, error: sqlite3.Error) -> StorageError:
    return StorageError(
        f"{path} cannot be used: {error}", remedy="free some disk space, then run the same command again"
    )
