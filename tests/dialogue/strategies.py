"""Arbitrary dialogues, with every field filled at times."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from dialoom.dialogue import Dialogue, Event, Lineage, Persona, Plan, Slot, ToolCall, Turn

texts = st.text(max_size=20)
maybe = st.none() | texts
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
objects = st.dictionaries(texts, values, max_size=3)
extras = st.dictionaries(st.sampled_from(["mood", "home town", "ключ"]), values, max_size=2)

slots = st.builds(
    Slot, name=texts, value=texts, start=st.none() | st.integers(0, 99), end=st.none() | st.integers(0, 99)
)
calls = st.builds(ToolCall, name=texts, arguments=objects, id=maybe, result=values)
turns = st.builds(
    Turn,
    speaker=texts,
    text=texts,
    intent=maybe,
    slots=st.lists(slots, max_size=2),
    acts=st.lists(texts, max_size=2),
    emotion=maybe,
    tool_calls=st.lists(calls, max_size=1),
    meta=objects,
)
personas = st.builds(
    lambda more, **known: Persona(**more, **known), extras, name=texts, description=maybe, age=st.none() | st.integers()
)
plans = st.builds(lambda more, **known: Plan(**more, **known), extras, emotion=maybe, topic=maybe, thoughts=maybe)
lineages = st.builds(
    Lineage,
    provenance=st.sampled_from(["synthetic", "real"]),
    recipe=maybe,
    recipe_hash=maybe,
    seed=maybe,
    path=st.lists(texts, max_size=2),
    position=st.lists(st.integers(-(2**63), 2**63 - 1), max_size=3),
    calls=st.lists(texts, max_size=2),
    examples=st.lists(texts, max_size=2),
    events=st.lists(st.builds(Event, node=texts, what=texts, detail=objects), max_size=1),
    source=maybe,
)
dialogues = st.builds(
    Dialogue,
    id=texts.filter(bool),
    turns=st.lists(turns, max_size=3),
    topic=maybe,
    scenario=maybe,
    personas=st.lists(personas, max_size=2),
    style=maybe,
    plan=st.none() | plans,
    summary=maybe,
    tags=objects,
    fields=objects,
    lineage=lineages,
)
