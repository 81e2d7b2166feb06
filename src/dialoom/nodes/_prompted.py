"""What all nodes that ask a model share: a prompt, its system message, and examples as earlier turns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import orjson
from pydantic import Field

from dialoom.errors import DataError, DialoomError, Place
from dialoom.graph.context import Context
from dialoom.graph.examples import ExamplesField
from dialoom.graph.node import Node
from dialoom.graph.source import Row
from dialoom.graph.template import Template
from dialoom.models import Message

# Characters of English text to a token, roughly, for estimates made without a tokenizer.
_CHARS_PER_TOKEN = 4


class Asking(Node):
    """A node that asks a model."""

    model: str = Field(default="writer", description="The model it asks, by its name in the recipe.")
    system: Template | None = Field(default=None, description="The system message.")
    temperature: float | None = Field(default=None, ge=0, description="Sampling temperature.")
    max_tokens: int | None = Field(default=None, ge=1, description="Most tokens of an answer.")
    params: dict[str, Any] = Field(default_factory=dict, description="Further sampling parameters, by OpenAI's names.")

    def models(self) -> Mapping[str, str]:
        return {"model": self.model}

    def sampling(self) -> dict[str, Any]:
        """The parameters of its calls."""
        own = {"temperature": self.temperature, "max_tokens": self.max_tokens}
        return {name: value for name, value in own.items() if value is not None} | self.params


class Prompted(Asking):
    """A node that asks a model with examples as earlier turns."""

    examples: ExamplesField | None = Field(default=None, description="Examples, shown as earlier turns.")

    def prepare(self, folder: Path) -> None:
        if self.examples is not None:
            try:
                self.examples.load(folder, self.usable, f"'{self.answer_field()}'")
            except DialoomError as error:
                raise DataError(f"its examples: {error}", place=Place(field="examples")) from error

    def answer_field(self) -> str:
        """The field of an example that holds what the model should have answered."""
        return self.field

    def usable(self, row: Row) -> bool:
        """Whether an example holds what the model should have answered."""
        return row.get(self.answer_field()) not in (None, "", [], {})

    def messages(
        self,
        prompt: Template,
        fields: Mapping[str, Any],
        context: Context,
        answer: Callable[[Row], str | None],
        variables: Callable[[Row], Mapping[str, Any]] = lambda row: {},
        system: Template | None = None,
    ) -> list[Message]:
        """The system message, drawn examples as earlier turns, and the prompt.

        What all records share comes first and what is the record's own last, so that a server's prefix cache helps.

        Args:
            answer: what the model should have said to an example row; None leaves the row out.
            variables: variables beside a row's fields that the prompt is rendered with for it.
            system: a system message for a node that was given none.
        """
        messages: list[Message] = []
        system = self.system or system
        if system is not None:
            messages.append({"role": "system", "content": system.render(fields)})
        shown = []
        for name, row in self.drawn(context):
            said = answer(row)
            if said is None:
                continue
            shown.append(name)
            messages.append({"role": "user", "content": prompt.render({**row, **variables(row)}, lenient=True)})
            messages.append({"role": "assistant", "content": said})
        if shown:
            context.showed(shown)
        messages.append({"role": "user", "content": prompt.render(fields)})
        return messages

    def drawn(self, context: Context) -> list[tuple[str, Row]]:
        """The examples for the record being visited, as (id, row)."""
        if self.examples is None:
            return []
        return self.examples.draw(context.random("examples"), context.shared_random("examples"))

    def prompt_tokens(self, prompt: Template) -> int:
        """Tokens of one question, roughly."""
        length = len(prompt.source) + (len(self.system.source) if self.system else 0)
        if self.examples is not None and self.examples.loaded:
            rows = self.examples.loaded
            length += self.examples.take * sum(len(orjson.dumps(row)) for _, row in rows) // len(rows)
        return length // _CHARS_PER_TOKEN


def as_text(value: Any) -> str | None:
    """A field's value as a model would have written it: text as it is, a list of texts as lines, else JSON."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "\n".join(f"- {item}" for item in value)
    return orjson.dumps(value).decode()
