"""Asking a chat model: the request, the answer, and the one protocol that every backend meets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson

from dialoom.models.attempts import Attempts

Message = Mapping[str, Any]
# What is reported beyond this is no count.
_MOST_TOKENS = 1 << 40


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One question to a chat model.

    Attributes:
        messages: `{"role", "content"}` objects, oldest first.
        params: sampling parameters under their OpenAI names (temperature, max_tokens, seed ...).
        schema: JSON schema that the answer must satisfy, or None for text.
        grammar: GBNF grammar, sent where the server takes one and left out elsewhere.
        sample: tells apart several answers to the same question; part of the ledger key, never sent.
        tools: what the model may call, as OpenAI defines functions; with them there is no schema and no grammar.
        tool_choice: `auto`, `required`, `none` or the name of a tool.
    """

    messages: Sequence[Message]
    params: Mapping[str, Any] = field(default_factory=dict)
    schema: Mapping[str, Any] | None = None
    grammar: str | None = None
    sample: int = 0
    tools: Sequence[Mapping[str, Any]] = ()
    tool_choice: str = "auto"


@dataclass(frozen=True, slots=True)
class AskedCall:
    """A tool call as a model asked for it.

    Attributes:
        name: of the tool, which there may not be.
        arguments: the text that should be a JSON object.
    """

    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Token:
    """A token of an answer.

    Attributes:
        text: its bytes; together those of all tokens are the text.
        likely: what could have stood here, with log probabilities (natural), as many as were asked for.
        logprob: its own log probability, where it is told.
    """

    text: bytes
    likely: tuple[tuple[str, float], ...]
    logprob: float | None = None


@dataclass(frozen=True, slots=True)
class ChatAnswer:
    """An answer.

    Attributes:
        text: what the model said; its reasoning, where the server tells it apart, is in `reasoning`.
        finish_reason: `stop`, `length` ... as the server gave it.
        prompt_tokens, completion_tokens: usage, 0 where the server reports none.
        raw: the server's answer, byte for byte, in OpenAI's chat completion form.
        latency: seconds from sending the request that was answered to its last byte.
        tokens: with the parameters `logprobs` and `top_logprobs`, and where the endpoint gives them.
        tool_calls: the tools that the model asks for.
    """

    text: str
    reasoning: str | None
    finish_reason: str | None
    prompt_tokens: int
    completion_tokens: int
    raw: bytes
    latency: float
    tokens: tuple[Token, ...] = ()
    tool_calls: tuple[AskedCall, ...] = ()

    @property
    def shown(self) -> str:
        """The text, and below it each tool call as `name(arguments)`: what a person reads."""
        calls = [f"{call.name}({call.arguments})" for call in self.tool_calls]
        return "\n".join([self.text, *calls] if self.text else calls)


class NotACompletion(ValueError):
    """The bytes are no chat completion."""


def read_completion(raw: bytes, latency: float) -> ChatAnswer:
    """The answer in an OpenAI chat completion body. Raises NotACompletion saying what is missing."""
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise NotACompletion(f"the answer is not JSON: {raw[:80]!r}") from error
    try:
        choice = body["choices"][0]
        message = choice["message"]
        text = message.get("content")
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise NotACompletion(f"the answer has no choices[0].message: {raw[:120]!r}") from error
    reasoning = message.get("reasoning_content") or message.get("reasoning")
    finish_reason = choice.get("finish_reason")
    return ChatAnswer(
        text=_text(text),
        reasoning=reasoning if isinstance(reasoning, str) else None,
        finish_reason=finish_reason if isinstance(finish_reason, str) else None,
        prompt_tokens=_count(body, "prompt_tokens"),
        completion_tokens=_count(body, "completion_tokens"),
        raw=raw,
        latency=latency,
        tokens=_tokens(choice.get("logprobs")),
        tool_calls=_tool_calls(message.get("tool_calls")),
    )


def _text(content: Any) -> str:
    """The text of a message's content: a string, or the texts of a list of parts."""
    if isinstance(content, list):
        return "".join(_text(part.get("text")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def _tokens(logprobs: Any) -> tuple[Token, ...]:
    """The tokens of a choice's `logprobs`, or none where one is not told in OpenAI's form."""
    content = logprobs.get("content") if isinstance(logprobs, dict) else None
    if not isinstance(content, list):
        return ()
    try:
        return tuple(
            Token(
                bytes(one["bytes"]) if one.get("bytes") is not None else one["token"].encode(),
                tuple((like["token"], float(like["logprob"])) for like in one.get("top_logprobs") or ()),
                float(one["logprob"]) if one.get("logprob") is not None else None,
            )
            for one in content
        )
    except (KeyError, TypeError, ValueError, AttributeError, UnicodeError):
        return ()


def _tool_calls(calls: Any) -> tuple[AskedCall, ...]:
    """The calls of a message. One that is no call at all is kept without a name, so that the model can be told."""
    if not isinstance(calls, list):
        return ()
    return tuple(_asked_call(call.get("function") if isinstance(call, dict) else None) for call in calls)


def _asked_call(function: Any) -> AskedCall:
    if not isinstance(function, dict):
        return AskedCall("", "")
    name, arguments = function.get("name"), function.get("arguments")
    if arguments is None:
        arguments = "{}"
    return AskedCall(
        name if isinstance(name, str) else "",
        arguments if isinstance(arguments, str) else orjson.dumps(arguments).decode(),
    )


def _count(body: Any, name: str) -> int:
    usage = body.get("usage")
    value = usage.get(name) if isinstance(usage, dict) else None
    return int(value) if isinstance(value, (int, float)) and 0 <= value < _MOST_TOKENS else 0


class ChatModel(Protocol):
    """A model that can be asked.

    Attributes:
        identity: endpoint and model in one string; two models that can answer differently have different ones.
        takes_grammar: whether a request's grammar reaches the sampler.
        slots: how many questions are worth asking at once.
    """

    @property
    def identity(self) -> str: ...
    @property
    def takes_grammar(self) -> bool: ...
    @property
    def slots(self) -> int: ...

    async def ask(self, request: ChatRequest, attempts: Attempts | None = None) -> ChatAnswer:
        """The answer; how it was got is noted in `attempts`.

        Raises RecordError when this question cannot be answered, EndpointError when none can.
        """
        ...

    async def close(self) -> None:
        """Let go of connections and processes."""
        ...
