"""Opening, making and committing Lance tables, with Lance's failures told as StorageErrors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import lance
import pyarrow as pa

from dialoom.corpus.schema import SCHEMA, SCHEMA_VERSION, VERSION_KEY
from dialoom.errors import Place, StorageError

_CACHE = 4 << 20  # Lance's default of a gigabyte fills up with the lists of files of old versions.

_REMEDIES = {
    "No space left": "free disk space and run again; what was committed before is whole",
    "quota": "free disk space and run again; what was committed before is whole",
    "File too large": "raise the file size limit (ulimit -f) and run again; what was committed before is whole",
    "Permission denied": "give yourself write access to the folder, or name another one",
    "Read-only file system": "name a folder that can be written",
    "oncurrent": "another process writes to this corpus; run again",
    "conflict": "another process writes to this corpus; run again",
    "was not found": "the files of this version are gone; see `versions()` for those that are there",
}


@contextmanager
def storage(doing: str, path: Path) -> Iterator[None]:
    """Lance and the system report failures as OSError, ValueError or RuntimeError: here they become a StorageError.

    Args:
        doing: what was attempted, such as `append to`.
        path: the corpus it was attempted on.
    """
    try:
        yield
    except (OSError, ValueError, RuntimeError) as error:
        said = str(error)
        remedy = next(
            (remedy for word, remedy in _REMEDIES.items() if word in said), "nothing was committed; run again"
        )
        raise StorageError(f"cannot {doing} the corpus: {said}", place=Place(file=str(path)), remedy=remedy) from error


def create(path: Path, uri: str) -> None:
    """An empty table, unless another process has just made it."""
    empty = pa.Table.from_batches([], schema=SCHEMA)
    with storage("create", path):
        Path(uri).parent.mkdir(parents=True, exist_ok=True)
        try:
            lance.write_dataset(empty, uri, mode="create", commit_message="created")
        except OSError as error:
            if "already exists" not in str(error) and not exists(uri):
                raise


def exists(uri: str) -> bool:
    """Whether a table lies there: a folder with at least one version."""
    return any((Path(uri) / "_versions").glob("*.manifest"))


def open_table(path: Path, uri: str) -> lance.LanceDataset:
    """The table at its newest version. Raises StorageError where this dialoom cannot read it."""
    with storage("open", path):
        table = lance.dataset(uri, metadata_cache_size_bytes=_CACHE, index_cache_size_bytes=_CACHE)
    found = (table.schema.metadata or {}).get(VERSION_KEY.encode(), b"").decode()
    if not found.isdigit():
        raise StorageError(
            "this Lance table was not made by dialoom",
            place=Place(file=uri, field=VERSION_KEY),
            remedy="name a corpus folder that dialoom made, or an empty one",
        )
    if int(found) > SCHEMA_VERSION:
        raise StorageError(
            f"this corpus has schema version {found}, and this dialoom reads up to {SCHEMA_VERSION}",
            place=Place(file=uri, field=VERSION_KEY),
            remedy="upgrade dialoom",
        )
    return table
