"""Opening, making and committing Lance tables, with Lance's failures told as StorageErrors."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import pyarrow as pa
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_random_exponential

from dialoom.corpus._failures import ROOTS, failure
from dialoom.corpus._load_lance import LANCE_COMMIT_MESSAGE_KEY, lance
from dialoom.errors import Place, StorageError

T = TypeVar("T")
VERSION_KEY = "dialoom.schema_version"
# Tells one append from another that is worded alike.
_TOKEN = "dialoom.commit"
_PATIENCE = 60.0
_ROWS = 2_048
_CACHE = 4 << 20  # Lance's default of a gigabyte fills up with the lists of files of old versions.


@dataclass(frozen=True, slots=True)
class Location:
    """Where a corpus lies: a folder, as an absolute path, or the URL of one in an object store.

    Attributes:
        options: keys, endpoint and the like of an object store, beside those that the environment gives.
    """

    root: str
    options: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, corpus: Path | str, options: Mapping[str, str] | None = None) -> Location:
        """The location that a user names. Raises StorageError for a URL without a bucket."""
        if not (isinstance(corpus, str) and "://" in corpus):
            if not str(corpus) or Path(corpus).suffix == ".lance":
                raise StorageError(
                    "this is a table of a corpus" if str(corpus) else "the corpus has no name",
                    place=Place(file=str(corpus) or "''"),
                    remedy="name the folder of a corpus",
                )
            return cls(str(Path(corpus).absolute()), dict(options or {}))
        scheme, _, path = corpus.partition("://")
        if not scheme or not path.strip("/") or re.search(r"[\s?#]", corpus):
            raise StorageError(
                "this is no address of a corpus",
                place=Place(file=corpus),
                remedy="write STORE://BUCKET/FOLDER without spaces, such as s3://bucket/calls",
            )
        return cls(corpus.rstrip("/"), dict(options or {}))

    @property
    def folder(self) -> Path | None:
        """The folder, where it is one."""
        return None if "://" in self.root else Path(self.root)

    def exists(self, name: str = "") -> bool:
        """Whether the folder, or what is called so in it, is there; of a store, whose folders are names alone, not."""
        if self.folder is None:
            return not name
        with storage("open", self):
            return (self.folder / name).exists()

    def table(self, name: str) -> str:
        return f"{self.root}/{name}.lance"

    def has(self, name: str) -> bool:
        """Whether the table lies there: with at least one version."""
        if self.folder is not None:
            with storage("open", self), suppress(FileNotFoundError, NotADirectoryError):
                return any(file.suffix == ".manifest" for file in (Path(self.table(name)) / "_versions").iterdir())
            return False
        try:
            lance.dataset(self.table(name), storage_options=dict(self.options))
        except ValueError as error:
            if "was not found" in str(error):
                return False
            with storage("open", self):
                raise
        return True


@contextmanager
def storage(doing: str, location: Location) -> Iterator[None]:
    """What Lance, Arrow and the system report as failed becomes a StorageError.

    Args:
        doing: what was attempted, such as `append to`.
        location: the corpus it was attempted on.
    """
    try:
        yield
    except BaseException as error:
        # A panic in Lance is of a class that cannot be imported.
        if not isinstance(error, ROOTS) and type(error).__name__ != "PanicException":
            raise
        raise failure(doing, location.root, error) from error


def reading(table: lance.LanceDataset) -> AbstractContextManager[None]:
    """`storage` around reading a table, of which the corpus follows."""
    return storage("read", Location(str(table.uri).rpartition("/")[0]))


def create(location: Location, name: str, schema: pa.Schema) -> None:
    """An empty table, unless another process has just made it."""
    empty = pa.Table.from_batches([], schema=schema)
    with storage("create" if name == "dialogues" else f"make the table {name} of", location):
        if location.folder is not None:
            location.folder.mkdir(parents=True, exist_ok=True)
        try:
            lance.write_dataset(
                empty,
                location.table(name),
                mode="create",
                commit_message="created",
                storage_options=dict(location.options),
            )
        except OSError as error:
            if "already exists" not in str(error) and not location.has(name):
                raise


def open_table(location: Location, name: str, schema_version: int) -> lance.LanceDataset:
    """The table at its newest version. Raises StorageError where this dialoom, which knows schemas up to
    `schema_version`, cannot read it."""
    with storage("open", location):
        table = lance.dataset(
            location.table(name),
            metadata_cache_size_bytes=_CACHE,
            index_cache_size_bytes=_CACHE,
            storage_options=dict(location.options),
        )
    found = (table.schema.metadata or {}).get(VERSION_KEY.encode(), b"").decode()
    if not found.isdigit():
        raise StorageError(
            "this Lance table was not made by dialoom, or its newest version is damaged",
            place=Place(file=location.table(name), field=VERSION_KEY),
            remedy="name a corpus folder that dialoom made, or an empty one",
        )
    if int(found) > schema_version:
        raise StorageError(
            f"this corpus has schema version {found}, and this dialoom reads up to {schema_version}",
            place=Place(file=location.table(name), field=VERSION_KEY),
            remedy="upgrade dialoom",
        )
    return table


def latest(table: lance.LanceDataset, location: Location) -> lance.LanceDataset:
    """The same object, at the newest version."""
    with storage("open", location):
        table.checkout_latest()  # type: ignore[no-untyped-call]
    return table


def insert(
    table: lance.LanceDataset, location: Location, rows: pa.Table, message: str, properties: Mapping[str, str]
) -> None:
    """Append rows in one commit.

    Appends never wait for one another. One that meets a restore is tried again on what that left, and one whose answer
    was lost on the way is looked for before it is told as failed.
    """
    before = int(table.version)
    token = uuid4().hex

    def attempt() -> None:
        try:
            table.insert(rows, commit_message=message, transaction_properties={**properties, _TOKEN: token})
        except (OSError, RuntimeError):
            table.checkout_latest()  # type: ignore[no-untyped-call]
            if not _landed(table, before, token):
                raise

    with storage("append to", location):
        patiently(attempt)


def patiently(attempt: Callable[[], T]) -> T:
    """What `attempt` returns; it is tried again while another process's commit comes before its own."""
    retrying = Retrying(
        retry=retry_if_exception(lambda error: isinstance(error, OSError) and "conflict" in str(error)),
        wait=wait_random_exponential(multiplier=0.02, max=1),
        stop=stop_after_delay(_PATIENCE),
        reraise=True,
    )
    return retrying(attempt)


def commit(
    table: lance.LanceDataset,
    operation: lance.LanceOperation.BaseOperation,
    message: str,
    properties: Mapping[str, str],
) -> int:
    """Commit an operation that was made on this version of the table; returns the new version's number.

    Raises OSError with the word `conflict` where another process changed the same files since.
    """
    told = {LANCE_COMMIT_MESSAGE_KEY: message, **properties}
    transaction = lance.Transaction(table.version, operation, transaction_properties=told)
    return int(lance.LanceDataset.commit(table, transaction).version)


def _landed(table: lance.LanceDataset, before: int, token: str) -> bool:
    made = (table.read_transaction(version) for version in range(before + 1, int(table.version) + 1))
    return any(each is not None and (each.transaction_properties or {}).get(_TOKEN) == token for each in made)


def streamed(table: lance.LanceDataset, columns: list[str]) -> pa.RecordBatchReader:
    """The rows of a table in batches. Dialogues may be long, and Lance reads far ahead if it is let."""
    scanner = table.scanner(columns=columns, batch_size=_ROWS, batch_readahead=2, fragment_readahead=1)
    return scanner.to_reader()
