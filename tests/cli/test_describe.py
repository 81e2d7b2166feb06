"""The commands that call no model: init, check, plan, nodes, models, schema."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from jsonschema import Draft202012Validator

from dialoom.cli._recipe import shipped
from dialoom.graph.kinds import KINDS
from dialoom.graph.schema_file import recipe_schema
from dialoom.yaml_file import read_yaml
from tests.cli.conftest import Dialoom


def test_init_writes_a_recipe_that_checks(tmp_path: Path, dialoom: Dialoom) -> None:
    ended = dialoom("init", "mine")
    assert ended.code == 0, ended.err
    assert "dialoom run mine/diasynth.yaml" in ended.out
    checked = dialoom("check", "mine/diasynth.yaml", "--set", "models.writer=http://127.0.0.1:9/v1")
    assert checked.code == 0, checked.err


def test_init_overwrites_only_when_forced(tmp_path: Path, dialoom: Dialoom) -> None:
    dialoom("init", "mine")
    recipe = tmp_path / "mine" / "diasynth.yaml"
    as_shipped = recipe.read_bytes()
    assert dialoom("init", "mine").code == 0, "what is there unchanged is no obstacle"
    recipe.write_text("recipe: my own")
    refused = dialoom("init", "mine")
    assert refused.code == 5
    assert "diasynth.yaml" in refused.err
    assert "--force" in refused.err
    assert recipe.read_text() == "recipe: my own"
    assert dialoom("init", "mine", "--force").code == 0
    assert recipe.read_bytes() == as_shipped


def test_init_lists_and_suggests(dialoom: Dialoom) -> None:
    assert "diasynth" in dialoom("init", "--list").out
    wrong = dialoom("init", "--recipe", "diasinth")
    assert wrong.code == 3
    assert "did you mean 'diasynth'?" in wrong.err


def test_check_shows_the_graph(recipe: Path, dialoom: Dialoom) -> None:
    ended = dialoom("check", recipe)
    assert ended.code == 0
    assert ended.out.startswith("OK: calls, 2 seed records")
    line = next(line for line in ended.out.splitlines() if line.strip().startswith("subtopic"))
    assert line.split() == ["subtopic", "expand", "writer", "subtopic", "dialogue"]


def test_check_as_json(recipe: Path, dialoom: Dialoom) -> None:
    good = dialoom("check", recipe, "--json").json
    assert good["ok"] is True
    assert [node["name"] for node in good["nodes"]] == ["subtopic", "dialogue"]
    bad = dialoom("check", recipe, "--set", "nodes.subtopic.cuont=3", "--json")
    assert bad.code == 2
    (problem,) = bad.json["problems"]
    assert problem["field"] == "nodes.subtopic.cuont"
    assert problem["remedy"] == "did you mean 'count'?"


def test_a_shipped_recipe_goes_by_its_name(dialoom: Dialoom) -> None:
    ended = dialoom("check", "diasynth", "--set", "models.writer=http://127.0.0.1:9/v1")
    assert ended.code == 0, ended.err


def test_plan_counts(recipe: Path, dialoom: Dialoom) -> None:
    ended = dialoom("plan", recipe)
    assert ended.code == 0
    assert "Nothing was called." in ended.out
    planned = dialoom("plan", recipe, "--limit", "1", "--json").json
    assert (planned["seeds"], planned["records"]) == (1, 2)
    assert planned["least_calls"] == 3


def test_plan_tells_money_where_prices_are_given(recipe: Path, dialoom: Dialoom) -> None:
    recipe.write_text(
        recipe.read_text().replace("  writer: http", "  writer:\n    price: {input: 1, output: 2}\n    url: http")
    )
    ended = dialoom("plan", recipe)
    assert ended.code == 0, ended.err
    assert "at most 0.00" in ended.out


def test_nodes_tells_kinds_and_fields(dialoom: Dialoom) -> None:
    # A default prompt that was used before in this process must be no obstacle.
    KINDS.load("converse").model_fields["prompt"].default.render({"speakers": [], "turns": 2})
    assert "combine" in dialoom("nodes").out
    shown = dialoom("nodes", "combine").out
    assert "from" in shown
    assert "needed" in shown
    fields = {field["name"]: field for field in dialoom("nodes", "converse", "--json").json["converse"]["fields"]}
    assert fields["turns"]["default"] == "6..12"
    assert fields["mode"]["type"] == "script or agents or writer"
    wrong = dialoom("nodes", "convers")
    assert wrong.code == 2
    assert "did you mean 'converse'?" in wrong.err


def test_models_tells_what_is_there(dialoom: Dialoom) -> None:
    assert "openai:MODEL" in dialoom("models").out
    found = dialoom("models", "--json").json
    assert found["embedded"]["file"].endswith(".gguf")


def test_schema_is_valid_and_tells_recipes_from_typos(recipe: Path, tmp_path: Path, dialoom: Dialoom) -> None:
    assert dialoom("schema", "--out", "recipe.json").code == 0
    assert dialoom("schema", "--out", "recipe.json").code == 5, "never overwritten without --force"
    schema = orjson.loads((tmp_path / "recipe.json").read_bytes())
    assert schema == dialoom("schema").json
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    for path in (recipe, *shipped().values()):
        assert not list(validator.iter_errors(read_yaml(path)[0])), path


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("nodes", "subtopic", "cuont"), 3),
        (("nodes", "subtopic", "kind"), "expnad"),
        (("nodes", "subtopic", "count"), "three"),
        (("qualty",), {"rules": []}),
        (("quality", "rule"), []),
        (("models", "writer"), 5),
    ],
)
def test_the_schema_refuses_a_slip(recipe: Path, where: tuple[str, ...], value: object) -> None:
    content = read_yaml(recipe)[0]
    inner = content
    for key in where[:-1]:
        inner = inner[key]
    inner[where[-1]] = value
    assert list(Draft202012Validator(recipe_schema()).iter_errors(content))


def test_the_schema_takes_short_forms() -> None:
    content = {
        "recipe": "short",
        "models": {"a": "embedded", "b": {"from": "openai:gpt", "price": {"input": 1}}, "c": {"url": "http://x/v1"}},
        "source": "rows.csv",
        "nodes": {
            "plan": {"kind": "plan", "reason": "all", "next": "talk"},
            "list": {"kind": "expand", "unlike": 0.5, "prompt": "x", "examples": [{"list": "a"}]},
            "talk": {"kind": "converse", "turns": 6, "next": [{"if": "visits < 3", "to": "plan"}, "end"]},
        },
    }
    assert not list(Draft202012Validator(recipe_schema()).iter_errors(content))
