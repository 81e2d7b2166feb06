"""What a run leaves in the corpus, and a dialogue's way from its prompts to the files it is in."""

from __future__ import annotations

import shutil
from pathlib import Path

import orjson
import pytest

from dialoom.corpus import Corpus, changelog, exports_holding, note_export
from dialoom.engine.trace import trace
from dialoom.errors import UsageError
from tests.engine.support import lines, run, weave
from tests.support.fault_server import FaultServer


def test_a_dialogue_is_opened_down_to_its_prompts(tmp_path: Path, server: FaultServer) -> None:
    run(weave(server), tmp_path / "run")
    corpus = Corpus.open(tmp_path / "run/corpus")
    name = next(corpus.ids())
    found = trace(corpus, name)
    assert [call.node for call in found.calls] == ["subtopic", "place", "dialogue"]
    assert [call.key for call in found.calls] == found.dialogue.lineage.calls
    assert not found.lost
    last = found.calls[-1]
    assert "Write a" in last.request["messages"][-1]["content"]
    assert last.request["params"]["seed"] > 0
    assert found.dialogue.turns[0].text in last.text
    assert last.answer["choices"][0]["message"]["content"] == last.text
    assert found.seed == 7
    assert found.rules == ["turns >= 4", "words >= 46"]
    assert found.recipe is not None
    assert "kind: converse" in found.recipe
    assert orjson.loads(orjson.dumps(found.to_json(), default=str))["dialogue"]["id"] == name


def test_a_run_that_was_moved_with_its_corpus_is_traced(tmp_path: Path, server: FaultServer) -> None:
    run(lines(server, 1), tmp_path / "run")
    (tmp_path / "run").rename(tmp_path / "moved")
    corpus = Corpus.open(tmp_path / "moved/corpus")
    found = trace(corpus, next(corpus.ids()))
    assert len(found.calls) == 1
    (tmp_path / "moved/ledger.sqlite").unlink()
    found = trace(corpus, found.dialogue.id)
    assert (found.calls, found.lost) == ([], found.dialogue.lineage.calls)


def test_a_corpus_apart_keeps_the_calls_of_its_dialogues(tmp_path: Path, server: FaultServer) -> None:
    content = weave(server) | {"corpus": str(tmp_path / "shared")}
    run(content, tmp_path / "run")
    corpus = Corpus.open(tmp_path / "shared")
    held = {key for dialogue in corpus.dialogues() for key in dialogue.lineage.calls}
    assert sorted(corpus.read("calls")["key"].to_pylist()) == sorted(held)
    run(content, tmp_path / "run")
    assert corpus.read("calls").num_rows == len(held)
    shutil.rmtree(tmp_path / "run")
    found = trace(corpus, next(corpus.ids()))
    assert [call.node for call in found.calls] == ["subtopic", "place", "dialogue"]


def test_the_rejects_of_a_run_are_in_the_corpus(tmp_path: Path, server: FaultServer) -> None:
    report = run(weave(server), tmp_path / "run")
    corpus = Corpus.open(tmp_path / "run/corpus")
    rows = corpus.query("SELECT state, reasons, record FROM rejects").to_pylist()
    assert len(rows) == report.counts.rejected > 0
    assert {row["state"] for row in rows} == {"rejected"}
    assert all(orjson.loads(row["reasons"]) and orjson.loads(row["record"])["turns"] for row in rows)
    run(weave(server), tmp_path / "run")
    assert corpus.read("rejects").num_rows == len(rows)


def test_a_changed_recipe_is_in_the_changelog(tmp_path: Path, server: FaultServer) -> None:
    content = lines(server, 2)
    run(content, tmp_path / "run")
    content["nodes"]["line"]["prompt"] = "Say something loud about {{ topic }}."
    run(content, tmp_path / "run")
    first, removed, second = changelog(Corpus.open(tmp_path / "run/corpus"))
    assert not first.recipe_diff
    assert removed.after.why == "the recipe has changed"
    assert "+    prompt: Say something loud about {{ topic }}." in second.recipe_diff


def test_passwords_and_long_sources_stay_out_of_the_corpus(tmp_path: Path, server: FaultServer) -> None:
    content = lines(server.url.replace("://", "://user:secret@"), 30)
    run(content, tmp_path / "run")
    (text,) = Corpus.open(tmp_path / "run/corpus").read("runs")["text"].to_pylist()
    assert "secret" not in text
    assert "and 10 more" in text


def test_files_and_versions_that_a_dialogue_is_in(tmp_path: Path, server: FaultServer) -> None:
    run(lines(server, 4), tmp_path / "run")
    corpus = Corpus.open(tmp_path / "run/corpus")
    one, two, *_ = corpus.ids()
    version = corpus.version
    file = tmp_path / "train.jsonl"
    file.write_text("{}")
    note_export(corpus, file, form="jsonl", version=version, where=f"id <> '{two}'")
    removed = corpus.remove(f"id = '{one}'", why="a trial")
    assert [export.file for export in trace(corpus, one).exports] == [str(file)]
    assert exports_holding(corpus, two) == []
    assert exports_holding(corpus, one)[0].rows == 3
    assert trace(corpus, one).stays == ((version, removed.version - 1),)
    assert trace(corpus, two).stays == ((version, None),)
    corpus.restore(version)
    assert trace(corpus, one).stays == ((version, removed.version - 1), (corpus.version, None))
    with pytest.raises(UsageError, match="no version holds a dialogue 'nobody'"):
        trace(corpus, "nobody")
