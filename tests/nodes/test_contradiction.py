"""Schemas that nothing can meet: found wherever a recipe gives one, and never where something can."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import BaseModel, Field

from dialoom.errors import RecipeError
from dialoom.graph.check import check
from dialoom.nodes._contradiction import contradiction
from tests.graph.written import of_nodes
from tests.nodes.running import recipe

IMPOSSIBLE: list[tuple[Any, str]] = [
    (False, "it is false"),
    ({"type": "object", "properties": {"a": False}, "required": ["a"]}, "it is false"),
    ({"enum": []}, "'enum' is empty"),
    ({"enum": ["a"], "type": "integer"}, "none of the values"),
    ({"const": 3, "maximum": 2}, "none of the values"),
    ({"type": "object", "required": ["a"], "additionalProperties": False}, "requires 'a', which it does not allow"),
    ({"type": "object", "required": ["a", "b"], "maxProperties": 1}, "requires 2 properties and allows 1"),
    ({"type": "number", "minimum": 2, "maximum": 1}, "no number lies between"),
    ({"type": "number", "exclusiveMinimum": 1, "maximum": 1}, "no number lies between"),
    ({"type": "integer", "minimum": 1.2, "maximum": 1.8}, "no number lies between"),
    ({"type": "integer", "exclusiveMinimum": 1, "exclusiveMaximum": 2}, "no number lies between"),
    ({"type": "string", "minLength": 3, "maxLength": 2}, "'minLength' of 3"),
    ({"type": "array", "minItems": 3, "maxItems": 2}, "'minItems' of 3"),
    ({"type": "array", "minItems": 1, "items": False}, "it is false"),
    ({"type": "array", "minItems": 1, "prefixItems": [{"enum": []}]}, "'enum' is empty"),
    ({"allOf": [{"type": "string"}, {"type": "integer"}]}, "types exclude each other"),
    ({"allOf": [{"type": "string", "minLength": 3}, {"maxLength": 2}]}, "'minLength' of 3"),
    ({"$ref": "#/$defs/A", "type": "string", "$defs": {"A": {"type": "object"}}}, "types exclude each other"),
    ({"anyOf": [{"type": "string"}, {"type": "null"}], "type": "integer"}, "none of its 'anyOf'"),
    ({"oneOf": [False, {"enum": []}]}, "none of its 'oneOf'"),
    ({"not": {}}, "'not' anything"),
    (
        {
            "$ref": "#/$defs/A",
            "$defs": {"A": {"type": "object", "properties": {"a": {"$ref": "#/$defs/A"}}, "required": ["a"]}},
        },
        "it needs another A inside itself",
    ),
]


@pytest.mark.parametrize(("schema", "why"), IMPOSSIBLE)
def test_schemas_that_nothing_meets(schema: Any, why: str) -> None:
    found = contradiction(schema)
    assert found is not None
    assert why in found.why


@pytest.mark.parametrize(
    "schema",
    [
        {},
        True,
        {"type": ["integer", "string"], "minLength": 3, "maxLength": 2},
        {"type": "integer", "minimum": 1, "maximum": 1},
        {"type": "array", "items": False},
        {"type": "object", "properties": {"a": False}},
        {"type": "object", "required": ["ab"], "additionalProperties": False, "patternProperties": {"^a": {}}},
        {"$ref": "#/$defs/A", "$defs": {"A": {"type": "object", "properties": {"a": {"$ref": "#/$defs/A"}}}}},
        {
            "$ref": "#/$defs/A",
            "$defs": {
                "A": {"properties": {"a": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/A"}]}}, "required": ["a"]}
            },
        },
        {"$ref": "#/$defs/A", "anyOf": [{"$ref": "#/$defs/A"}], "$defs": {"A": {"type": "object"}}},
        {"$ref": "#/$defs/A", "$defs": {"A": {"anyOf": [{"$ref": "#/$defs/A"}]}}},
        {"minimum": 3, "maximum": 2},
    ],
)
def test_schemas_that_something_may_meet(schema: Any) -> None:
    assert contradiction(schema) is None


values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from([0.5, 1.5]), st.text("ab", max_size=3)),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=4,
)
bounds = st.integers(-2, 3)
lengths = st.integers(0, 3)
types = st.sampled_from(["null", "boolean", "integer", "number", "string", "array", "object"])
leaves = st.fixed_dictionaries(
    {},
    optional={
        "type": types | st.lists(types, min_size=1, max_size=2, unique=True),
        "enum": st.lists(values, max_size=2),
        "minimum": bounds,
        "maximum": bounds,
        "exclusiveMinimum": bounds,
        "exclusiveMaximum": bounds,
        "minLength": lengths,
        "maxLength": lengths,
        "minItems": lengths,
        "maxItems": lengths,
        "minProperties": lengths,
        "maxProperties": lengths,
    },
)


def _wider(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(inner, min_size=1, max_size=2)
    return st.tuples(
        leaves,
        st.fixed_dictionaries(
            {},
            optional={
                "properties": st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
                "required": st.lists(st.sampled_from("ab"), max_size=2, unique=True),
                "additionalProperties": inner,
                "items": inner,
                "allOf": several,
                "anyOf": several,
                "oneOf": several,
                "not": inner,
                "$ref": st.just("#/$defs/D"),
            },
        ),
    ).map(lambda both: both[0] | both[1])


schemas = st.recursive(st.booleans() | leaves, _wider, max_leaves=5)


def test_a_schema_that_refers_to_itself() -> None:
    for definition in ({"$ref": "#/$defs/D"}, {"allOf": [{"type": "string"}, {"$ref": "#/$defs/D"}]}):
        found = contradiction({"enum": [None], "$ref": "#/$defs/D", "$defs": {"D": definition}})
        assert found is not None
        assert "D refers to itself" in found.why


@settings(max_examples=400, deadline=None)
@example(schema={"enum": [None], "anyOf": [{"$ref": "#/$defs/D"}]}, defined={"$ref": "#/$defs/D"}, tried=[None])
@given(schema=schemas.filter(lambda one: isinstance(one, dict)), defined=schemas, tried=st.lists(values, max_size=12))
def test_what_is_called_impossible_is_met_by_nothing(schema: Any, defined: Any, tried: list[Any]) -> None:
    schema = {**schema, "$defs": {"D": defined}}
    found = contradiction(schema)
    try:
        met = [value for value in tried if Draft202012Validator(schema).is_valid(value)]
    except RecursionError:
        # A reference that leads to itself at the same place.
        return
    assert not (found and met)


NODES = {
    "generate": "a: {kind: generate, prompt: x, SCHEMA}",
    "a list": "a: {kind: generate, prompt: x, count: 2, SCHEMA}",
    "expand": "a: {kind: expand, prompt: x, count: 2, SCHEMA}",
    "poll": "a: {kind: poll, model: [writer], prompt: x, SCHEMA}",
    "in parallel": "a: {kind: parallel, nodes: {b: {kind: generate, prompt: x, SCHEMA}, c: {kind: plan}}}",
}
ODD = [
    ("{years: {type: integer, minimum: 9, maximum: 3}, name: text}", ", at properties.years: no number lies between"),
    ("{type: object, required: [name], additionalProperties: false}", ": it requires 'name', which it does not allow"),
    ("{tags: [{type: string, minLength: 3, maxLength: 2}], kind: [a]}", None),
]


@pytest.mark.parametrize("node", NODES.values(), ids=NODES)
@pytest.mark.parametrize(("schema", "why"), ODD)
def test_an_answer_that_nothing_could_be_is_found_before_the_first_call(
    tmp_path: Path, node: str, schema: str, why: str | None
) -> None:
    said = of_nodes(tmp_path, f"  {node.replace('SCHEMA', f'schema: {schema}')}\n")
    if why is None:
        # An empty list of tags meets it.
        assert said == []
        return
    (one,) = said
    where = "nodes.a.nodes.b.schema" if "parallel" in node else "nodes.a.schema"
    assert one.startswith(f"recipe.yaml:6, {where}: nothing can ever meet the schema of ")
    assert why in one
    assert "mend the schema" in one


class Aged(BaseModel):
    years: int = Field(ge=9, le=3)


def test_a_pydantic_model_that_no_answer_fits() -> None:
    with pytest.raises(RecipeError, match="years: no number lies between its bounds, 9 and 3"):
        check(recipe("http://127.0.0.1:1/v1").add("who", "generate", prompt="a", schema=Aged))
