"""What each server takes: schemas, grammars, and parameters under their names."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dialoom.errors import EndpointError, RecordError
from dialoom.models import ChatAnswer, ChatModel, ChatRequest, Endpoints, RunState, parse_model
from dialoom.models.dialect import Dialect
from tests.models.scripted import Answer, Body, Scripted
from tests.support.fault_server import FaultServer

SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"], "additionalProperties": False}


def ask(model: Any, *requests: ChatRequest) -> list[ChatAnswer]:
    """The answers of a model as a recipe writes it, one request after the other."""
    return asyncio.run(_ask(model, requests))


async def _ask(model: Any, requests: tuple[ChatRequest, ...]) -> list[ChatAnswer]:
    chat: ChatModel = await parse_model(model).open(Endpoints(), Path(), RunState(Path()))
    try:
        return [await chat.ask(request) for request in requests]
    finally:
        await chat.close()


def request(text: str = "say", **parts: Any) -> ChatRequest:
    return ChatRequest(messages=[{"role": "user", "content": text}], **parts)


def test_a_schema_goes_natively() -> None:
    with FaultServer() as server:
        answer = ask(server.url, request(schema=SCHEMA))[0]
        sent = server.requests()[0]["body"]
    assert isinstance(json.loads(answer.text)["n"], int)
    assert sent["response_format"]["json_schema"]["schema"] == SCHEMA
    assert sent["messages"] == [{"role": "user", "content": "say"}]


def test_a_schema_is_told_in_words_where_it_is_refused() -> None:
    with FaultServer(reject_response_format=True) as server:
        ask(server.url, request("one", schema=SCHEMA), request("two", schema=SCHEMA))
        sent = [each["body"] for each in server.requests()]
    # Refused once, and not tried again for the second question.
    assert ["response_format" in body for body in sent] == [True, False, False]
    for body, text in zip(sent[1:], ("one", "two"), strict=True):
        said = body["messages"][-1]["content"]
        assert said.startswith(text)
        assert '"required":["n"]' in said


def test_structured_prompt_never_sends_one() -> None:
    with FaultServer() as server:
        ask({"url": server.url, "structured": "prompt"}, request(schema=SCHEMA))
        (sent,) = server.requests()
    assert "response_format" not in sent["body"]


@pytest.mark.parametrize(
    ("owner", "written", "field"),
    [
        ("llamacpp", "auto", "grammar"),
        ("vllm", "auto", "guided_grammar"),
        ("openai", "auto", None),
        ("openai", "grammar", "grammar"),
        ("llamacpp", "none", None),
    ],
)
def test_a_grammar_goes_only_where_it_is_taken(owner: str, written: str, field: str | None) -> None:
    with Scripted(lambda body: "yes", owned_by=owner) as server:
        ask({"url": server.url, "grammar": written}, request(grammar='root ::= "yes"'))
        (sent,) = server.bodies
    assert {name for name in ("grammar", "guided_grammar") if name in sent} == ({field} if field else set())


def refusing(rule: Callable[[Body], str | None]) -> Callable[[Body], Answer]:
    """A server that refuses what `rule` complains of."""

    def answer(body: Body) -> Answer:
        complaint = rule(body)
        return "fine" if complaint is None else (400, complaint)

    return answer


def like_openai(body: Body) -> str | None:
    """What newer models of OpenAI say of older parameters."""
    if "max_tokens" in body:
        return "Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead."
    if "temperature" in body:
        return "Unsupported value: 'temperature' does not support 0.7 with this model."
    if "repeat_penalty" in body:
        return "Unrecognized request argument supplied: repeat_penalty"
    return None


def test_parameters_that_a_server_does_not_take_are_left_out() -> None:
    params = {"max_tokens": 40, "temperature": 0.7, "repeat_penalty": 1.1, "top_p": 0.9}
    with Scripted(refusing(like_openai)) as server:
        answers = ask(server.url, request(params=params), request("again", params=params))
        last = server.bodies[-1]
        refused = len(server.bodies) - len(answers)
    assert [answer.text for answer in answers] == ["fine", "fine"]
    assert refused == 3
    assert last["max_completion_tokens"] == 40
    assert last["top_p"] == 0.9
    assert not {"max_tokens", "temperature", "repeat_penalty"} & last.keys()


@pytest.mark.parametrize(
    "complaint", ["temperature must be at most 2", "This model's maximum context length is 4096 tokens", "no"]
)
def test_a_refusal_of_the_question_is_no_lesson(complaint: str) -> None:
    with Scripted(lambda body: (400, complaint)) as server:
        with pytest.raises(RecordError, match=complaint):
            ask(server.url, request(params={"temperature": 3}))
        assert len(server.bodies) == 1


def test_a_dialect_leaves_the_request_alone() -> None:
    dialect = Dialect(native_schema=False)
    asked = request(schema=SCHEMA, params={"seed": 1})
    body = dialect.body("m", asked, {"top_p": 1})
    assert asked.messages == [{"role": "user", "content": "say"}]
    assert (body["model"], body["seed"], body["top_p"]) == ("m", 1, 1)


def test_a_requests_parameters_win_over_the_models() -> None:
    assert Dialect().body("m", request(params={"temperature": 0}), {"temperature": 1})["temperature"] == 0


def test_the_key_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIALOOM_TEST_KEY", "secret")
    with FaultServer(key="secret") as server:
        ask({"url": server.url, "key": "DIALOOM_TEST_KEY"}, request())
        with pytest.raises(EndpointError) as caught:
            ask(server.url, request())
    assert "secret" not in str(caught.value)


def test_calls_are_balanced_and_a_dead_one_rests() -> None:
    async def many(urls: list[str], count: int) -> list[ChatAnswer]:
        chat = await parse_model({"url": urls, "model": "m"}).open(Endpoints(), Path(), RunState(Path()))
        try:
            return await asyncio.gather(*(chat.ask(request(f"question {number}")) for number in range(count)))
        finally:
            await chat.close()

    with FaultServer(latency=0.02) as one, FaultServer(latency=0.02) as other:
        urls = [one.url, other.url]
        assert len(asyncio.run(many(urls, 60))) == 60
        shares = [server.stats()["answered"] for server in (one, other)]
        assert sum(shares) == 60
        assert min(shares) > 20
        other.stop()
        one.reset()
        assert len(asyncio.run(many(urls, 40))) == 40
        assert one.stats()["answered"] == 40


def test_what_every_call_sends_is_part_of_the_identity() -> None:
    async def identity(model: Any) -> str:
        chat = await parse_model(model).open(Endpoints(), Path(), RunState(Path()))
        await chat.close()
        return chat.identity

    with FaultServer() as server:
        base = {"url": server.url, "model": "m"}
        others: list[dict[str, Any]] = [
            base,
            {**base, "model": "n"},
            {**base, "params": {"temperature": 0.5}},
            {**base, "params": {"temperature": 0.6}},
            {**base, "structured": "prompt"},
            {**base, "same_as": "x"},
            {**base, "same_as": "x", "params": {"temperature": 0.5}},
        ]
        identities = [asyncio.run(identity(model)) for model in others]
        assert len(set(identities)) == len(others)
        same = [{**base, "tries": 2}, {**base, "url": server.url + "/"}, {**base, "price": {"input": 1}}]
        assert {asyncio.run(identity(model)) for model in same} == {identities[0]}
