"""The corpus: a folder of Lance tables, of which `dialogues.lance` holds the dialogues."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from dialoom.corpus import _lance, edits, history, tables
from dialoom.corpus._lance import Location
from dialoom.corpus._load_lance import lance
from dialoom.corpus._names import check_name
from dialoom.corpus._sql import OFFSET, answered, arrow, connect, select
from dialoom.corpus._upgrade import upgrade
from dialoom.corpus._views import beside
from dialoom.corpus.changes import Change
from dialoom.corpus.edits import ORDER, Changed, parts
from dialoom.corpus.history import Version
from dialoom.corpus.schema import SCHEMA, SCHEMA_VERSION, dialogues_of, rows_of
from dialoom.corpus.tally import Tally
from dialoom.dialogue import Dialogue
from dialoom.errors import Place, StorageError, UsageError, nearest

_TABLE = "dialogues"
_ROWS_AT_ONCE = 4_096
_FILE_ROWS = 8_192  # Full files are never rewritten: compacting again and again costs the disk once, and little memory.


class Corpus:
    """A versioned set of dialogues.

    Every change is one atomic commit that makes a version; readers hold the version they began with. Several
    processes may append at once. A `where` is the condition of a SQL WHERE clause in DuckDB's dialect over the columns
    of `dialoom.corpus.schema.SCHEMA`, for instance `json_extract(tags, '$.score')::int >= 4`. A `version` is a number,
    or None for the newest. Made by `Corpus.open`; to be used by one thread at a time.
    """

    def __init__(self, location: Location, table: lance.LanceDataset) -> None:
        self._location = location
        self._table = table

    @classmethod
    def open(
        cls, corpus: Path | str, *, create: bool = False, storage_options: Mapping[str, str] | None = None
    ) -> Corpus:
        """The corpus in a folder or at a URL such as `s3://bucket/calls`; with `create`, an empty one is made where
        there is none.

        Args:
            storage_options: keys, endpoint and the like of an object store; what is left out is read from the
                environment (`AWS_ACCESS_KEY_ID`, `AWS_ENDPOINT`, `AWS_ALLOW_HTTP` ...).

        Raises StorageError where the place holds no corpus, or one that this version cannot read.
        """
        location = Location.of(corpus, storage_options)
        if not location.has(_TABLE):
            folder = location.folder
            if not create:
                what = "is not a corpus: it holds no dialogues.lance" if location.exists() else "does not exist"
                if location.exists(f"{_TABLE}.lance"):
                    what = "is damaged: its dialogues.lance holds no version"
                raise StorageError(
                    f"the corpus folder {what}",
                    place=Place(file=location.root),
                    remedy="check the path; a run creates the corpus that its recipe names",
                )
            if folder is not None and location.exists() and not folder.is_dir():
                raise StorageError(
                    "a corpus is a folder, and this is a file",
                    place=Place(file=location.root),
                    remedy="name a folder",
                )
            _lance.create(location, _TABLE, SCHEMA)
        return cls(location, _lance.open_table(location, _TABLE, SCHEMA_VERSION))

    @property
    def location(self) -> str:
        """The folder, as an absolute path, or the URL."""
        return self._location.root

    @property
    def place(self) -> Location:
        """Where it lies, with the options of its store."""
        return self._location

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
        rows = rows_of(dialogues, run=run, batch=batch)
        recipes = tuple(dict.fromkeys(row["recipe_hash"] for row in rows if row["recipe_hash"]))
        change = Change("append", Tally.of(rows), run=run, batch=batch, recipes=recipes)
        message = f"append {len(rows)} of run {run}, batch {batch}"
        return self._insert(pa.Table.from_pylist(rows, schema=SCHEMA), message, change)

    def append_missing(self, dialogues: Sequence[Dialogue], *, run: str, batch: str) -> Changed:
        """Commits as one version those dialogues whose ids the run does not hold yet: once, whoever else does the same
        meanwhile. Raises as `append` does."""
        return edits.append_missing(self, dialogues, run, batch)

    def dialogues(self, version: int | None = None, *, where: str | None = None) -> Iterator[Dialogue]:
        """Streams the dialogues of a version in the order (run, position, id).

        The order does not depend on the order of the commits. Memory holds eight bytes a row and one chunk of rows.
        """
        table = self.at(version)
        offsets = arrow(table, select(OFFSET, where=where, order=ORDER)).column(0)
        return self._taken(table, offsets)

    def sample(
        self, number: int, *, seed: int = 0, version: int | None = None, where: str | None = None
    ) -> list[Dialogue]:
        """Some dialogues drawn by chance: the same for the same content and seed, whatever the commits."""
        table = self.at(version)
        drawn = f"{select(OFFSET, where=where)} ORDER BY md5(concat(id, ' ', run, ' ', ?)) LIMIT ?"
        most = min(number, table.count_rows())
        return list(self._taken(table, arrow(table, drawn, [str(seed), most]).column(0)))

    def count(self, where: str | None = None, *, version: int | None = None) -> int:
        """How many dialogues a version holds."""
        table = self.at(version)
        if where is None:
            return int(table.count_rows())
        return int(arrow(table, select("count(*)", where=where)).column(0)[0].as_py())

    def ids(self, where: str | None = None, *, version: int | None = None) -> Iterator[str]:
        """The ids in a version, in the order of `dialogues`, streamed."""
        for (name,) in self._streamed(select("id", where=where, order=ORDER), version=version):
            yield name

    def seeds_and_ids(self, run: str) -> Iterator[tuple[str, str]]:
        """(seed, id) of the dialogues of a run that came from a seed, streamed, in no order: what a resume skips."""
        rows = self._streamed(select("seed, id", where="run = ? AND seed IS NOT NULL"), [run])
        return ((seed, name) for seed, name in rows)

    def remove(self, where: str, *, why: str | None = None) -> Changed:
        """Removes the dialogues that match, in one commit. Earlier versions keep them; `put_back` brings them again."""
        return edits.remove(self, where, why)

    def put_back(self, version: int, where: str, *, why: str | None = None) -> Changed:
        """Brings dialogues of a version that match, and are not in the newest one, back as they were, in one commit."""
        return edits.put_back(self, version, where, why)

    def update(self, dialogues: Mapping[tuple[str, str], Dialogue], *, why: str | None = None) -> Changed:
        """Puts other content in the place of dialogues, in one commit; earlier versions keep what they were.

        Args:
            dialogues: the new content of each, by the run and the id of the one that is there; what is not there is
                left out. Batch, position and source stay those of the old one, and it is held out if that was.
        """
        return edits.update(self, dialogues, why)

    def restore(self, version: int, *, why: str | None = None) -> int:
        """Makes the newest version what an older one was, in one commit, and returns the new version's number.

        The versions between stay readable. Facts in the tables beside (ratings, tags ...) are left as they are.
        """
        return edits.restore(self, version, why)

    def versions(self) -> list[Version]:
        """Every version that is still there, oldest first, each with what it changed and what it holds."""
        return history.versions(self)

    def query(self, sql: str, *, version: int | None = None) -> pa.Table:
        """The result of a SQL statement by DuckDB over the table `dialogues` of a version, and over the tables beside
        it (`dialoom.corpus.tables.TABLES`), whose rows say in `version` on which version they were written.

        It can only read, and only these tables: no file, setting or extension is within its reach. Raises UsageError
        where the statement is wrong.
        """
        found = arrow(self.at(version), sql, **beside(self._location, sql))
        _check_apart(found.column_names)
        return found

    def batches(self, sql: str, *, version: int | None = None) -> Iterator[pa.RecordBatch]:
        """The result of a statement as of `query`, some thousand rows at a time, for results larger than memory.

        Raises as `query` does, once the first batch is taken.
        """
        with connect(self.at(version), **beside(self._location, sql)) as connection:
            found = answered(connection, sql).to_arrow_reader(_ROWS_AT_ONCE)
            _check_apart(found.schema.names)
            yield from found

    def compact(self) -> int:
        """Merges small files, so that reads stay fast after many appends, and returns how many are left.

        Content and order stay the same, and so do earlier versions. Call it after every 256 appends and at the end of a
        run: each version lists all files, so that the cost of a commit grows with their number. Others may append
        meanwhile.
        """
        with _lance.storage("compact", self._location):
            self._latest().optimize.compact_files(target_rows_per_fragment=_FILE_ROWS)
        tables.compact(self._location)
        return self.fragments

    def name(self, name: str, version: int | None = None) -> int:
        """Gives a version a name, under which `number_of` finds it; returns its number. A name can be given once."""
        number = int(self.at(version).version)
        check_name(name, self.location)
        if (there := self.names().get(name)) is not None:
            what = f"version {there} is called '{name}' already"
            raise UsageError(what, place=Place(self.location), remedy="choose another name")
        with _lance.storage(f"name version {number} of", self._location):
            self._latest().tags.create(name, number)
        return number

    def names(self) -> dict[str, int]:
        """The named versions."""
        with _lance.storage("read the names of", self._location):
            return {name: int(said["version"]) for name, said in sorted(self._latest().tags.list().items())}

    def number_of(self, version: str | int) -> int:
        """The number of a version given as a number or by its name. Raises UsageError where there never was one."""
        if str(version).isascii() and str(version).isdecimal():
            return int(self.at(int(version)).version)
        names = self.names()
        if version not in names:
            remedy = nearest(str(version), list(names)) or "give a number, or name one with `dialoom corpus tag`"
            raise UsageError(f"no version is called '{version}'", place=Place(self.location), remedy=remedy)
        return names[str(version)]

    def add(self, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Adds rows to a table beside the dialogues, such as `tags` or `ratings`, in one commit.

        A row may have columns of its own; lists and objects are kept as JSON. Raises DataError where a value does not
        fit its column.
        """
        tables.add(self._location, table, rows, self.version)

    def replace(self, table: str, where: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Puts rows in the place of those that meet a condition (in Lance's SQL) in a table beside the dialogues, in
        one commit."""
        tables.replace(self._location, table, where, rows, self.version)

    def read(self, table: str, *, where: str | None = None, columns: list[str] | None = None) -> pa.Table:
        """The rows of a table beside the dialogues, in the order they were added; `where` is in Lance's SQL."""
        return tables.read(self._location, tables.known(table), where=where, columns=columns)

    def at(self, version: int | None) -> lance.LanceDataset:
        """The Lance table of the dialogues as it was in a version, for what this class does not offer.

        Raises UsageError for a version that never was, StorageError for one whose files are gone or damaged.
        """
        newest = self._latest()
        last = int(newest.version)
        if version is not None and not 1 <= version <= last:
            raise UsageError(
                f"there is no version {version}: versions there are 1 to {last}",
                place=Place(self.location),
                remedy="`dialoom corpus log` lists them",
            )
        with _lance.storage(f"open version {version or last} of", self._location):
            return newest.checkout_version(version or last)

    def _latest(self) -> lance.LanceDataset:
        return _lance.latest(self._table, self._location)

    def _writable(self) -> None:
        self._table = upgrade(self._latest(), self._location)

    def _insert(self, rows: pa.Table, message: str, change: Change) -> int:
        if "hash" not in self._table.schema.names:
            self._writable()
        _lance.insert(self._table, self._location, rows, message, change.properties())
        return int(self._table.version)

    def _taken(self, table: lance.LanceDataset, offsets: pa.ChunkedArray) -> Iterator[Dialogue]:
        for part in parts(offsets):
            with _lance.storage("read", self._location):
                made = list(dialogues_of(table.take(part)))
            yield from made

    def _streamed(
        self, sql: str, parameters: Sequence[object] = (), version: int | None = None
    ) -> Iterator[tuple[str, ...]]:
        with connect(self.at(version)) as connection:
            for batch in answered(connection, sql, parameters).to_arrow_reader(_ROWS_AT_ONCE):
                yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _check_apart(names: list[str]) -> None:
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise UsageError(f"two columns of the answer are called '{twice}'", remedy="name them apart with AS")
