"""How a run asks to be scheduled: its HTTP client waits for its turn, all else is as it was."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

import pytest

from dialoom.engine import Report
from dialoom.engine.turns import whole_turns
from dialoom.engine.view import NoView
from dialoom.models import Meter
from tests.engine.support import lines, run
from tests.support.fault_server import FaultServer

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has such a way to be scheduled")


def threads() -> list[int]:
    """The threads of HTTP clients."""
    found = []
    for folder in Path("/proc/self/task").glob("*"):
        # Others may end meanwhile.
        with contextlib.suppress(OSError):
            if (folder / "comm").read_text().strip() == "pyreqwest":
                found.append(int(folder.name))
    return found


def clients() -> set[int]:
    """How they are scheduled."""
    return {os.sched_getscheduler(thread) for thread in threads()}


def schedule(how: int) -> None:
    for thread in threads():
        os.sched_setscheduler(thread, how, os.sched_param(0))


class Looks(NoView):
    """Looks how threads are scheduled while a run goes on."""

    def __init__(self) -> None:
        self.own: set[int] = set()
        self.client: set[int] = set()

    def update(self, report: Report, meter: Meter) -> None:
        self.own.add(os.sched_getscheduler(0))
        self.client |= clients()


def test_the_client_waits_for_its_turn_while_a_run_goes_on(tmp_path: Path, server: FaultServer) -> None:
    server.change(latency=0.1)
    looks = Looks()
    assert run(lines(server, 60), tmp_path / "run", view=looks).counts.kept == 60
    assert os.SCHED_BATCH in looks.client
    assert looks.own == {os.SCHED_OTHER}
    assert clients() <= {os.SCHED_OTHER}


def test_where_it_may_not_be_set_the_run_goes_on(
    tmp_path: Path, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    server.change(latency=0.1)
    looks = Looks()
    assert run(lines(server, 60), tmp_path / "run", view=looks).counts.kept == 60
    assert os.SCHED_BATCH not in looks.client


def test_what_the_user_has_set_is_kept(tmp_path: Path, server: FaultServer) -> None:
    class Idle(Looks):
        def update(self, report: Report, meter: Meter) -> None:
            schedule(os.SCHED_IDLE)
            with whole_turns():
                super().update(report, meter)

    server.change(latency=0.1)
    looks = Idle()
    try:
        assert run(lines(server, 60), tmp_path / "run", view=looks).counts.kept == 60
        assert looks.client == clients() == {os.SCHED_IDLE}
    finally:
        schedule(os.SCHED_OTHER)
