"""What is put into a ledger is there afterwards, whatever happened in between."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialoom.errors import StorageError
from dialoom.models import ChatAnswer, Ledger, ReadLedger
from dialoom.models._calls import _SCHEMA, Calls, storage_error
from dialoom.models.entry import Entry
from dialoom.models.journal import Journal, entries, files, framed
from dialoom.models.ledger import _MOST_WAITING
from dialoom.models.seen import Seen

ROOT = Path(__file__).resolve().parents[2]


def key(number: int) -> str:
    return f"{number * 0x9E3779B97F4A7C15 % (1 << 64):016x}{number:016x}"


def answer(text: str = "yes") -> ChatAnswer:
    raw = f'{{"choices":[{{"message":{{"content":"{text}"}}}}]}}'.encode()
    return ChatAnswer(text, None, "stop", 3, 4, raw, 0.25)


async def put(ledger: Ledger, numbers: range, text: str = "yes") -> None:
    for number in numbers:
        await ledger.put(key(number), "url model", "node", "record", b"{}", answer(text))


async def put_for_ever(ledger: Ledger) -> None:
    while True:
        await put(ledger, range(1))
        await asyncio.sleep(0.001)


def test_what_was_put_is_found_at_once_and_after_closing(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    ledger = Ledger(path)
    asyncio.run(put(ledger, range(20)))
    assert ledger.get(key(7)) == ledger.get(key(7)) is not None
    assert ledger.get(key(20)) is None
    ledger.close()
    assert not files(path)
    again = Ledger(path)
    found = again.get(key(19))
    assert found is not None
    assert (found.answer, found.prompt_tokens, found.latency) == (answer().raw, 3, 0.25)
    assert again.last_row() == 20
    again.close()


def test_a_ledger_of_an_earlier_dialoom_has_other_pages_and_is_gone_on_with(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with closing(sqlite3.connect(path)) as older:
        older.execute("PRAGMA page_size=4096")
        older.execute(_SCHEMA)
        values = (key(1), "url model", "node", "record", b"{}", answer("old").raw, 3, 2, 0.25, 1.0)
        older.execute(f"INSERT INTO calls VALUES ({', '.join('?' * len(values))})", values)
        older.commit()
    ledger = Ledger(path)
    asyncio.run(put(ledger, range(2, 20)))
    ledger.close()
    again = Ledger(path)
    old, new = again.get(key(1)), again.get(key(19))
    assert old is not None
    assert new is not None
    assert (old.answer, new.answer) == (answer("old").raw, answer().raw)
    again.close()


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from tests.models.test_ledger import put
from dialoom.models import Ledger
ledger = Ledger(Path(sys.argv[1]))
asyncio.run(put(ledger, range(500)))
os.kill(os.getpid(), signal.SIGKILL)
"""


