"""Waiting for a batch, and taking in what it brought."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, time

from dialoom.errors import EndpointError, StorageError
from dialoom.models.batches.api import Batch
from dialoom.models.batches.office import Office
from dialoom.models.batches.results import Result, Unreadable, read_lines, read_result
from dialoom.models.faults import Fault, FaultKind

_FIRST_WAIT = 2.0
_SECONDS_BETWEEN_LINES = 60.0


async def look(office: Office, batch_id: str) -> Batch:
    """The batch as it is now. Raises EndpointError where the provider does not know it, and Draining."""

    async def attempt() -> Batch:
        try:
            return await office.api.get(batch_id)
        except Fault as fault:
            if fault.status != 404:
                raise
            raise EndpointError(
                f"{office.api.url} does not know the batch {batch_id}, which an earlier run handed in",
                remedy="use the key that it was handed in with; to give it up and pay for its requests again, "
                f"delete {office.store.folder}",
            ) from fault

    return await office.do(attempt, paid=True)


async def watch(office: Office, batch: Batch) -> Batch:
    """The batch once it is over. Raises as `look` does."""
    wait = min(_FIRST_WAIT, office.settings.poll)
    told_at, told = monotonic(), batch.completed
    while not batch.over:
        await office.endpoints.pause(wait)
        wait = min(office.settings.poll, wait * 2)
        batch = await look(office, batch.id)
        if batch.completed != told and monotonic() - told_at >= _SECONDS_BETWEEN_LINES:
            told_at, told = monotonic(), batch.completed
            office.say(f"batch {batch.id}: {batch.completed} of {batch.total} done, {batch.status}")
    return batch


async def fetch(office: Office, tag: str, batch: Batch) -> None:
    """Take in the answers of a batch that is over, and tell what it brought.

    Raises EndpointError where the provider says that it will answer none: what it answered is kept before that.
    """
    paths: list[Path] = []
    for file_id, what in ((batch.output_file, "output"), (batch.error_file, "errors")):
        path = office.store.folder / f"{tag}.{what}.jsonl"
        if file_id is not None and await _there(office, file_id, path, batch):
            paths.append(path)
    reader = _Reader(paths)
    seconds = batch.seconds or max(0.0, time() - batch.created_at if batch.created_at else 0.0)
    unanswered = f"the batch {batch.id} ended as {batch.status} without it"
    counts = await asyncio.to_thread(office.store.collect, tag, reader.results(), seconds, unanswered)
    for path in paths:
        path.unlink(missing_ok=True)
    told = [f"{counts['answered']} answered"]
    told += [f"{counts['again']} to be sent again"] if counts["again"] else []
    told += [f"{counts['refused']} refused"] if counts["refused"] else []
    told += [f"{reader.unreadable} lines that cannot be read"] if reader.unreadable else []
    office.say(f"batch {batch.id} {batch.status}: {', '.join(told)}")
    if counts["locked out"]:
        raise EndpointError(
            f"{office.api.url} refused {counts['locked out']} requests of batch {batch.id}: {reader.locked_out}",
            remedy="mend the key, the account or the model's name, then run again: what was answered is kept",
        )


async def _there(office: Office, file_id: str, path: Path, batch: Batch) -> bool:
    """Download a file of a batch; False where the provider has it no more."""

    async def attempt() -> bool:
        try:
            await office.api.download(file_id, path)
        except Fault as fault:
            if fault.status != 404:
                raise
            office.say(f"batch {batch.id}: its file {file_id} is there no more; what was in it is asked again")
            return False
        except OSError as error:
            raise StorageError(
                f"cannot write {path}: {error.strerror}",
                remedy="free some disk space and run the same command again; the provider keeps the file",
            ) from error
        return True

    return await office.do(attempt, paid=True)


class _Reader:
    """Reads the results in some files, and counts the lines that hold none."""

    def __init__(self, paths: list[Path]) -> None:
        self._paths = paths
        self.unreadable = 0
        self.locked_out: Fault | None = None

    def results(self) -> Iterator[Result]:
        for path in self._paths:
            for line in read_lines(path):
                try:
                    result = read_result(line)
                except Unreadable:
                    self.unreadable += 1
                    continue
                if result.fault is not None and result.fault.kind is FaultKind.LOCKED_OUT:
                    self.locked_out = result.fault
                yield result
