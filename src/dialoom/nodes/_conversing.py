"""Asking in a conversation: the prompt as messages, what was said before, and a word at the right moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic import Field

from dialoom.errors import DialoomError, Place
from dialoom.graph.context import Context
from dialoom.graph.node import Shape
from dialoom.graph.source import Row
from dialoom.graph.template import Template
from dialoom.models import Message
from dialoom.nodes._history import HistoryField, Injects, Said, injected
from dialoom.nodes._prompted import Prompted


class Conversing(Prompted):
    """A node that may ask in the middle of a conversation."""

    said: list[Said] = Field(
        default_factory=list,
        alias="messages",
        description="In place of `prompt` and `system`: messages, each with `role` and `content`; the last one asks.",
    )
    history: HistoryField | None = Field(
        default=None, description="The field with what was said before: {field: chat, last: 6, append: true}."
    )
    inject: Injects = Field(
        default_factory=list, description="System messages at one point of the conversation: {at: 3, system: TEXT}."
    )

    def needs(self) -> Mapping[str, str]:
        if self.history is None or self.history.append:
            return super().needs()
        return {**super().needs(), self.history.field: "history"}

    def problems(self, shapes: Mapping[str, Shape]) -> Iterable[DialoomError]:
        yield from super().problems(shapes)
        if self.said and self.said[-1].role != "user":
            yield DialoomError(
                "the last message is none that asks", place=Place(field="messages"), remedy="let a user say it"
            )
        if self.said and self.system is not None:
            yield DialoomError(
                "there are both 'messages' and 'system'",
                place=Place(field="system"),
                remedy="make it the first of the messages, with the role system",
            )
        if self.said and self.examples is not None:
            yield DialoomError(
                "examples are shown with a prompt, and there are 'messages'",
                place=Place(field="examples"),
                remedy="write them as messages, or use 'prompt'",
            )

    def in_conversation(
        self,
        prompt: Template | None,
        fields: Mapping[str, Any],
        context: Context,
        answer: Callable[[Row], str | None],
    ) -> list[Message]:
        """All that the model is sent; the question is the last."""
        if prompt is not None:
            messages = self.messages(prompt, fields, context, answer)
        else:
            messages = [{"role": each.role, "content": each.content.render(fields)} for each in self.said]
        if self.history is None and not self.inject:
            return messages
        # What stands before, such as examples, is no part of the conversation whose questions are counted.
        head, question = messages[:-1], messages[-1]
        earlier = self.history.messages(fields) if self.history is not None else []
        seen = self.history.window(earlier) if self.history is not None else []
        first = 1 + _questions(earlier) - _questions(seen)
        what = [(each.at, each.system.render(fields)) for each in self.inject]
        return [*head, *injected([*seen, question], first, what)]

    def question_tokens(self, prompt: Template | None) -> int:
        """Tokens of one question, roughly, without what was said before."""
        if prompt is not None:
            return self.prompt_tokens(prompt)
        return sum(self.prompt_tokens(each.content) for each in self.said)


def _questions(messages: list[Message]) -> int:
    return sum(message["role"] == "user" for message in messages)
