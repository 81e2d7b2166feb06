"""An answer is on disk before anything is made of it."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from tests.engine.support import Client, left_in, weave, write
from tests.support.fault_server import FaultServer


def test_nothing_is_asked_on_the_strength_of_an_answer_that_is_not_in_the_ledger(
    tmp_path: Path, server: FaultServer
) -> None:
    out = tmp_path / "run"
    server.change(latency=0.4)
    content = weave(server)
    content["source"] = {"rows": [{"topic": "one"}]}
    client = Client(write(tmp_path / "recipe.yaml", content), out)
    server.wait_for(1)
    with closing(sqlite3.connect(out / "ledger.sqlite", isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        server.change(latency=0.0)
        server.wait_for(1, "answered")
        time.sleep(0.5)
        assert server.stats()["requests"] == 1, "the subtopics are not in the ledger, and their places were asked for"
        connection.execute("ROLLBACK")
    assert client.finish()["status"] == "finished"
    assert len(left_in(out).kept) + len(left_in(out).rejected) == 21
