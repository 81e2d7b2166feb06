"""The name of a call covers all that can alter its answer, and nothing else."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dialoom.models import ChatRequest
from dialoom.models.key import call_key

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)
objects = st.dictionaries(st.text(max_size=6), values, max_size=4)
messages = st.lists(st.fixed_dictionaries({"role": st.text(max_size=4), "content": st.text(max_size=20)}), max_size=3)
requests = st.builds(
    ChatRequest,
    messages=messages,
    params=objects,
    schema=st.none() | objects,
    grammar=st.none() | st.text(max_size=8),
    sample=st.integers(0, 9),
)


def reordered(value: Any) -> Any:
    """The same value, with the keys of all mappings in it the other way round."""
    if isinstance(value, dict):
        return {key: reordered(item) for key, item in reversed(value.items())}
    return [reordered(item) for item in value] if isinstance(value, list) else value


@given(requests)
def test_the_order_of_keys_does_not_count(request: ChatRequest) -> None:
    same = ChatRequest(
        messages=reordered(request.messages),
        params=reordered(request.params),
        schema=reordered(request.schema),
        grammar=request.grammar,
        sample=request.sample,
    )
    assert call_key("m", same) == call_key("m", request)


@given(requests, st.text(max_size=4), st.text(min_size=1, max_size=4))
def test_each_part_counts(request: ChatRequest, identity: str, more: str) -> None:
    key = call_key(identity, request)
    last = {"role": "user", "content": more}
    others = [
        call_key(identity + more, request),
        call_key(identity, replace(request, messages=[*request.messages, last])),
        call_key(identity, replace(request, params={**request.params, "another parameter": more})),
        call_key(identity, replace(request, schema={**(request.schema or {}), "another key": more})),
        call_key(identity, replace(request, grammar=(request.grammar or "") + more)),
        call_key(identity, replace(request, sample=request.sample + 1)),
    ]
    assert len({key, *others}) == len(others) + 1


@given(requests, requests)
def test_different_requests_have_different_keys(one: ChatRequest, other: ChatRequest) -> None:
    def written(request: ChatRequest) -> str:
        return json.dumps(asdict(request), sort_keys=True)

    assert (call_key("m", one) == call_key("m", other)) == (written(one) == written(other))
