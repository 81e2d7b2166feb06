"""`persona`: people by rules, as `converse` takes them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.graph.written import of_nodes
from tests.nodes.running import recipe, run
from tests.support.fault_server import FaultServer

NAMES = [f"N{n:03}" for n in range(400)]


def test_people_for_a_conversation(tmp_path: Path) -> None:
    fields = {
        "name": ["Ana", "Tom", "Eva"],
        "age": "{18-60}",
        "occupation": ["pupil", "cook"],
        "description": "{{ age }}, a {{ occupation }} with {{ topic }}",
    }
    with FaultServer() as server:
        made = recipe(server.url, source=[{"topic": f"parcel {n}"} for n in range(30)], seed=2)
        made.add("personas", "persona", fields=fields, such_that="age < 20 or occupation != 'pupil'")
        made.add("dialogue", "converse", turns=4)
        outcome = run(made, tmp_path)
    assert not outcome.reasons
    for dialogue in outcome.kept:
        one, two = dialogue.personas
        assert one.name != two.name
        assert {turn.speaker for turn in dialogue.turns} == {one.name, two.name}
        for person in (one, two):
            assert person.age is not None
            assert person.age < 20 or person.occupation != "pupil"
            assert person.description == f"{person.age}, a {person.occupation} with {dialogue.topic}"
    assert len({person.name for dialogue in outcome.kept for person in dialogue.personas}) == 3


def test_nobody_twice_in_a_run(tmp_path: Path) -> None:
    made = recipe(source=200, seed=3)
    made.add("people", "persona", fields={"name": NAMES, "mood": {"calm": 3, "cross": 1}}, unique=["name"], quota=True)
    found = [person for people in run(made, tmp_path).fields("people") for person in people]
    assert len(found) == 400
    assert {person["name"] for person in found} == set(NAMES)
    assert abs(Counter(person["mood"] for person in found)["calm"] - 300) < 6


def test_each_with_rules_of_their_own(tmp_path: Path) -> None:
    each = [{"role": "doctor", "age": "30..60"}, {"role": "patient", "name": ["Zoe", "Yan"]}]
    made = recipe(source=20).add("people", "persona", fields={"name": ["Ana", "Tom"], "age": "1..99"}, each=each)
    for doctor, patient in run(made, tmp_path).fields("people"):
        assert doctor["role"], patient["role"] == ("doctor", "patient")
        assert 30 <= doctor["age"] <= 60
        assert doctor["name"] in ("Ana", "Tom")
        assert patient["name"] in ("Zoe", "Yan")


def test_people_that_a_model_helps_to_write(tmp_path: Path) -> None:
    with FaultServer(answer="reflect") as server:
        made = recipe(server.url, source=3)
        fields = {"name": NAMES, "age": "20..30", "hobby": "{llm}", "job": "{llm:What {{ name }} does}"}
        made.add("people", "persona", fields=fields, count=2)
        outcome = run(made, tmp_path)
    assert not outcome.reasons
    for dialogue in outcome.kept:
        assert len(dialogue.lineage.calls) == 4
        assert all(person["hobby"] and person["job"] for person in dialogue.fields["people"])


def test_an_age_out_of_a_file_is_a_number(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("name,age\nAna,31\nTom,many\n")
    made = recipe(source=40, seed=1).add("people", "persona", count=1, fields={"name, age": {"file": "people.csv"}})
    from dialoom.yaml_file import Lines

    outcome = run(made.located(Lines(), tmp_path), tmp_path)
    assert {person["age"] for people in outcome.fields("people") for person in people} == {31}
    assert "this is no person: age: " in outcome.reasons[0]


@pytest.mark.parametrize(
    ("fields", "place", "hint"),
    [
        ("fields: {age: 1..9}", "nodes.p", "needs a rule for 'name'"),
        ("fields: {name: [A]}, count: 3, each: [{}, {}]", "nodes.p", "leave out 'count'"),
        ("fields: {name: [A, B], age: 1..9}, such_that: age > 9", "nodes.p.such_that", "can never meet 'age > 9'"),
        ("fields: {name: [A, B]}, each: [{age: 1..9}, {age: {given: x, when: {a: 1}}}]", "nodes.p.each[1].age", "'x'"),
        ("fields: {name: [A]}", "nodes.p.fields.name", "2 people of one record need different names"),
        ("fields: {name: [A, B], age: 9..1}", "nodes.p.fields.age", "runs backwards"),
    ],
)
def test_what_is_wrong_is_found_before_a_run(tmp_path: Path, fields: str, place: str, hint: str) -> None:
    (said,) = of_nodes(tmp_path, f"  p: {{kind: persona, {fields}}}\n")
    assert f", {place}: " in said, said
    assert hint in said


def test_what_reads_a_person_is_checked(tmp_path: Path) -> None:
    person = "  people: {kind: persona, fields: {name: [A, B], age: 1..9}}\n"
    prompt = "  g: {kind: generate, prompt: '{{ people[0].agee }}'}\n"
    (said,) = of_nodes(tmp_path, person + prompt)
    assert "did you mean 'age'" in said


def test_people_with_fields_of_the_record(tmp_path: Path) -> None:
    source = [{"name": "Ana", "age": "31"}, {"name": "Tom", "age": "52"}]
    each = [{"name": "{{ name }}", "age": "{{ age }}"}, {"name": "Otto"}]
    made = recipe(source=source).add("people", "persona", each=each, such_that="name != 'Eva'")
    made.add("about", "sample", fields={"name": "{{ name | upper }}", "said": "{{ name }}!"}, such_that="name != 'EVA'")
    outcome = run(made, tmp_path)
    assert [(one["name"], one["age"], two["name"]) for one, two in outcome.fields("people")] == [
        ("Ana", 31, "Otto"),
        ("Tom", 52, "Otto"),
    ]
    assert outcome.fields("said") == ["ANA!", "TOM!"]


def test_a_rule_stands_where_it_is_written(tmp_path: Path) -> None:
    said = of_nodes(
        tmp_path,
        "  p:\n    kind: persona\n    fields: {mood: '{{ topc }}', name: [A]}\n"
        "    each:\n      - {name: [B]}\n      - {hobby: {model: small}, age: '{{ age }}'}\n",
    )
    text = "\n".join(said)
    assert "recipe.yaml:8, nodes.p.fields.mood: the template reads 'topc'" in text
    assert "recipe.yaml:11, nodes.p.each[1].hobby: no model is called 'small'" in text
    assert "recipe.yaml:11, nodes.p.each[1].age: it reads 'age', which nothing before it writes" in text
