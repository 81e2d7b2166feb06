"""`compare` asks in both orders; `tagger` files a record under a taxonomy."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

import dialoom
from dialoom.errors import RecipeError
from dialoom.graph.check import check
from tests.models.scripted import Body, Scripted
from tests.nodes.running import recipe, run

ROWS = [{"one": "a good text", "two": "a bad text", "topic": "hens"}]
BOTH = {"first": "{{ one }}", "second": "{{ two }}", "task": "Write on {{ topic }}."}


def better(which: str) -> str:
    return json.dumps({"explanation": "because", "better": which})


def by_text(body: Body) -> str:
    return better("A" if "## A\na good" in body["messages"][-1]["content"] else "B")


def test_the_better_one_wins_in_both_orders(tmp_path: Path) -> None:
    rules = ["pick.winner = 'first' and pick.consistent and pick.preference > 0.9"]
    with Scripted(by_text) as server:
        made = recipe(server.url, ROWS, quality={"rules": rules}).add("pick", "compare", **BOTH)
        tags = run(made, tmp_path).only.tags
        orders = [prompt[prompt.index("## A") :] for prompt in server.prompts]
    assert sorted(orders) == ["## A\na bad text\n\n## B\na good text", "## A\na good text\n\n## B\na bad text"]
    assert "## Task\nWrite on hens." in server.prompts[0]
    assert tags["pick"] == {"winner": "first", "preference": 1.0, "consistent": True}
    assert tags["judged"]["pick"]["comparisons"][0]["position"] is None


def test_a_judge_that_goes_by_position_makes_a_tie_and_is_found_out(tmp_path: Path) -> None:
    with Scripted(lambda body: better("A")) as server:
        tags = run(recipe(server.url, ROWS).add("pick", "compare", **BOTH), tmp_path).only.tags
    assert tags["pick"] == {"winner": "tie", "preference": 0.5, "consistent": False}
    assert tags["judged"]["pick"]["comparisons"][0]["position"] == "A"


def test_the_preference_goes_by_token_probabilities(tmp_path: Path) -> None:
    def answer(body: Body) -> dict[str, Any]:
        text = by_text(body)
        start, chosen = text[: -len('A"}')], text[-3]
        other = {"A": "B", "B": "A"}[chosen]
        likely = [{"token": each, "logprob": math.log(p)} for each, p in ((chosen, 0.75), (other, 0.25))]
        told = [
            {"token": start, "top_logprobs": []},
            {"token": chosen, "top_logprobs": likely},
            {"token": '"}', "top_logprobs": []},
        ]
        return {"message": {"content": text}, "logprobs": {"content": told}}

    with Scripted(answer) as server:
        tags = run(recipe(server.url, ROWS).add("pick", "compare", **BOTH), tmp_path).only.tags
    assert tags["pick"] == {"winner": "first", "preference": 0.75, "consistent": True}


def test_two_judges_and_one_that_cannot_be_used(tmp_path: Path) -> None:
    with Scripted(by_text) as one, Scripted(lambda body: "what?") as other:
        made = dialoom.Recipe("test", models={"a": one.url, "b": other.url}, source=ROWS)
        made.add("pick", "compare", model=["a", "b"], tries=1, **BOTH)
        outcome = run(made, tmp_path)
    assert outcome.only.tags["pick"]["winner"] == "first"
    assert outcome.events("a judge could not be used")
    with Scripted(lambda body: "what?") as other:
        outcome = run(recipe(other.url, ROWS).add("pick", "compare", tries=1, **BOTH), tmp_path)
    assert outcome.reasons[0].startswith("writer: no answer fitted the schema in 1 tries")


def test_nothing_is_compared_with_nothing(tmp_path: Path) -> None:
    with Scripted(by_text) as server:
        made = recipe(server.url, [{"one": "x", "two": ""}]).add("pick", "compare", **BOTH | {"task": None})
        outcome = run(made, tmp_path)
    assert outcome.reasons == ["'second' is empty, and there is nothing to compare"]


def filed(body: Body) -> str:
    form = body["response_format"]["json_schema"]["schema"]["properties"]
    said: dict[str, Any] = {"explanation": "why", "category": form["category"]["enum"][0]}
    if "subcategory" in form:
        said["subcategory"] = form["subcategory"]["enum"][0]
    if "tags" in form:
        said["tags"] = ["SQL-Help", "sql help", "Data"]
    return json.dumps(said)


def test_a_record_is_filed_and_then_judged_by_the_rubric_of_its_category(tmp_path: Path) -> None:
    talk = {"turns": [{"speaker": "user", "text": "Sort a list."}, {"speaker": "assistant", "text": "sorted(x)"}]}

    def answer(body: Body) -> str:
        form = body["response_format"]["json_schema"]["schema"]["properties"]
        if "category" in form:
            return filed(body)
        return json.dumps({name: {"explanation": "", "score": 5} for name in form})

    quality = {
        "rules": ["taxonomy.category = 'coding'", "list_contains(taxonomy.tags, 'data')"],
        "judge": {"rubric": "auto"},
    }
    with Scripted(answer) as server:
        made = recipe(server.url, [{"dialogue": talk}], quality=quality).add("taxonomy", "tagger", tags_at_most=3)
        tags = run(made, tmp_path).only.tags
        assert server.prompts[0] == "user: Sort a list.\nassistant: sorted(x)"
        assert "- coding: Writing" in server.bodies[0]["messages"][0]["content"]
        assert server.bodies[0]["temperature"] == 0
    assert tags["taxonomy"] == {"category": "coding", "subcategory": None, "tags": ["sql help", "data"]}
    assert tags["judged"]["taxonomy"] == {"explanation": "why", "tags_as_said": ["SQL-Help", "sql help", "Data"]}
    assert tags["judge"]["rubric"] == "coding"


def test_a_taxonomy_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "kinds.yaml").write_text("bird: {about: flies, subcategories: {hen: lays}}\nfish: swims\n")
    rows = [{"note": "clucks"}]
    with Scripted(filed) as server:
        made = recipe(server.url, rows).add("kind", "tagger", taxonomy=tmp_path / "kinds.yaml", tags_at_most=0)
        tags = run(made, tmp_path).only.tags
        assert server.prompts == ["note: clucks"]
    assert tags["kind"] == {"category": "bird", "subcategory": "hen", "tags": []}
    (tmp_path / "kinds.yaml").write_text("bird: flies\nfish: [swims]\n")
    with pytest.raises(RecipeError, match=r"nodes\.kind\.taxonomy: .*kinds\.yaml:2, fish"):
        check(recipe("http://127.0.0.1:9/v1", rows).add("kind", "tagger", taxonomy=tmp_path / "kinds.yaml"))
    with pytest.raises(RecipeError, match=r"nodes\.kind\.taxonomy: a taxonomy needs two categories"):
        check(recipe("http://127.0.0.1:9/v1", rows).add("kind", "tagger", taxonomy={"bird": "flies"}))
