"""The corpus: a folder of Lance tables, of which `dialogues.lance` holds the dialogues."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import lance
import pyarrow as pa
from lance.dataset import LANCE_COMMIT_MESSAGE_KEY

from dialoom.corpus import _lance
from dialoom.corpus._sql import OFFSET, ROW_ID, arrow, connect, select
from dialoom.corpus.schema import dialogues_of, table_of
from dialoom.dialogue import Dialogue
from dialoom.errors import Place, StorageError

_ORDER = "run, position, id"
_CHUNK = 256
_REMOVE_ATTEMPTS = 5
_LANCE_CONDITIONS = 250  # Lance refuses a filter of more than 500 conditions, and a range is two.
_FILE_ROWS = 8_192  # Full files are never rewritten: compacting again and again costs the disk once, and little memory.


class Version(NamedTuple):
    """One immutable state of the corpus. `run` and `batch` are None where the version is no append."""

    number: int
    at: datetime
    rows: int
    what: str
    run: str | None
    batch: str | None


class Corpus:
    """A versioned set of dialogues.

    Every change is one atomic commit that makes a version; readers hold the version they began with. Several
    processes may append at once. A `where` is the condition of a SQL WHERE clause in DuckDB's dialect over the columns
    of `dialoom.corpus.schema.SCHEMA`, for instance `json_extract(tags, '$.score')::int >= 4`. Made by `Corpus.open`;
    to be used by one thread at a time.
    """

    def __init__(self, path: Path, table: lance.LanceDataset) -> None:
        self._path = path
        self._table = table

    @classmethod
    def open(cls, path: Path | str, *, create: bool = False) -> Corpus:
        """The corpus in the folder `path`; with `create`, an empty one is made where there is none.

        Raises StorageError where the path is no corpus, or one that this version cannot read.
        """
        path = Path(path)
        uri = str(path / "dialogues.lance")
        if not _lance.exists(uri):
            if not create:
                what = "is not a corpus: it holds no dialogues.lance" if path.exists() else "does not exist"
                raise StorageError(
                    f"the corpus folder {what}",
                    place=Place(file=str(path)),
                    remedy="check the path; a run creates the corpus that its recipe names",
                )
            if path.exists() and not path.is_dir():
                raise StorageError(
                    "a corpus is a folder, and this is a file",
                    place=Place(file=str(path)),
                    remedy="name a folder",
                )
            _lance.create(path, uri)
        return cls(path, _lance.open_table(path, uri))

    @property
    def path(self) -> Path:
        return self._path

    @property
    def version(self) -> int:
        """Number of the newest version, whoever committed it."""
        return int(self._latest().version)

    @property
    def fragments(self) -> int:
        """How many files the newest version is spread over; `compact` makes them few."""
        return len(self._latest().get_fragments())

    def append(self, dialogues: Sequence[Dialogue], *, run: str, batch: str) -> int:
        """Commits the dialogues as one version and returns its number. No dialogues, no commit.

        All of them become visible, or none. Raises DataError where a dialogue cannot be stored and StorageError where
        the disk cannot take it.
        """
        if not dialogues:
            return self.version
        rows = table_of(dialogues, run=run, batch=batch)
        with _lance.storage("append to", self._path):
            self._table.insert(
                rows,
                commit_message=f"append {len(dialogues)} of run {run}, batch {batch}",
                transaction_properties={"run": run, "batch": batch},
            )
        return int(self._table.version)

    def dialogues(self, version: int | None = None, *, where: str | None = None) -> Iterator[Dialogue]:
        """Streams the dialogues of a version (by default the newest) in the order (run, position, id).

        The order does not depend on the order of the commits. Memory holds eight bytes a row and one chunk of rows.
        """
        table = self._at(version)
        offsets = arrow(table, select(OFFSET, where=where, order=_ORDER)).column(0)
        return self._taken(table, offsets)

    def _taken(self, table: lance.LanceDataset, offsets: pa.ChunkedArray) -> Iterator[Dialogue]:
        for start in range(0, len(offsets), _CHUNK):
            with _lance.storage("read", self._path):
                rows = table.take(offsets.slice(start, _CHUNK).combine_chunks())
            yield from dialogues_of(rows)

    def count(self, where: str | None = None) -> int:
        """How many dialogues the newest version holds."""
        table = self._latest()
        if where is None:
            return int(table.count_rows())
        return int(arrow(table, select("count(*)", where=where)).column(0)[0].as_py())

    def ids(self, where: str | None = None) -> Iterator[str]:
        """The ids in the newest version, in the order of `dialogues`, streamed."""
        for (name,) in self._streamed(select("id", where=where, order=_ORDER)):
            yield name

    def seeds_and_ids(self, run: str) -> Iterator[tuple[str, str]]:
        """(seed, id) of the dialogues of a run that came from a seed, streamed, in no order: what a resume skips."""
        rows = self._streamed(select("seed, id", where="run = ? AND seed IS NOT NULL"), [run])
        return ((seed, name) for seed, name in rows)

    def remove(self, where: str) -> int:
        """Removes the dialogues that match, in one commit, and returns how many. Earlier versions keep them."""
        for attempt in range(1, _REMOVE_ATTEMPTS + 1):
            table = self._latest()
            rows = arrow(table, select(ROW_ID, where=where)).column(0)
            if not len(rows):
                return 0
            seen = table.version
            with _lance.storage("remove from", self._path):
                try:
                    # Lance's own retries would apply these row ids to a compacted table, where they mean other rows.
                    return int(table.delete(_within(rows), conflict_retries=0)["num_deleted_rows"])
                except OSError:
                    if attempt == _REMOVE_ATTEMPTS or self.version == seen:
                        raise
        return 0

    def versions(self) -> list[Version]:
        """Every version that is still there, oldest first."""
        with _lance.storage("read the versions of", self._path):
            table = self._latest()
            return [_version(table, entry) for entry in table.versions()]  # type: ignore[no-untyped-call]

    def query(self, sql: str) -> pa.Table:
        """The result of a SQL statement by DuckDB over the newest version, the table `dialogues`.

        Raises DataError with DuckDB's explanation where the statement is wrong.
        """
        return arrow(self._latest(), sql)

    def compact(self) -> int:
        """Merges small files, so that reads stay fast after many appends, and returns how many are left.

        Content and order stay the same, and so do earlier versions. Call it after every 256 appends and at the end of a
        run: each version lists all files, so that the cost of a commit grows with their number. Others may append
        meanwhile.
        """
        with _lance.storage("compact", self._path):
            self._latest().optimize.compact_files(target_rows_per_fragment=_FILE_ROWS)
        return self.fragments

    def _latest(self) -> lance.LanceDataset:
        with _lance.storage("open", self._path):
            self._table.checkout_latest()  # type: ignore[no-untyped-call]
        return self._table

    def _at(self, version: int | None) -> lance.LanceDataset:
        newest = self._latest()
        with _lance.storage(f"open version {version} of", self._path):
            return newest.checkout_version(newest.version if version is None else version)

    def _streamed(self, sql: str, parameters: Sequence[object] = ()) -> Iterator[tuple[str, ...]]:
        with connect(self._at(None)) as connection:
            for batch in connection.sql(sql, params=list(parameters) or None).to_arrow_reader(4096):
                yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _version(table: lance.LanceDataset, entry: dict[str, Any]) -> Version:
    transaction = table.read_transaction(entry["version"])
    said = (transaction.transaction_properties if transaction else None) or {}
    operation = type(transaction.operation).__name__.lower() if transaction else "unknown"
    return Version(
        number=entry["version"],
        at=entry["timestamp"],
        rows=int(entry["metadata"]["total_rows"]),
        what=said.get(LANCE_COMMIT_MESSAGE_KEY, operation),
        run=said.get("run"),
        batch=said.get("batch"),
    )


def _within(rows: pa.ChunkedArray) -> str:
    """A condition on row ids that is short where neighbours go together, as they do when a whole run is removed."""
    ids = sorted(rows.to_pylist())
    ranges = [[ids[0], ids[0]]]
    for row in ids[1:]:
        if row == ranges[-1][1] + 1:
            ranges[-1][1] = row
        else:
            ranges.append([row, row])
    if len(ranges) > _LANCE_CONDITIONS:
        return f"{ROW_ID} IN ({', '.join(map(str, ids))})"
    return " OR ".join(f"{ROW_ID} BETWEEN {first} AND {last}" for first, last in ranges)
