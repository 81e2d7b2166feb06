"""How the servers that speak OpenAI's protocol differ: structured output, grammars, seeds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson

from dialoom.models.chat import ChatRequest
from dialoom.models.images import as_sent
from dialoom.models.tools_in_words import in_words, native_choice

GrammarField = Literal["none", "grammar", "guided_grammar"]

# The value of `owned_by` in a server's list of models, for servers that take a grammar, and the field they take it in.
_GRAMMAR_BY_OWNER: dict[str, GrammarField] = {"llamacpp": "grammar", "vllm": "guided_grammar"}

_NEEDED = frozenset({"model", "messages", "response_format", "tools", "tool_choice", *_GRAMMAR_BY_OWNER.values()})
# Words of a refusal that is about a parameter and not about its value or the prompt.
# Of a 400 for a request with tools: "tools param requires --jinja flag", "does not support tools", "tool_choice ...".
_REFUSES_TOOLS = re.compile(r"\btools?\b|\btool_choice\b|\btool[- ]?call|\bfunction call")
_NOT_TAKEN = ("unsupported", "not support", "unrecognized", "unknown", "unexpected", "not permitted", "not allowed")


@dataclass(slots=True)
class Dialect:
    """The form in which one server takes a request.

    Attributes:
        grammar: the field it takes a GBNF grammar in.
        native_schema: whether it takes a JSON schema as `response_format`.
        native_tools: whether it takes `tools`; else they are told in words, and a call is JSON of a schema.
        left_out: parameters that it does not take.
        renamed: parameters that it takes under another name.
    """

    grammar: GrammarField = "none"
    native_schema: bool = True
    native_tools: bool = True
    left_out: set[str] = field(default_factory=set)
    renamed: dict[str, str] = field(default_factory=dict)

    @property
    def takes_grammar(self) -> bool:
        return self.grammar != "none"

    @classmethod
    def of_owner(cls, owner: str | None) -> Dialect:
        """The dialect of a server whose list of models names `owner`."""
        return cls(grammar=_GRAMMAR_BY_OWNER.get(owner or "", "none"))

    def body(self, model: str, request: ChatRequest, params: Mapping[str, Any]) -> dict[str, Any]:
        """The request as this server takes it. A schema or tools that it does not take are told in words instead."""
        if request.tools and not self.native_tools:
            request = in_words(request)
        body: dict[str, Any] = {"model": model, "messages": list(as_sent(request.messages)), **params, **request.params}
        if self.renamed or self.left_out:
            body = {self.renamed.get(name, name): value for name, value in body.items() if name not in self.left_out}
        if request.schema is not None:
            if self.native_schema:
                body["response_format"] = {
                    "type": "json_schema",
                    "json_schema": {"name": "answer", "schema": request.schema},
                }
            else:
                body["messages"] = _told_in_words(body["messages"], request.schema)
        elif request.tools:
            body |= {"tools": list(request.tools), "tool_choice": native_choice(request.tool_choice)}
        elif request.grammar is not None and self.takes_grammar:
            body[self.grammar] = request.grammar
        return body

    def learnt(self) -> dict[str, Any]:
        """What `learn` has taken from complaints, as JSON for `remember`."""
        return {
            "native_schema": self.native_schema,
            "native_tools": self.native_tools,
            "left_out": sorted(self.left_out),
            "renamed": self.renamed,
        }

    def remember(self, learnt: Mapping[str, Any]) -> None:
        """Take up what an earlier run has learnt of this server."""
        self.native_schema = self.native_schema and learnt["native_schema"]
        # A store of an earlier dialoom does not say.
        self.native_tools = self.native_tools and learnt.get("native_tools", True)
        self.left_out.update(learnt["left_out"])
        self.renamed.update(learnt["renamed"])

    def learn(self, complaint: str, body: Mapping[str, Any]) -> bool:
        """Take from a 400's message that the server does not know a field of `body`; True if it did."""
        said = complaint.lower()
        if "response_format" in body and any(word in said for word in ("response_format", "json_schema")):
            self.native_schema = False
            return True
        if "tools" in body and _REFUSES_TOOLS.search(said):
            self.native_tools = False
            return True
        if "max_tokens" in body and "max_completion_tokens" in said:
            self.renamed["max_tokens"] = "max_completion_tokens"
            return True
        if not any(word in said for word in _NOT_TAKEN):
            return False
        # `temperature: 0.7` where only the default is taken counts as well: better its own value than no answer.
        refused = {name for name in body.keys() - _NEEDED if re.search(rf"\b{re.escape(name)}\b", said)}
        self.left_out |= refused
        return bool(refused)


def _told_in_words(messages: list[Mapping[str, Any]], schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    form = orjson.dumps(schema).decode()
    ask = f"Answer with one JSON value and nothing else. It must satisfy this JSON schema:\n{form}"
    last = messages[-1]
    if isinstance(last["content"], list):
        return [*messages[:-1], {**last, "content": [*last["content"], {"type": "text", "text": ask}]}]
    return [*messages[:-1], {**last, "content": f"{last['content']}\n\n{ask}"}]
