"""`dialoom preview --model`: the same records by several models, side by side."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Dialoom
from tests.support.fault_server import FaultServer


def test_several_models_side_by_side(recipe: Path, server: FaultServer, dialoom: Dialoom) -> None:
    models = ("--model", f"{server.url}#small", "--model", f"{server.url}#large")
    told = dialoom("preview", recipe, "-n", "2", *models, "--json").json["models"]
    assert [look["model"] for look in told] == [f"{server.url}#small", f"{server.url}#large"]
    answers = []
    for look in told:
        assert len(look["records"]) == 2
        steps = look["records"][0]["steps"]
        assert [step["node"] for step in steps] == ["subtopic[0]", "dialogue"]
        answers.append(steps[0]["calls"][0]["answer"])
        assert all(node["model"] == "writer" for node in look["run"]["nodes"])
        assert look["run"]["models"]["writer"].endswith(look["model"].partition("#")[2])
    assert answers[0] != answers[1]
    shown = dialoom("preview", recipe, *models)
    assert shown.code == 0, shown.err
    assert shown.out.count("situations about lost luggage") == 1, "a prompt that is the same for all is shown once"
    assert "#small" in shown.out
    assert "#large" in shown.out


def test_one_model_in_place_of_one_of_the_recipes(recipe: Path, server: FaultServer, dialoom: Dialoom) -> None:
    (record,) = dialoom("preview", recipe, "--model", f"writer={server.url}#other", "--json").json["records"]
    assert record["state"] == "kept"
    wrong = dialoom("preview", recipe, "--model", "opanai:x", "--model", server.url)
    assert wrong.code == 2
    assert "did you mean 'openai'?" in wrong.err


def test_answers_are_kept_apart_by_model(recipe: Path, server: FaultServer, dialoom: Dialoom, tmp_path: Path) -> None:
    models = ("--model", f"{server.url}#small", "--model", f"{server.url}#large")
    assert dialoom("preview", recipe, *models, "--out", "kept").code == 0
    assert sorted(path.name for path in (tmp_path / "kept").iterdir()) == ["model-1", "model-2"]


def test_one_that_is_down_does_not_hide_the_others(recipe: Path, server: FaultServer, dialoom: Dialoom) -> None:
    models = ("--model", "http://127.0.0.1:9/v1", "--model", f"{server.url}#large")
    ended = dialoom("preview", recipe, *models, "--json")
    assert ended.code != 0
    down, up = ended.json["models"]
    assert down["records"] == []
    assert up["records"][0]["state"] == "kept"


def test_calls_of_a_loop_stand_with_their_visits(server: FaultServer, tmp_path: Path, dialoom: Dialoom) -> None:
    recipe = tmp_path / "loop.yaml"
    recipe.write_text(
        f"recipe: loop\nmodels: {{writer: {server.url}}}\nsource: [{{topic: rain}}]\nnodes:\n"
        "  draft: {kind: generate, visits: 2, prompt: 'Draft of {{ topic }} {{ said | default }}'}\n"
        "  said: {kind: generate, visits: 2, prompt: 'What of {{ draft }}', next: [{if: true, to: draft}, end]}\n"
    )
    (record,) = dialoom("preview", recipe, "--json").json["records"]
    steps = [
        (step["node"], [call["messages"][-1]["content"][:8] for call in step["calls"]]) for step in record["steps"]
    ]
    assert steps == [("draft", ["Draft of"]), ("said", ["What of "])] * 2
