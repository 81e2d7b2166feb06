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


def test_keys_without_tools_are_those_of_ledgers_that_are_there() -> None:
    # Written down before requests could have tools.
    plain = ChatRequest(messages=[{"role": "user", "content": "hi"}])
    assert call_key("http://a/v1 m", plain) == "f9070289901825df3ae96ed563a57520"
    full = replace(plain, params={"seed": 7}, schema={"type": "integer"}, grammar="root ::= x", sample=3)
    assert call_key("http://a/v1 m", full) == "f93e989c70b9ddf503f037f0cb991fff"


@given(requests, objects, st.text(min_size=1, max_size=4))
def test_tools_count(request: ChatRequest, tool: dict[str, Any], choice: str) -> None:
    with_tools = replace(request, tools=[tool])
    keys = [
        call_key("m", request),
        call_key("m", with_tools),
        call_key("m", replace(with_tools, tool_choice=choice + "!")),
        call_key("m", replace(with_tools, tools=[tool, tool])),
        call_key("m", replace(with_tools, tools=[{**tool, "another key": 1}])),
    ]
    assert len(set(keys)) == len(keys)
    assert call_key("m", replace(with_tools, tools=(reordered(tool),))) == keys[1]