def killed(path: Path) -> None:
    command = [sys.executable, "-c", KILLED, str(path)]
    done = subprocess.run(command, check=False, cwd=ROOT, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
    assert done.returncode == -9


def test_a_killed_process_loses_nothing_that_was_put(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    killed(path)
    assert files(path), "the last answers had no time to go to the table"
    reader = ReadLedger(path)
    assert len(list(reader)) == 500
    assert all(reader.get(key(number)) for number in range(500))
    reader.close()
    assert files(path), "a reader leaves the journal alone"
    ledger = Ledger(path)
    assert ledger.last_row() == 500
    assert [row[0] for row in ledger.calls_after(0)] == ["node"] * 500
    ledger.close()


def test_an_entry_that_was_cut_short_is_no_entry(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    killed(path)
    (file,) = files(path)
    file.write_bytes(file.read_bytes()[:-5])
    assert len(list(entries(file))) == 499
    ledger = Ledger(path)
    assert ledger.last_row() == 499
    asyncio.run(put(ledger, range(499, 500)))
    ledger.close()
    assert Ledger(path).last_row() == 500


def test_a_damaged_entry_is_named(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    killed(path)
    (file,) = files(path)
    content = bytearray(file.read_bytes())
    content[100] ^= 1
    file.write_bytes(content)
    with pytest.raises(StorageError, match=rf"{file.name} is damaged \d+ bytes"):
        Ledger(path)


def test_many_are_taken_over_in_their_order(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    ledger = Ledger(path)
    asyncio.run(put(ledger, range(_MOST_WAITING + 2000), "yes " * 1000))
    ledger.close()
    assert not files(path)
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT key FROM calls ORDER BY rowid").fetchall()
    assert [row[0] for row in rows] == [key(number) for number in range(_MOST_WAITING + 2000)]


@pytest.mark.skipif(sys.platform == "win32", reason="needs limits of file size")
def test_a_full_disk_is_an_error_and_what_was_put_stays(tmp_path: Path) -> None:
    import resource

    path = tmp_path / "ledger.sqlite"
    ledger = Ledger(path)
    asyncio.run(put(ledger, range(10)))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    import signal

    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (sum(file.stat().st_size for file in files(path)) + 50, before[1]))
        with pytest.raises(StorageError, match="cannot be used"):
            asyncio.run(put(ledger, range(10, 20)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    ledger.close()
    again = Ledger(path)
    assert again.last_row() == 10
    again.close()


def test_where_writing_is_slow_answers_are_written_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writes: list[int] = []
    real = os.write

    def slow(file: int, data: bytes) -> int:
        writes.append(len(data))
        time.sleep(0.01)
        return real(file, data)

    path = tmp_path / "ledger.sqlite"
    ledger = Ledger(path)
    monkeypatch.setattr("dialoom.models.journal.os.write", slow)

    async def work() -> None:
        await put(ledger, range(1))
        await asyncio.gather(*(put(ledger, range(number, number + 1)) for number in range(1, 200)))

    asyncio.run(work())
    monkeypatch.undo()
    ledger.close()
    assert len(writes) < 10
    assert Ledger(path).last_row() == 200


@pytest.mark.parametrize("tail", [bytes(16), bytes(4096), b"\xff" * 40, b"\xff" * 15])
def test_what_a_power_cut_leaves_at_the_end_is_no_entry(tmp_path: Path, tail: bytes) -> None:
    path = tmp_path / "ledger.sqlite"
    killed(path)
    (file,) = files(path)
    file.write_bytes(file.read_bytes() + tail)
    ledger = Ledger(path)
    assert ledger.last_row() == 500
    ledger.close()


def test_zeros_before_the_end_are_damage(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    killed(path)
    (file,) = files(path)
    file.write_bytes(bytes(16) + file.read_bytes())
    with pytest.raises(StorageError, match="is damaged 16 bytes"):
        Ledger(path)


def test_where_the_table_cannot_be_written_an_answer_goes_to_the_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ledger.sqlite"
    failed = threading.Event()

    def locked(table: Calls, batch: Iterable[Entry]) -> None:
        failed.set()
        raise storage_error(path, sqlite3.OperationalError("database is locked"))

    ledger = Ledger(path)
    monkeypatch.setattr(Calls, "add", locked)

    async def work() -> None:
        await put(ledger, range(1))
        await asyncio.to_thread(failed.wait)
        with pytest.raises(StorageError, match="database is locked"):
            await put_for_ever(ledger)
        for number in range(1, 5):
            # These were on their way, and are paid for.
            with pytest.raises(StorageError, match="database is locked"):
                await put(ledger, range(number, number + 1))

    asyncio.run(work())
    ledger.close()
    monkeypatch.undo()
    again = Ledger(path)
    assert again.last_row() == 5
    again.close()


def test_an_answer_whose_record_is_cancelled_is_written_before_the_ledger_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ledger.sqlite"
    real = os.write

    def slow(file: int, data: bytes) -> int:
        time.sleep(0.02)
        return real(file, data)

    async def work() -> None:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(1))
        ledger = Ledger(path)
        monkeypatch.setattr("dialoom.models.journal.os.write", slow)
        await put(ledger, range(1))
        # Functions of others keep the loop's threads busy.
        over = threading.Event()
        busy = loop.run_in_executor(None, over.wait)
        asking = asyncio.create_task(put(ledger, range(1, 2)))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        asking.cancel()
        await asyncio.wait([asking])
        ledger.close()
        over.set()
        await busy
        again = Ledger(path)
        assert again.last_row() == 2
        again.close()

    asyncio.run(work())


def test_after_a_write_that_cannot_be_taken_back_another_file_is_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path / "ledger.sqlite")
    entry = framed(Entry("0" * 32, "model", "node", "record", b"{}", b"{}", 1, 1, 0.1, 0.1))
    journal.write(entry)
    real = os.write
    room = [10, 0]

    def full(file: int, data: bytes) -> int:
        return real(file, data[: room.pop(0)])

    def broken(file: int, size: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("dialoom.models.journal.os.write", full)
    monkeypatch.setattr("dialoom.models.journal.os.ftruncate", broken)
    with pytest.raises(OSError, match="No space left"):
        journal.write(entry)
    monkeypatch.undo()
    journal.write(entry)
    assert [len(list(entries(file))) for file in files(tmp_path / "ledger.sqlite")] == [1, 1]


@given(st.sets(st.integers(0, (1 << 128) - 1), max_size=200), st.integers(0, (1 << 128) - 1))
@settings(max_examples=25, deadline=None)
def test_what_was_seen_is_seen(numbers: set[int], other: int) -> None:
    seen = Seen()
    for number in numbers:
        seen.add(f"{number:032x}")
    assert all(f"{number:032x}" in seen for number in numbers)
    if not numbers:
        assert f"{other:032x}" not in seen


@given(
    st.builds(
        Entry,
        key=st.text("0123456789abcdef", min_size=32, max_size=32),
        model=st.text(st.characters(exclude_categories=["Cs"])),
        node=st.text(st.characters(exclude_categories=["Cs"])),
        record=st.text(st.characters(exclude_categories=["Cs"])),
        request=st.binary(),
        answer=st.binary(),
        prompt_tokens=st.integers(0, 1 << 40),
        completion_tokens=st.integers(0, 1 << 40),
        latency=st.floats(0, 1e6),
        answered_at=st.floats(0, 1e12),
    )
)
@settings(max_examples=50, deadline=None)
def test_an_entry_survives_its_file(tmp_path_factory: pytest.TempPathFactory, entry: Entry) -> None:
    file = tmp_path_factory.mktemp("journal") / "x.journal-1"
    file.write_bytes(framed(entry) * 2)
    assert list(entries(file)) == [entry, entry]
