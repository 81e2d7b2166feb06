"""An answer is on disk before anything is made of it."""

from __future__ import annotations

from pathlib import Path

from tests.engine.support import Client, in_ledger, left_in, weave, write
from tests.support.fault_server import FaultServer


def test_nothing_is_asked_on_the_strength_of_an_answer_that_is_not_in_the_ledger(
    tmp_path: Path, server: FaultServer
) -> None:
    out = tmp_path / "run"
    content = weave(server)
    content["source"] = {"rows": [{"topic": "one"}]}
    recipe = write(tmp_path / "recipe.yaml", content)
    said = Client(recipe, out, no_journal=True).finish()
    assert (said["status"], said["error"]) == ("stopped", "StorageError")
    assert not in_ledger(out)
    assert server.stats()["requests"] == 1, "the subtopics are not in the ledger, and their places were asked for"
    assert Client(recipe, out).finish()["status"] == "finished"
    assert len(left_in(out).kept) + len(left_in(out).rejected) == 21
