"""The card and the data set: true numbers, a header that tools read, nothing of a model's text taken for markup."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pyarrow.parquet as pq
import pytest
from ruamel.yaml import YAML

from dialoom.corpus import Corpus
from dialoom.corpus.card import About, write_card, write_dataset
from dialoom.corpus.decisions import decide
from dialoom.corpus.held_out import hold_out, text_key
from dialoom.corpus.splits import split, write_split
from dialoom.dialogue import Dialogue, Turn
from dialoom.dialogue.formats import read_dialogues
from dialoom.errors import DataError, StorageError
from tests.corpus.hub import Hub
from tests.corpus.splits.making import corpus, dialogue, many

ABOUT = About("Bank calls", licence="cc-by-4.0", summary="Calls to a bank.", limits=("One bank only.",))


@pytest.fixture
def made(tmp_path: Path) -> Corpus:
    rows = [
        *many(30, intents=["pay", "lose"]),
        *many(50, seed=1, intents=["lose"], provenance="synthetic"),
        dialogue("nasty", "hello | there\n[EMAIL_1]", intent="<b>x</b> | y"),
    ]
    for row in rows:
        row.topic = "cards & *more* | such" if row.id.endswith("7") else "loans"
    made = corpus(tmp_path / "corpus", rows)
    made.add(
        "runs",
        [{"run": "r", "recipe": "calls", "recipe_hash": "h", "text": "recipe: calls\nmodels:\n  writer: embedded\n"}],
    )
    made.add(
        "rejects",
        [
            {"run": "r", "id": str(n), "state": "rejected", "node": "quality", "reasons": ["turns >= 4: turns is 2"]}
            for n in range(3)
        ],
    )
    decide(made, "lose", "synthesise", why="rare | risky", who="Ana")
    return made


def header(readme: Path) -> Any:
    return YAML(typ="safe").load(readme.read_text("utf-8").split("---\n")[1])


def test_the_card_tells_what_there_is(made: Corpus, tmp_path: Path) -> None:
    readme = write_card(made, tmp_path / "card", ABOUT)
    text = readme.read_text("utf-8")
    told = header(readme)
    assert told["license"] == "cc-by-4.0"
    assert told["size_categories"] == ["n<1K"]
    assert told["language_creators"] == ["found", "machine-generated"]
    assert told["task_categories"] == ["text-generation", "text-classification"]
    assert "configs" not in told
    assert "| real | 31 | 62 | 2.0 |" in text
    assert "| synthetic | 50 | 100 | 2.0 |" in text
    assert r"| rejected | quality | turns \>= 4 | 3 |" in text
    assert r"| lose | synthesise | rare \| risky | Ana |" in text
    assert "81 dialogues, content hash" in text
    assert "1 dialogues hold placeholders" in text
    assert "One bank only." in text
    assert "### Version 2:" in text
    assert "\n\n| " in text
    for name in ("turns", "words", "topics", "intents"):
        drawn = ElementTree.fromstring((tmp_path / "card" / "assets" / f"{name}.svg").read_text("utf-8"))
        assert drawn.tag.endswith("svg")
        assert f"(assets/{name}.svg)" in text


def test_a_card_shows_recipes_and_models(made: Corpus, tmp_path: Path) -> None:
    row = dialogue("own", "text of its own", provenance="synthetic")
    row.lineage.recipe, row.lineage.recipe_hash = "calls", "h"
    made.append([row], run="r", batch="1")
    text = write_card(made, tmp_path / "card", ABOUT).read_text("utf-8")
    assert "`writer: embedded`" in text
    assert "```yaml\nrecipe: calls" in text


def test_a_card_of_recipes_without_models_says_so(tmp_path: Path) -> None:
    corpus = Corpus.open(tmp_path / "c", create=True)
    row = dialogue("own", "text of its own", provenance="synthetic")
    row.lineage.recipe, row.lineage.recipe_hash = "calls", "h"
    corpus.append([row], run="r", batch="0")
    corpus.add("runs", [{"run": "r", "recipe": "calls", "recipe_hash": "h", "text": "recipe: calls\nmodels: {}\n"}])
    text = write_card(corpus, tmp_path / "card", ABOUT).read_text("utf-8")
    assert "ask no model" in text
    assert "by the names" not in text


def test_a_folder_is_a_data_set(made: Corpus, tmp_path: Path) -> None:
    held = next(iter(made.dialogues(where="id = '0-4'")))
    hold_out(made, "test", texts={text_key(held.text()): held.id})
    splits = write_dataset(made, tmp_path / "set", ABOUT)
    assert [(one.name, one.rows) for one in splits] == [("train", 80), ("test", 1)]
    files = header(tmp_path / "set" / "README.md")["configs"][0]["data_files"]
    assert files[0] == {"split": "train", "path": ["data/train-00000-of-00001.parquet"]}
    rows = pq.read_table(tmp_path / "set" / files[1]["path"][0]).to_pylist()
    assert [row["id"] for row in rows] == ["0-4"]
    said = [(turn["speaker"], turn["text"], turn["intent"]) for turn in rows[0]["turns"]]
    assert said == [(turn.speaker, turn.text, turn.intent) for turn in held.turns]
    with pytest.raises(StorageError, match="something here already"):
        write_dataset(made, tmp_path / "set", ABOUT)
    write_dataset(made, tmp_path / "set", ABOUT, force=True)
    read = {one.id: one for one in read_dialogues(tmp_path / "set")}
    assert read.pop("0-4").fields["split"] == "test"
    assert read == {one.id: one for one in made.dialogues() if one.id != "0-4"}


def test_splits_become_splits(made: Corpus, tmp_path: Path) -> None:
    plan = split(made, {"train": 0.8, "test": 0.2})
    write_split(made, plan, tmp_path / "sets")
    splits = write_dataset(made, tmp_path / "set", ABOUT, sets=tmp_path / "sets")
    assert {one.name for one in splits} == {"train", "test_real", "test_synthetic"}
    assert sum(one.rows for one in splits) == sum(map(len, plan.sets.values()))
    write_split(made, plan, tmp_path / "chat", to="messages")
    with pytest.raises(DataError, match="format 'messages', which leaves things out"):
        write_dataset(made, tmp_path / "set2", ABOUT, sets=tmp_path / "chat")
    with pytest.raises(DataError, match="no manifest of a split: no such file"):
        write_dataset(made, tmp_path / "set3", ABOUT, sets=tmp_path)


def test_the_datasets_library_loads_it(made: Corpus, tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets", reason="the package datasets is not installed")
    plan = split(made, {"train": 0.8, "test": 0.2})
    write_split(made, plan, tmp_path / "sets")
    write_dataset(made, tmp_path / "set", ABOUT, sets=tmp_path / "sets")
    loaded = datasets.load_dataset(str(tmp_path / "set"), cache_dir=str(tmp_path / "cache"))
    assert {name: len(rows) for name, rows in loaded.items()} == {
        "train": len(plan.sets["train"]),
        "test_real": sum(row.provenance == "real" for row in plan.sets["test"]),
        "test_synthetic": sum(row.provenance == "synthetic" for row in plan.sets["test"]),
    }
    turn = loaded["train"][0]["turns"][1]
    assert (turn["speaker"], turn["text"]) == ("B", "Thanks.")


def test_an_empty_corpus_is_no_data_set(tmp_path: Path) -> None:
    empty = Corpus.open(tmp_path / "c", create=True)
    with pytest.raises(DataError, match="no dialogues to write"):
        write_dataset(empty, tmp_path / "set", ABOUT)
    empty.append([Dialogue(id="1", turns=[Turn(speaker="A", text="")])], run="r", batch="0")
    assert write_dataset(empty, tmp_path / "set2", ABOUT)[0].rows == 1


def test_a_push_to_a_hub(made: Corpus, tmp_path: Path) -> None:
    pytest.importorskip("huggingface_hub", reason="the extra `hub` is not installed")
    with Hub() as hub:
        environment = os.environ | {"HF_ENDPOINT": hub.url, "HF_TOKEN": "hf_test", "HF_HOME": str(tmp_path)}
        command = [sys.executable, "-m", "dialoom.cli.main", "push", "-c", made.location]
        done = subprocess.run(
            [*command, "hf:acme/calls", "--license", "cc-by-4.0"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert set(hub.files) == {
            "README.md",
            "data/train-00000-of-00001.parquet",
            *(f"assets/{n}.svg" for n in ("turns", "words", "topics", "intents")),
        }
        assert [(each["organization"], each["name"], each["type"]) for each in hub.made] == [
            ("acme", "calls", "dataset")
        ]
        assert json.dumps(hub.said).count("Version") == 1
        hub.refuses = True
        done = subprocess.run([*command, "hf:acme/calls"], env=environment, capture_output=True, text=True, check=False)
        assert (done.returncode, "the hub does not take it" in done.stderr) == (4, True)
