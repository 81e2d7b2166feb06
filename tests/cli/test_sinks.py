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


def test_check_and_plan_tell_rows_without_a_match(tmp_path: Path, server: FaultServer, dialoom: Dialoom) -> None:
    source = "{join: inner, on: a, of: {one: [{a: 1}, {a: 2}], two: [{a: 1, topic: x}]}}"
    text = RECIPE.replace("URL", server.url).replace("topics.csv", source) % "out.jsonl"
    (tmp_path / "r.yaml").write_text(text)
    note = "join: 1 of 2 rows of 'one' have no match in 'two': they are left out"
    assert dialoom("check", "r.yaml", "--json").json["notes"] == [note]
    for command in ("check", "plan"):
        ended = dialoom(command, "r.yaml")
        assert ended.code == 0
        assert f"note: {note}" in ended.out
