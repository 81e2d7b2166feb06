"""The commands and the Python on docs/corpus.md are run in their order, with a real batch and id in their places."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import orjson
import pytest

from dialoom.corpus import Corpus
from tests.cli.conftest import Dialoom, dialoom
from tests.support.fault_server import FaultServer

PAGE = (Path(__file__).parents[1] / "docs" / "corpus.md").read_text("utf-8")
__all__ = ["dialoom"]


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_the_commands_on_the_page_do_what_it_says(
    dialoom: Dialoom, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with FaultServer() as server:
        (tmp_path / "calls.yaml").write_text(blocks("yaml")[0].replace("writer: embedded", f"writer: {server.url}"))
        run, *commands = (line for block in blocks("sh") for line in block.splitlines())
        assert dialoom(*shlex.split(run)[1:]).code == 0
    corpus = Corpus.open("corpus")
    (row,) = corpus.query("SELECT min(id) AS id, min(batch) AS batch, count(*) AS n FROM dialogues").to_pylist()
    assert row["n"] == 2
    before = corpus.versions()[-1].hash
    for command in commands:
        words = [{"ID": row["id"], "BATCH": row["batch"]}.get(word, word) for word in shlex.split(command)]
        assert words[0] == "dialoom"
        ended = dialoom(*words[1:])
        assert ended.code == 0, (command, ended.err)
        assert ended.out or ended.err
    assert corpus.versions()[-1].hash == before
    (export,) = orjson.loads(dialoom("corpus", "exports", "--holding", row["id"], "--json").out)
    assert export["file"] == str(tmp_path / "train.jsonl")
    exec(blocks("python")[0], {})
    said = capsys.readouterr().out
    assert "1 removed; 0 made from them" in said
    assert "put back 1 of version" in said
