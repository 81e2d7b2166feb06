"""An endpoint that goes away for a while: the run pauses, and no record pays for it."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from dialoom.engine.view import NoView
from tests.engine.support import left_in, lines, run
from tests.support.fault_server import FaultServer


class Said(NoView):
    """Keeps what it is told to say."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    def say(self, message: str) -> None:
        self.messages.append(message)


@pytest.mark.parametrize("tries", [1, 2])
def test_a_run_pauses_while_its_endpoint_is_down_and_goes_on(tmp_path: Path, tries: int) -> None:
    server = FaultServer(latency=0.02)
    server.__enter__()
    content = lines(server, 150, tries=tries, outage=60)
    port = server.url.rsplit(":", 1)[1].partition("/")[0]
    back: list[FaultServer] = []

    def restart() -> None:
        server.wait_for(30, "answered")
        server.stop()
        time.sleep(1.5)
        back.append(FaultServer(latency=0.02, port=int(port)).__enter__())

    restarting = threading.Thread(target=restart)
    restarting.start()
    said = Said()
    try:
        report = run(content, tmp_path / "run", view=said)
    finally:
        restarting.join()
        back[0].stop()
    assert (report.status, report.counts.kept, report.counts.failed) == ("finished", 150, 0)
    assert "the run pauses" in said.messages[0]
    assert "answers again" in said.messages[-1]
    assert left_in(tmp_path / "run").add_up()


def test_a_run_says_how_many_calls_suit_an_endpoint(tmp_path: Path, server: FaultServer) -> None:
    server.change(latency=0.05, slow_after=5, slow_factor=2.0)
    said = Said()
    content = lines(server, 1200, concurrency=64)
    assert run(content, tmp_path / "run", view=said).counts.kept == 1200
    assert any("calls at once: it is no faster with more" in message for message in said.messages)
    (endpoint,) = left_in(tmp_path / "run").report["endpoints"]
    assert endpoint["held_by"] == "latency"
    assert 3 <= endpoint["limit"] <= 12


def test_refusals_of_every_call_pause_the_run_too(tmp_path: Path, server: FaultServer) -> None:
    server.change(status_for=["row=>503"], latency=0.005)
    content = lines(server, 40, tries=2, outage=60)
    threading.Timer(1.5, server.change, kwargs={"status_for": []}).start()
    report = run(content, tmp_path / "run")
    assert (report.status, report.counts.kept, report.counts.failed) == ("finished", 40, 0)
    assert server.stats()["requests"] < 400
