"""`dialoom corpus` and `dialoom trace` on a run's corpus."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Dialoom


@pytest.fixture
def corpus(dialoom: Dialoom, recipe: Path, monkeypatch: pytest.MonkeyPatch) -> Dialoom:
    """Runs `dialoom corpus` with the run's directory as the corpus."""
    assert dialoom("run", recipe, "--out", "run", "--quiet").code == 0
    monkeypatch.setenv("DIALOOM_CORPUS", "run")
    return dialoom


def ids(corpus: Dialoom) -> list[str]:
    return [row["id"] for row in corpus("corpus", "query", "SELECT id FROM dialogues ORDER BY id", "--json").json]


def rows(corpus: Dialoom, sql: str) -> Any:
    return corpus("corpus", "query", sql, "--json").json


def test_a_batch_is_taken_out_and_put_back(corpus: Dialoom) -> None:
    before = ids(corpus)
    (batch,) = rows(corpus, "SELECT DISTINCT batch FROM dialogues")
    whole = corpus("corpus", "log", "--json").json[0]
    told = corpus("corpus", "remove", "--batch", batch["batch"], "--why", "the wrong model")
    assert f"removed 4 dialogues in version {whole['number'] + 1}" in told.out
    assert ids(corpus) == []
    again = told.out.splitlines()[1].split()
    assert corpus(*again[1:], "--json").json["hash"] == whole["hash"]
    assert ids(corpus) == before
    diff = corpus("corpus", "diff", str(whole["number"]), str(whole["number"] + 2), "--json").json
    assert diff["added"] == diff["removed"] == diff["changed"] == []
    assert "the wrong model" in corpus("corpus", "changelog").out
    assert "all is as it was written" in corpus("corpus", "verify").out


def test_versions_are_named_shown_compared_and_restored(corpus: Dialoom) -> None:
    assert "good: version" in corpus("corpus", "tag", "good").out
    first = ids(corpus)[0]
    removed = corpus("corpus", "remove", "--where", f"id = '{first}'", "--json").json
    assert removed["removed"] == [first]
    diff = corpus("corpus", "diff", "good", str(removed["version"]))
    assert "removed: 1" in diff.out
    assert f"- {first} of run" in diff.out
    shown = corpus("corpus", "show", "good", "--json").json
    assert (shown["rows"], shown["names"]) == (4, ["good"])
    assert sum(shown["topics"].values()) == 4
    assert "[good]" in corpus("corpus", "log").out
    assert "is what version" in corpus("corpus", "restore", "good", "--why", "all were fine").out
    assert first in ids(corpus)
    assert corpus("corpus", "log", "--json").json[0]["why"] == "all were fine"


def test_a_file_is_found_from_the_dialogues_in_it(corpus: Dialoom, tmp_path: Path) -> None:
    first, second, *_ = ids(corpus)
    assert corpus("export", "run", "--to", "jsonl", "--out", "train.jsonl", "--where", f"id <> '{second}'").code == 0
    (export,) = corpus("corpus", "exports", "--holding", first, "--json").json
    assert export["file"] == str(tmp_path / "train.jsonl")
    assert export["file_hash"] == hashlib.sha256((tmp_path / "train.jsonl").read_bytes()).hexdigest()
    assert export["rows"] == 3
    assert corpus("corpus", "exports", "--holding", second, "--json").json == []
    traced = corpus("trace", first)
    assert "train.jsonl (jsonl, version" in traced.out
    assert "call 2 by dialogue" in traced.out
    assert "A dialogue about" in traced.out
    assert corpus("trace", first, "--json").json["exports"][0]["version_hash"] == export["version_hash"]


def test_an_older_version_is_exported_as_it_was(corpus: Dialoom, tmp_path: Path) -> None:
    corpus("corpus", "tag", "good")
    corpus("corpus", "remove", "--where", "true")
    assert corpus("export", "run", "--to", "jsonl", "--out", "now.jsonl").code == 3
    assert corpus("export", "run", "--to", "jsonl", "--out", "then.jsonl", "--version", "good").code == 0
    assert len((tmp_path / "then.jsonl").read_text().splitlines()) == 4


def test_reading_and_tidying(corpus: Dialoom, tmp_path: Path) -> None:
    assert len(corpus("corpus", "sample", "-n", "2", "--json").json) == 2
    assert "Caller" in corpus("corpus", "sample", "-n", "1").out
    assert "lost luggage" in corpus("corpus", "query", "SELECT DISTINCT topic FROM dialogues").out
    assert corpus("corpus", "compact", "--json").json == {"before": 1, "after": 1}
    assert corpus("corpus", "changelog", "--out", "CHANGES.md").code == 0
    assert "4 dialogues of run" in (tmp_path / "CHANGES.md").read_text()


def test_damage_is_told(corpus: Dialoom, tmp_path: Path) -> None:
    for file in (tmp_path / "run/corpus/dialogues.lance/data").iterdir():
        file.write_bytes(file.read_bytes()[:100])
    ended = corpus("corpus", "verify")
    assert ended.code == 5
    assert "fault: " in ended.out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["corpus", "remove"], 2, "which dialogues? (give --run, --batch or --where)"),
        (["corpus", "show", "best"], 2, "no version is called 'best'"),
        (["corpus", "diff", "1", "99"], 2, "there is no version 99"),
        (["corpus", "query", "SELECT topc FROM dialogues"], 2, "no column 'topc' (did you mean 'topic'?)"),
        (["corpus", "log", "--corpus", "nowhere"], 5, "nowhere: there is no such directory"),
        (["trace", "nobody"], 2, "no version holds a dialogue 'nobody'"),
    ],
)
def test_mistakes_are_told(corpus: Dialoom, arguments: list[str], code: int, said: str) -> None:
    ended = corpus(*arguments)
    assert ended.code == code
    assert said in ended.err


def test_nothing_that_matches_is_no_version(corpus: Dialoom) -> None:
    before = corpus("corpus", "log", "--json").json
    assert "nothing was removed" in corpus("corpus", "remove", "--run", "it's nobody's").out
    assert corpus("corpus", "log", "--json").json == before
