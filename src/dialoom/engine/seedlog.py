"""Which seeds are done, so that running again does not walk them again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from dialoom.errors import StorageError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS seeds (
    seed TEXT PRIMARY KEY,
    recipe_hash TEXT NOT NULL,
    kept INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    failed INTEGER NOT NULL
) WITHOUT ROWID
"""


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
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.execute(_SCHEMA)
            self._db.execute("CREATE TEMP TABLE seen (content TEXT PRIMARY KEY, times INTEGER NOT NULL) WITHOUT ROWID")
        except sqlite3.Error as error:
            raise _storage_error(path, error) from error

    def close(self) -> None:
        self._db.close()

    def done(self, seed: str) -> SeedOutcome | None:
        """The outcome of a seed that is done."""
        row = self._db.execute(
            "SELECT seed, kept, rejected, failed FROM seeds WHERE seed = ? AND recipe_hash = ?",
            (seed, self._recipe_hash),
        ).fetchone()
        return SeedOutcome(*row) if row else None

    def add(self, outcomes: Iterable[SeedOutcome]) -> None:
        """Enter seeds as done, all or none."""
        rows = [(o.seed, self._recipe_hash, o.kept, o.rejected, o.failed) for o in outcomes]
        try:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany("INSERT OR REPLACE INTO seeds VALUES (?, ?, ?, ?, ?)", rows)
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            raise _storage_error(self._path, error) from error

    def forget_others(self) -> int:
        """Forget the seeds done under another state of the recipe; returns how many."""
        return self._db.execute("DELETE FROM seeds WHERE recipe_hash <> ?", (self._recipe_hash,)).rowcount

    def reopen_failed(self) -> int:
        """Forget the seeds that have failed records, so that they are walked again; returns how many records failed."""
        failed = self._db.execute("SELECT coalesce(sum(failed), 0) FROM seeds").fetchone()[0]
        self._db.execute("DELETE FROM seeds WHERE failed > 0")
        return int(failed)

    def any_done(self) -> bool:
        """Whether any seed is done."""
        return self._db.execute("SELECT 1 FROM seeds LIMIT 1").fetchone() is not None

    def count_anew(self) -> None:
        """Let `nth_time` begin at 0 again."""
        self._db.execute("DELETE FROM seen")

    def nth_time(self, content: str) -> int:
        """How often this content was passed here before: 0 the first time."""
        row = self._db.execute(
            "INSERT INTO seen VALUES (?, 0) ON CONFLICT (content) DO UPDATE SET times = times + 1 RETURNING times",
            (content,),
        ).fetchone()
        return int(row[0])


def _storage_error(path: Path, error: sqlite3.Error) -> StorageError:
    return StorageError(
        f"{path} cannot be used: {error}", remedy="free some disk space, then run the same command again"
    )
