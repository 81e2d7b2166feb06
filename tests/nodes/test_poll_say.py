"""`poll`: several models asked the same; `say`: a dialogue of texts; a model that is drawn for each record."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import dialoom
from dialoom.dialogue import pairs_of
from dialoom.errors import RecipeError
from dialoom.graph.check import check
from tests.models.scripted import Scripted
from tests.nodes.running import Outcome, recipe, run


def by_model(body: dict[str, Any]) -> str:
    return f"{body['model']} says {len(body['messages'])}"


def two(server: Scripted, **fields: Any) -> dialoom.Recipe:
    made = recipe(f"{server.url}#writer", **fields)
    for name in ("one", "two"):
        made.models[name] = recipe(f"{server.url}#{name}").models["writer"]
    return made


def test_each_model_answers_the_same_prompt(tmp_path: Path) -> None:
    with Scripted(by_model) as server:
        made = two(server).add("answers", "poll", model=["one", "two"], prompt="About {{ topic }}", temperature=0.3)
        made.add("note", "generate", prompt="Compare {{ answers.one }} and {{ answers.two }}")
        outcome = run(made, tmp_path)
        asked = [body for body in server.bodies if body["model"] != "writer"]
    assert outcome.only.fields["answers"] == {"one": "one says 1", "two": "two says 1"}
    assert [body["messages"][0]["content"] for body in asked] == ["About lost luggage"] * 2
    assert {body["temperature"] for body in asked} == {0.3}
    assert len(outcome.only.lineage.calls) == 3


def test_answers_with_a_schema_and_the_check_of_their_names(tmp_path: Path) -> None:
    with Scripted(lambda body: f'{{"points": {len(body["model"])}}}') as server:
        made = two(server).add("marks", "poll", model=["one", "two"], prompt="x", schema={"points": "integer"})
        made.add("more", "generate", prompt="{{ marks.one.points }}{{ marks.two.points }}")
        assert run(made, tmp_path).only.fields["marks"] == {"one": {"points": 3}, "two": {"points": 3}}
        wrong = two(server).add("marks", "poll", model=["one", "two"], prompt="x")
        wrong.add("more", "generate", prompt="{{ marks.three }}")
        with pytest.raises(RecipeError, match="there is no 'three' in it"):
            check(wrong)


def test_one_that_cannot_answer_costs_the_record_or_is_left_out(tmp_path: Path) -> None:
    def answer(body: dict[str, Any]) -> str | tuple[int, str]:
        return (400, "too long a question") if body["model"] == "two" else "fine"

    with Scripted(answer) as server:
        made = two(server).add("answers", "poll", model=["one", "two"], prompt="x")
        assert "two: 400 too long a question" in run(made, tmp_path).reasons[0]
        made = two(server).add("answers", "poll", model=["one", "two"], prompt="x", at_least=1)
        outcome = run(made, tmp_path)
    assert outcome.only.fields["answers"] == {"one": "fine"}
    assert outcome.events("a model could not answer")[0]["model"] == "two"


def test_a_pair_of_what_several_models_said(tmp_path: Path) -> None:
    with Scripted(lambda body: "Yes." if body["model"] == "one" else "Yes, at the desk in hall two.") as server:
        made = two(server, source=[{"prompt": "Is there a desk?"}])
        made.add("answers", "poll", model=["one", "two"], prompt="{{ prompt }}")
        made.add("pair", "pair", to="prompt", among=["answers"], score="metrics.words")
        (pair,) = pairs_of(run(made, tmp_path).only)
    assert (pair.chosen[0].text, pair.rejected[0].text) == ("Yes, at the desk in hall two.", "Yes.")
    assert pair.provenance["chosen"]["model"] == "two"


def test_a_dialogue_of_texts(tmp_path: Path) -> None:
    source = [{"question": "Where?", "answer": "There.", "aside": ""}]
    turns = [{"User": "{{ question }}"}, {"Assistant": "{{ answer }}"}, {"User": "{{ aside }}"}]
    made = recipe(source=source).add("dialogue", "say", turns=turns)
    made.add("longer", "say", following="dialogue", turns=[{"User": "Thanks."}], into="dialogue")
    outcome = run(made, tmp_path)
    assert outcome.only.script() == "User: Where?\nAssistant: There.\nUser: Thanks."
    empty = recipe(source=source).add("dialogue", "say", turns=[{"User": "{{ aside }}"}])
    assert "no turn" in run(empty, tmp_path).reasons[0]
    with pytest.raises(RecipeError, match="a turn is a speaker"):
        recipe(source=source).add("dialogue", "say", turns=[{"User": "a", "Assistant": "b"}])


def drawn(server: Scripted, **fields: Any) -> dialoom.Recipe:
    made = two(server, source={"rows": [{"topic": "rain"}], "repeat": 40}, **fields)
    made.add("text", "generate", model={"one": 3, "two": 1}, prompt="{{ topic }}")
    return made.add("more", "generate", model={"one": 3, "two": 1}, prompt="{{ model }}: {{ text }}")


def told(outcome: Outcome) -> list[str]:
    return [str(dialogue.fields["model"]) for dialogue in outcome.kept]


def test_a_model_is_drawn_for_each_record_by_weight_and_told(tmp_path: Path) -> None:
    with Scripted(by_model) as server:
        outcome = run(drawn(server), tmp_path)
        asked = [(body["model"], body["messages"][0]["content"]) for body in server.bodies]
        again = run(drawn(server), tmp_path)
        other = run(drawn(server, seed=5), tmp_path)
    shares = Counter(told(outcome))
    assert 27 <= shares["one"] <= 33
    assert shares["two"] == 40 - shares["one"]
    for dialogue in outcome.kept:
        # The second node goes on with the model that was drawn for the first.
        assert dialogue.fields["text"].startswith(dialogue.fields["model"])
        assert dialogue.fields["more"].startswith(dialogue.fields["model"])
    assert all(text.startswith(model) for model, text in asked if ":" in text)
    table = dialoom.Corpus.open(outcome.report.corpus).query(
        "SELECT fields->>'model' AS model, count(*) AS n FROM dialogues GROUP BY 1"
    )
    assert {row["model"]: row["n"] for row in table.to_pylist()} == shares
    assert told(again) == told(outcome)
    assert told(other) != told(outcome)


def test_a_source_may_name_the_model(tmp_path: Path) -> None:
    rows = [{"topic": "rain", "model": name} for name in ("one", "two", "two")]
    with Scripted(by_model) as server:
        made = two(server, source=rows).add("text", "generate", model={"one": 1, "two": 1}, prompt="{{ topic }}")
        outcome = run(made, tmp_path)
        assert told(outcome) == ["one", "two", "two"]
        cars = two(server, source=[{"topic": "x", "model": "Beetle"}])
        cars.add("text", "generate", model={"one": 1, "two": 1}, prompt="{{ topic }}")
        assert "'Beetle'" in run(cars, tmp_path).reasons[0]


def test_what_is_wrong_with_weights_is_known_before(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="weights must be numbers"):
        recipe("embedded").add("text", "generate", model={"one": "much"}, prompt="x")
    made = recipe("http://127.0.0.1:9/v1").add("text", "generate", model={"writer": 1, "witer": 1}, prompt="x")
    with pytest.raises(RecipeError, match="no model is called 'witer'"):
        check(made)
    one = recipe("http://127.0.0.1:9/v1").add("text", "generate", model={"writer": 1, "other": 1}, prompt="x")
    two = recipe("http://127.0.0.1:9/v1").add("text", "generate", model={"writer": 1, "other": 2}, prompt="x")
    assert one.content_hash() != two.content_hash()
