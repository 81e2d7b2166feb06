"""`generate` and `expand`: texts, typed values, lists whose items differ."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import BaseModel

from dialoom.nodes._listing import read_lines
from tests.models.scripted import Scripted, one_after_other
from tests.nodes.running import recipe, run
from tests.support.fault_server import FaultServer


def test_a_text(tmp_path: Path) -> None:
    with Scripted(lambda body: "  A tale.\n") as server:
        made = recipe(server.url).add(
            "tale", "generate", prompt="About {{ topic }}.", system="Be {{ topic }}.", temperature=0.5, max_tokens=9
        )
        outcome = run(made, tmp_path)
        (sent,) = server.bodies
    assert outcome.fields("tale") == ["A tale."]
    assert [(m["role"], m["content"]) for m in sent["messages"]] == [
        ("system", "Be lost luggage."),
        ("user", "About lost luggage."),
    ]
    assert (sent["temperature"], sent["max_tokens"]) == (0.5, 9)
    assert isinstance(sent["seed"], int)
    assert len(outcome.only.lineage.calls) == 1


class Person(BaseModel):
    """A type of the user's."""

    class Home(BaseModel):
        town: str

    name: str
    home: Home


@pytest.mark.parametrize(
    "schema",
    [
        {"name": "text", "age": "integer", "mood": ["calm", "cross"], "pets": ["text"], "home": {"town": "text"}},
        {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
        Person,
    ],
)
@pytest.mark.parametrize("native", [True, False])
def test_typed_values(tmp_path: Path, schema: object, native: bool) -> None:
    person = {"name": "Ada", "age": 36, "mood": "calm", "pets": ["cat"], "home": {"town": "Hull"}}
    with Scripted(
        lambda body: json.dumps(person if isinstance(schema, dict) else {**person, "home": person["home"]})
    ) as server:
        model = {"url": server.url, "structured": "auto" if native else "prompt"}
        outcome = run(recipe(model).add("who", "generate", prompt="Who?", schema=schema), tmp_path)
        assert ("response_format" in server.bodies[0]) is native
    assert outcome.only.fields["who"]["name"] == "Ada"


def test_a_typed_list_against_a_schema_aware_server(tmp_path: Path) -> None:
    with FaultServer() as server:
        made = recipe(server.url)
        made.add("people", "generate", count=3, prompt="List people.", schema=Person)
        (people,) = run(made, tmp_path).fields("people")
    assert len(people) == 3
    assert all(Person.model_validate(person) for person in people)


def test_wrong_then_right(tmp_path: Path) -> None:
    script = one_after_other("I will not.", '{"n": "x"}', '```json\n{"n": 5,}\n```')
    with Scripted(script) as server:
        outcome = run(recipe(server.url).add("v", "generate", prompt="A number.", schema={"n": "integer"}), tmp_path)
        prompts, bodies = server.prompts, server.bodies
    assert outcome.fields("v") == [{"n": 5}]
    assert "no JSON" in prompts[1]
    assert "not of type 'integer'" in prompts[2]
    assert [message["role"] for message in bodies[2]["messages"]] == ["user", "assistant", "user"]
    assert len(outcome.events("asked again for JSON that fits")) == 2


def test_never_right(tmp_path: Path) -> None:
    with Scripted(lambda body: '{"n": "x"}') as server:
        outcome = run(recipe(server.url).add("v", "generate", prompt="A number.", schema={"n": "integer"}), tmp_path)
    assert outcome.report.counts.failed == 1
    assert "no answer fitted the schema in 4 tries" in outcome.reasons[0]
    assert "'x' is not of type 'integer'" in outcome.reasons[0]


SEAT, BAG = "a seat upgrade for an elderly passenger", "a suitcase that was torn on its way"


def test_near_duplicates_are_refused_and_asked_for_again(tmp_path: Path) -> None:
    first = f"- {SEAT}\n- a seat upgrade for one elderly passenger\n- {BAG}"
    with Scripted(one_after_other(first, f"1. {BAG}\n", "* the missing pet cage\n")) as server:
        made = recipe(server.url)
        made.add(
            "sub", "expand", count=3, unlike={"rouge_l": 0.6}, prompt="{{ count }} more than {{ have | join('; ') }}"
        )
        outcome = run(made, tmp_path)
        assert server.prompts == ["3 more than", f"1 more than {SEAT}; {BAG}", f"1 more than {SEAT}; {BAG}"]
    assert outcome.fields("sub") == [SEAT, BAG, "the missing pet cage"]
    refused = outcome.events("refused as a near-duplicate")
    assert [detail["of"] for detail in refused] == [SEAT, BAG]
    assert refused[1]["rouge_l"] == 1.0
    assert [dialogue.lineage.path for dialogue in outcome.kept] == [["sub[0]"], ["sub[1]"], ["sub[2]"]]
    assert len({dialogue.id for dialogue in outcome.kept}) == 3


def test_fewer_than_asked_for(tmp_path: Path) -> None:
    with Scripted(lambda body: f"- {SEAT}") as server:
        made = recipe(server.url).add("sub", "expand", count=3, tries=2, prompt="{{ count }}")
        outcome = run(made, tmp_path)
        assert len(server.bodies) == 3
    assert outcome.fields("sub") == [SEAT]
    assert outcome.events("fewer items than asked for") == [{"wanted": 3, "got": 1}]


def test_at_least(tmp_path: Path) -> None:
    with Scripted(lambda body: f"- {SEAT}") as server:
        made = recipe(server.url).add("sub", "generate", count=3, tries=1, at_least=2, prompt="{{ count }}")
        outcome = run(made, tmp_path)
    assert "only 1 of 3 different items came in 2 rounds" in outcome.reasons[0]


def test_items_told_apart_by_one_field(tmp_path: Path) -> None:
    people = [{"name": "Ada", "job": "baker"}, {"name": "Ada", "job": "a diver"}, {"name": "Bob", "job": "baker"}]
    script = one_after_other(json.dumps({"items": people}), json.dumps({"items": people[:1]}))
    with Scripted(script) as server:
        made = recipe({"url": server.url, "structured": "prompt"})
        made.add(
            "p", "generate", count=3, tries=1, unlike_by="name", prompt="x", schema={"name": "text", "job": "text"}
        )
        (found,) = run(made, tmp_path).fields("p")
    assert [person["name"] for person in found] == ["Ada", "Bob"]


def test_each_asks_in_parts(tmp_path: Path) -> None:
    with FaultServer() as server:
        made = recipe(server.url).add("sub", "expand", count=5, each=2, prompt="List {{ count }} things.")
        assert len(run(made, tmp_path).kept) == 5
        assert len(server.requests()) == 3


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("- one\n- two", ["one", "two"]),
        ("Here are two:\n\n1. one\n2) two\nThat is all.", ["one", "two"]),
        ('* **one**\n• "two"', ["one", "two"]),
        ("(1) one\n(2) two", ["one", "two"]),
        ("one\n\ntwo\n", ["one", "two"]),
        ("2 apples\n10 pears", ["2 apples", "10 pears"]),
        ("", []),
        ("- \n-  ", []),
    ],
)
def test_reading_a_list(text: str, items: list[str]) -> None:
    assert read_lines(text) == items


