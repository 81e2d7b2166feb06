"""What is held out is refused as a source and as examples, under any name, in any form."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from dialoom.corpus import Corpus
from dialoom.corpus.importing import Importer
from dialoom.corpus.splits import split, write_split
from dialoom.dialogue.formats import FORMATS, read_dialogues
from dialoom.errors import RecipeError
from dialoom.graph.check import check
from dialoom.graph.parse_recipe import load_recipe

RECIPE = """\
recipe: calls
models: {writer: embedded}
source: %s
nodes:
  dialogue: {kind: converse, model: writer, prompt: "A call.", examples: %s}
corpus: %s
%s
"""
SAFE = "{rows: [{topic: a}]}"
SHOWN = "{rows: [{dialogue: {turns: [{speaker: A, text: one}, {speaker: B, text: two}]}}], take: 1}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A corpus of fifty real dialogues, split, with the test set held out."""
    log = tmp_path / "log.jsonl"
    rows = [
        [f"Hello, my parcel number {n} did not arrive.", f"I am sorry, I shall look for number {n}."] for n in range(50)
    ]
    log.write_text(
        "".join(
            json.dumps(
                {
                    "messages": [
                        {"role": role, "content": said} for role, said in zip(("user", "assistant"), row, strict=True)
                    ]
                }
            )
            + "\n"
            for row in rows
        ),
        "utf-8",
    )
    corpus = Corpus.open(tmp_path / "corpus", create=True)
    Importer(corpus, tmp_path / "aside").add(log)
    plan = split(corpus, {"train": 0.8, "test": 0.2}, near=0)
    write_split(corpus, plan, tmp_path / "sets", hold=["test"])
    return tmp_path


def refusals(
    folder: Path, source: str = SAFE, examples: str = SHOWN, corpus: str = "none", more: str = ""
) -> list[str]:
    file = folder / "recipe.yaml"
    file.write_text(RECIPE % (source, examples, corpus, more), "utf-8")
    try:
        check(load_recipe(file))
    except RecipeError as error:
        return [str(problem) for problem in error.problems if "held out" in str(problem)]
    return []


def test_the_training_set_is_welcome(folder: Path) -> None:
    assert not refusals(
        folder, "{file: sets/train.jsonl, format: jsonl}", "{file: sets/train.jsonl, format: jsonl}", "corpus"
    )


@pytest.mark.parametrize("where", ["source", "examples"])
def test_a_held_out_file_is_refused(folder: Path, where: str) -> None:
    told = refusals(folder, **{where: "{file: sets/test.jsonl, format: jsonl}"})
    assert len(told) == 1
    line = 3 if where == "source" else 5
    assert f"recipe.yaml:{line}" in told[0]
    assert "this file is held out as 'test'" in told[0]


def test_a_copy_is_known_by_the_recipes_corpus(folder: Path) -> None:
    shutil.copy(folder / "sets" / "test.jsonl", folder / "mine.jsonl")
    assert not refusals(folder, "{file: mine.jsonl, format: jsonl}")
    assert len(refusals(folder, "{file: mine.jsonl, format: jsonl}", corpus="corpus")) == 1


@pytest.mark.parametrize("named", ["corpus", "sets", "sets/test.jsonl"])
def test_a_recipe_can_name_what_it_must_not_read(folder: Path, named: str) -> None:
    shutil.copy(folder / "sets" / "test.jsonl", folder / "mine.jsonl")
    assert len(refusals(folder, "{file: mine.jsonl, format: jsonl}", more=f"held_out: [{named}]")) == 1


@pytest.mark.parametrize("moved", [False, True])
def test_a_recipe_can_name_the_directory_of_a_run(folder: Path, moved: bool) -> None:
    shutil.copy(folder / "sets" / "test.jsonl", folder / "mine.jsonl")
    run = folder / "run"
    run.mkdir()
    told = {"run": "r", "corpus": "/elsewhere" if moved else str(folder / "corpus")}
    (run / "run.json").write_text(json.dumps(told), "utf-8")
    if moved:
        (folder / "corpus").rename(run / "corpus")
    assert len(refusals(folder, "{file: mine.jsonl, format: jsonl}", more="held_out: [run]")) == 1


@pytest.mark.parametrize(
    ("named", "said"),
    [
        (".", "neither a corpus, a run nor a split in it"),
        ("nowhere", "no such file"),
        ("s3://", "no address of a corpus"),
    ],
)
def test_what_cannot_be_looked_into_is_told(folder: Path, named: str, said: str) -> None:
    file = folder / "recipe.yaml"
    file.write_text(RECIPE % (SAFE, SHOWN, "none", f"held_out: ['{named}']"), "utf-8")
    with pytest.raises(RecipeError, match=rf"recipe\.yaml:7, held_out: it cannot be read: .*{said}"):
        check(load_recipe(file))


@pytest.mark.parametrize("form", ["messages", "dialogsum", "own rows", "one of many"])
def test_a_line_is_known_in_any_form(folder: Path, form: str) -> None:
    held = list(read_dialogues(folder / "sets" / "test.jsonl"))
    mine, format = folder / "mine.jsonl", ""
    if form in ("messages", "dialogsum"):
        write = FORMATS.load(form).write
        assert write is not None
        write(held, mine)
    elif form == "own rows":
        rows = [
            {"id": n, "talk": "\n".join(f"{turn.speaker}: {turn.text}" for turn in one.turns)}
            for n, one in enumerate(held)
        ]
        mine.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    else:
        mine.write_text(f'{{"topic": "a"}}\n{held[0].to_json()}\n', "utf-8")
    told = refusals(folder, f"{{file: mine.jsonl{format}}}", corpus="corpus")
    assert len(told) == 1
    assert f"row {2 if form == 'one of many' else 1} is a dialogue that is held out as 'test'" in told[0]


def test_rows_in_the_recipe_are_looked_at_too(folder: Path) -> None:
    held = next(iter(read_dialogues(folder / "sets" / "test.jsonl")))
    shown = json.dumps(
        {"rows": [{"dialogue": {"turns": [{"speaker": t.speaker, "text": t.text} for t in held.turns]}}], "take": 1}
    )
    assert len(refusals(folder, examples=shown, corpus="corpus")) == 1


def test_a_manifest_of_another_program_is_no_matter(folder: Path) -> None:
    (folder / "manifest.json").write_text('{"name": "an app"}', "utf-8")
    (folder / "mine.jsonl").write_text('{"topic": "a"}\n', "utf-8")
    assert not refusals(folder, "{file: mine.jsonl}")
