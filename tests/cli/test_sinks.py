"""A sink that fails is told with its place and code, and the same command writes it."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Dialoom
from tests.support.fault_server import FaultServer

RECIPE = """\
recipe: r
models: {writer: URL}
source: topics.csv
nodes:
  dialogue: {kind: converse, speakers: [A, B], turns: 4}
sinks:
  - %s
"""


def test_the_command_tells_the_failed_sink_and_its_exit_code(
    tmp_path: Path, server: FaultServer, dialoom: Dialoom
) -> None:
    (tmp_path / "topics.csv").write_text("topic\nluggage\n")
    (tmp_path / "taken").write_text("in the way")
    (tmp_path / "r.yaml").write_text(RECIPE.replace("URL", server.url) % "{file: taken/all.jsonl}")
    ended = dialoom("run", "r.yaml", "--out", "run", "--json")
    assert ended.code == 5
    assert "taken/all.jsonl" in ended.err.splitlines()[-1]
    assert ended.json["kept"] == 1
    assert ended.json["sinks"][0]["rows"] is None
    (tmp_path / "taken").unlink()
    ended = dialoom("run", "r.yaml", "--out", "run", "--json")
    assert (ended.code, ended.json["sinks"][0]["rows"], ended.json["calls"]) == (0, 1, 0)