def test_examples_are_earlier_turns(tmp_path: Path) -> None:
    shown = [{"topic": f"t{n}", "tale": f"tale {n}"} for n in range(8)] + [{"topic": "no tale"}]
    source = [{"topic": f"topic {n}"} for n in range(12)]
    with Scripted(lambda body: "x") as server:
        made = recipe(server.url, source).add(
            "tale", "generate", prompt="About {{ topic }}.", examples={"rows": shown, "take": 2}
        )
        outcome = run(made, tmp_path)
        bodies = list(server.bodies)
        again = run(made, tmp_path)
    draws = set()
    for body in bodies:
        messages = body["messages"]
        assert [message["role"] for message in messages] == ["user", "assistant"] * 2 + ["user"]
        for asked, said in (messages[0:2], messages[2:4]):
            assert asked["content"].replace("About t", "tale ").rstrip(".") == said["content"]
        draws.add((messages[1]["content"], messages[3]["content"]))
    assert len(draws) > 5
    assert all(len(dialogue.lineage.examples) == 2 for dialogue in outcome.kept)
    assert [d.lineage.examples for d in again.kept] == [d.lineage.examples for d in outcome.kept]


def test_sets_fix_the_choices(tmp_path: Path) -> None:
    shown = [{"topic": f"t{n}", "tale": f"tale {n}"} for n in range(9)]
    with Scripted(lambda body: "x") as server:
        made = recipe(server.url, [{"topic": f"topic {n}"} for n in range(20)]).add(
            "tale", "generate", prompt="{{ topic }}", examples={"rows": shown, "take": 3, "sets": 2}
        )
        run(made, tmp_path)
        assert len({json.dumps(body["messages"][:-1]) for body in server.bodies}) == 2
