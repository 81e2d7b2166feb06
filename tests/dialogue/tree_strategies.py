"""Arbitrary message trees, with every field filled at times."""

from __future__ import annotations

from itertools import count
from typing import Any

from hypothesis import strategies as st

from dialoom.dialogue import Message, MessageTree
from tests.dialogue.strategies import objects, texts, values

labels = st.dictionaries(
    st.sampled_from(["spam", "quality"]),
    st.fixed_dictionaries({"value": st.floats(0, 1), "count": st.integers(0, 9)}),
    max_size=2,
)
optional: dict[str, st.SearchStrategy[Any]] = {
    "user_id": st.none() | texts,
    "created_date": st.just("2023-02-05T14:23:50.983374+00:00"),
    "lang": st.sampled_from(["en", "de", "pt-BR"]),
    "review_count": st.integers(0, 9),
    "review_result": st.none() | st.booleans(),
    "deleted": st.booleans(),
    "rank": st.none() | st.integers(0, 4) | st.just(1.0),
    "synthetic": st.booleans(),
    "model_name": st.none() | texts,
    "detoxify": st.dictionaries(st.sampled_from(["toxicity", "insult"]), st.floats(0, 1), max_size=2),
    "emojis": st.dictionaries(st.sampled_from(["+1", "_skip_reply"]), st.integers(1, 9), max_size=2),
    "labels": labels,
    "events": st.none() | objects,
    "something_new": values,
}
rows = st.fixed_dictionaries(
    {"text": texts, "role": st.sampled_from(["prompter", "assistant"])}, optional=optional
) | st.fixed_dictionaries({"text": texts, "role": st.sampled_from(["prompter", "assistant"])})
shapes = st.recursive(
    st.tuples(rows, st.just([])), lambda inner: st.tuples(rows, st.lists(inner, max_size=3)), max_leaves=8
)


@st.composite
def nested_rows(draw: st.DrawFn, prefix: str = "m") -> dict[str, Any]:
    """A tree as the JSON object of a line, keys in any order."""
    numbers = count()

    def row(shape: Any, parent: str | None) -> dict[str, Any]:
        values, below = shape
        name = f"{prefix}{next(numbers)}"
        above = {} if parent is None and draw(st.booleans()) else {"parent_id": parent}
        found = {"message_id": name} | above | values | {"replies": [row(each, name) for each in below]}
        return dict(draw(st.permutations(list(found.items())))) if draw(st.booleans()) else found

    prompt = row(draw(shapes), None)
    about = draw(st.fixed_dictionaries({}, optional={"tree_state": st.none() | st.just("ready"), "origin": values}))
    return {"message_tree_id": prompt["message_id"]} | about | {"prompt": prompt}


def _message(row: dict[str, Any]) -> Message:
    more = {name: value for name, value in row.items() if name != "replies"}
    return Message.model_validate(more | {"replies": [_message(reply) for reply in row["replies"]]})


def tree_of(row: dict[str, Any]) -> MessageTree:
    """The tree as Python makes it."""
    return MessageTree.model_validate(row | {"prompt": _message(row["prompt"])})


trees = nested_rows().map(tree_of)
