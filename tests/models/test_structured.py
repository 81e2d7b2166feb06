"""From a model's text to a value that fits its schema."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialoom.models.structured import Misfit, parse_json

PERSON: dict[str, Any] = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
    "required": ["name", "age"],
    "additionalProperties": False,
}
RIGHT = {"name": "Ada", "age": 36}


@pytest.mark.parametrize(
    "text",
    [
        '{"name": "Ada", "age": 36}',
        '  \n{"name": "Ada", "age": 36}\n',
        '```json\n{"name": "Ada", "age": 36}\n```',
        'Sure! Here it is:\n```\n{"name": "Ada", "age": 36}\n```\nAnything else?',
        'Here you are: {"name": "Ada", "age": 36} I hope it helps.',
        '{"name": "Ada", "age": 36,}',
        "{'name': 'Ada', 'age': 36}",
        '{"name": "Ada", "age": 36',
        '{name: "Ada", age: 36}',
        '[1] First a note {so}. Then: {"name": "Ada", "age": 36}',
        'A draft: {"name": "Ada"}. The answer: {"name": "Ada", "age": 36}',
        '```json\n{"draft": 1}\n```\nand\n```json\n{"name": "Ada", "age": 36}\n```',
    ],
)
def test_mended(text: str) -> None:
    assert parse_json(text, PERSON) == RIGHT


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("I cannot do that.", "no JSON"),
        ("", "no JSON"),
        ('{"name": "Ada"}', "'age' is a required property"),
        ('{"name": "Ada", "age": "old"}', "['age'] is wrong: 'old' is not of type 'integer'"),
        ('{"name": "Ada", "age": 3, "x": 1}', "'x' was unexpected"),
        ('["Ada", 36]', "is not of type 'object'"),
    ],
)
def test_misfits_say_why(text: str, why: str) -> None:
    with pytest.raises(Misfit, match=r".") as caught:
        parse_json(text, PERSON)
    assert why in str(caught.value)


def test_lists_and_scalars() -> None:
    assert parse_json("Items: [1, 2, 3,]", {"type": "array", "items": {"type": "integer"}}) == [1, 2, 3]
    assert parse_json("7", {"type": "integer"}) == 7
    assert parse_json('"x"', {"enum": ["x", "y"]}) == "x"


@given(st.text(max_size=80))
def test_any_text_fits_or_is_a_misfit(text: str) -> None:
    try:
        value = parse_json(text, PERSON)
    except Misfit:
        return
    assert value.keys() == PERSON["properties"].keys()


@given(
    st.fixed_dictionaries({"name": st.text(max_size=20), "age": st.integers(-(2**53), 2**53)}),
    st.text(alphabet="abc .,:\n", max_size=20),
    st.text(alphabet="abc .,:\n", max_size=20),
)
def test_a_right_value_is_found_whole_in_prose(value: dict[str, Any], before: str, after: str) -> None:
    assert parse_json(before + json.dumps(value) + after, PERSON) == value
