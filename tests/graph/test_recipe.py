"""Recipes in Python and from YAML, and what their hash covers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dialoom.errors import RecipeError
from dialoom.graph.parse_recipe import load_recipe
from dialoom.graph.recipe import Recipe
from tests.graph.written import write

TEXT = """recipe: calls
about: Calls.
seed: 3
models:
  writer: {url: "http://127.0.0.1:9/v1", model: m, concurrency: 4}
  other: embedded
source: [{topic: lost luggage}]
nodes:
  mood: {kind: sample, fields: {mood: {calm: 2, cross: 1}}}
  text:
    kind: generate
    prompt: "Write about {{ topic }}."
    params: {top_p: 0.9}
    examples: {file: shown.jsonl, take: 1}
  tidy: {kind: function, call: "steps.py:tidy", next: {if: "text == ''", to: reject}}
  dialogue: {kind: converse, speakers: [Ann, Ben], turns: 4..6}
quality: {rules: [turns >= 4]}
"""
SHOWN = '{"topic": "a", "text": "b"}\n'
STEPS = "def tidy(text): return text.strip()\n"


def recipe(folder: Path, text: str = TEXT, shown: str = SHOWN, steps: str = STEPS) -> Recipe:
    folder.mkdir(exist_ok=True)
    (folder / "shown.jsonl").write_text(shown)
    (folder / "steps.py").write_text(steps)
    return load_recipe(write(folder, text))


def test_built_in_python_it_is_the_same(tmp_path: Path) -> None:
    written = recipe(tmp_path)
    built = Recipe(
        "calls",
        seed=3,
        models={"writer": {"url": "http://127.0.0.1:9/v1", "model": "m"}},
        source=[{"topic": "lost luggage"}],
        quality={"rules": ["turns >= 4"]},
    )
    built.add("mood", "sample", fields={"mood": {"calm": 2, "cross": 1}})
    built.add(
        "text",
        "generate",
        prompt="Write about {{ topic }}.",
        params={"top_p": 0.9},
        examples={"file": "shown.jsonl", "take": 1},
    )
    built.add("tidy", "function", call="steps.py:tidy", next={"if": "text == ''", "to": "reject"})
    built.add("dialogue", "converse", speakers=["Ann", "Ben"], turns="4..6")
    assert built.located(built.lines, tmp_path).content_hash() == written.content_hash()


CHANGES: list[tuple[str, str, bool]] = [
    ("recipe: calls", "recipe: talks", True),
    ("seed: 3", "seed: 4", True),
    ("Write about", "Talk about", True),
    ("top_p: 0.9", "top_p: 0.8", True),
    ("take: 1", "take: 0", True),
    ("calm: 2, cross: 1", "cross: 1, calm: 2", True),
    ("4..6", "4..7", True),
    ("turns >= 4", "turns >= 5", True),
    ("to: reject", "to: end", True),
    ("model: m", "model: n", True),
    ("model: m", "model: m, params: {temperature: 1}", True),
    ("model: m", "model: m, structured: prompt", True),
    ("[Ann, Ben]", "[Ben, Ann]", True),
    ("  mood: {kind: sample, fields: {mood: {calm: 2, cross: 1}}}\n", "", True),
    ("about: Calls.", "about: Other calls.", False),
    ("lost luggage}", "seat upgrade}", False),
    ("concurrency: 4", "concurrency: 40", False),
    ("model: m", "model: m, price: {input: 1}, timeout: 3, tries: 2, key: K", False),
    ("  other: embedded\n", "", False),
    ("quality:", "corpus: elsewhere\nquality:", False),
    ("  text:\n", "  # a remark\n  text:\n", False),
]


@pytest.mark.parametrize(("old", "new", "alters"), CHANGES)
def test_the_hash_changes_with_what_alters_a_record(tmp_path: Path, old: str, new: str, alters: bool) -> None:
    assert old in TEXT
    before = recipe(tmp_path).content_hash()
    assert recipe(tmp_path).content_hash() == before
    assert (recipe(tmp_path, TEXT.replace(old, new)).content_hash() != before) is alters


def test_the_hash_covers_files(tmp_path: Path) -> None:
    before = recipe(tmp_path).content_hash()
    assert recipe(tmp_path, shown=SHOWN.replace("b", "c")).content_hash() != before
    assert recipe(tmp_path, steps=STEPS.replace("strip", "lstrip")).content_hash() != before
    assert recipe(tmp_path / "moved").content_hash() == before


def test_a_model_under_a_name_of_its_own_may_move(tmp_path: Path) -> None:
    text = TEXT.replace("model: m", "model: m, same_as: mine")
    before = recipe(tmp_path, text).content_hash()
    assert recipe(tmp_path, text.replace("127.0.0.1:9", "10.0.0.9:8000")).content_hash() == before
    assert recipe(tmp_path, text.replace("mine", "yours")).content_hash() != before


def test_the_hash_covers_functions_given_in_python() -> None:
    def build(function: Callable[..., str]) -> str:
        return Recipe("r", source=[{"a": 1}]).add("f", "function", call=function).content_hash()

    def one(a: int) -> str:
        return "one"

    other: Callable[..., str] = lambda a: "two"  # noqa: E731
    assert build(one) == build(one)
    assert build(one) != build(other)


def test_wrong_nodes_in_python() -> None:
    built = Recipe("r", source=[{"a": 1}])
    with pytest.raises(RecipeError, match="did you mean 'generate'"):
        built.add("a", "generat")
    with pytest.raises(RecipeError, match="unknown field 'promt'"):
        built.add("a", "generate", promt="x")
    built.add("a", "plan")
    with pytest.raises(RecipeError, match=r"nodes.a: there is a node of that name"):
        built.add("a", "plan")
    with pytest.raises(RecipeError, match=r"models\.w"):
        Recipe("r", models={"w": "opnai:x"}, source=[{"a": 1}])


def test_changes_do_what_editing_does(tmp_path: Path) -> None:
    recipe(tmp_path)
    path = tmp_path / "recipe.yaml"
    for where, value, old, new in (
        ("seed", "4", "seed: 3", "seed: 4"),
        ("nodes.dialogue.turns", "8..9", "4..6", "8..9"),
        ("nodes.text.params.top_p", "0.1", "top_p: 0.9", "top_p: 0.1"),
        ("nodes.text.prompt", "Say: {{ topic }}", "Write about {{ topic }}.", "Say: {{ topic }}"),
        ("quality.rules", "[words > 5]", "turns >= 4", "words > 5"),
    ):
        changed = load_recipe(path, {where: value}).content_hash()
        assert changed == recipe(tmp_path, TEXT.replace(old, new)).content_hash()
        recipe(tmp_path)
    model = load_recipe(path, {"models.writer": "embedded"}).models["writer"]
    assert model.kind == "embedded"
