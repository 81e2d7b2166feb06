"""What all nodes that ask a model share: a prompt, its system message, and examples as earlier turns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self

import orjson
from pydantic import (
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    SerializerFunctionWrapHandler,
    WithJsonSchema,
    model_serializer,
    model_validator,
)
from pydantic_core import PydanticCustomError

from dialoom.errors import DataError, DialoomError, Place, RecordError
from dialoom.graph.context import Context
from dialoom.graph.examples import ExamplesField
from dialoom.graph.node import Fields, Node, Shape
from dialoom.graph.record import Record
from dialoom.graph.source import Row
from dialoom.graph.template import Template
from dialoom.models import Message
from dialoom.nodes._draw import check_choice, draw, place
from dialoom.nodes._rough_tokens import rough_tokens

# The field that says which model was drawn for a record.
_DRAWN = "model"
_MODEL_SCHEMA = {
    "anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": {"type": "number", "minimum": 0}}]
}


class Asking(Node):
    """A node that asks a model."""

    # Whether `model` may be weights of several.
    DRAWS: ClassVar[bool] = True

    model: Annotated[str, WithJsonSchema(_MODEL_SCHEMA)] = Field(
        default="writer",
        description="The model it asks, by its name in the recipe; or one of several, drawn for each record by weight, "
        "such as {small: 1, large: 1}. The field `model` then says which, and one that it names already is taken.",
    )
    system: Template | None = Field(default=None, description="The system message.")
    temperature: float | None = Field(default=None, ge=0, description="Sampling temperature.")
    max_tokens: int | None = Field(default=None, ge=1, description="Most tokens of an answer.")
    params: dict[str, Any] = Field(default_factory=dict, description="Further sampling parameters, by OpenAI's names.")

    _mix: dict[str, float] = PrivateAttr(default_factory=dict)

    @model_validator(mode="wrap")
    @classmethod
    def _take_mix(cls, value: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        mix = value.get("model") if isinstance(value, Mapping) and cls.DRAWS else None
        if not isinstance(mix, Mapping):
            return handler(value)
        if not mix:
            raise PydanticCustomError("model", "expected a model's name, or weights of several")
        try:
            weights = check_choice(mix)
        except ValueError as error:
            raise PydanticCustomError("model", "{why}", {"why": str(error)}) from error
        node = handler({**value, "model": next(iter(weights))})
        node._mix = weights
        return node

    @model_serializer(mode="wrap")
    def _with_mix(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        written: dict[str, Any] = handler(self)
        return {**written, "model": self._mix} if self._mix and "model" in written else written

    def models(self) -> Mapping[str, str]:
        return {f"model.{name}": name for name in self._mix} or {"model": self.model}

    def draws(self) -> Mapping[str, Shape]:
        return {_DRAWN: {"type": "string", "enum": list(self._mix)}} if self._mix else {}

    def problems(self, shapes: Mapping[str, Shape]) -> Iterable[DialoomError]:
        yield from super().problems(shapes)
        drawn = shapes.get(_DRAWN, {}).get("enum")
        if self._mix and drawn is not None and (other := [name for name in drawn if name not in self._mix]):
            yield DialoomError(
                f"a node before it draws one of {', '.join(drawn)}, and '{other[0]}' is none of {', '.join(self._mix)}",
                place=Place(field="model"),
                remedy="let both draw from the same models: a record stays with the one that was drawn first",
            )

    def for_record(self, record: Record, context: Context) -> tuple[Node, Fields]:
        if not self._draws_model:
            return self, {}
        name = record.fields.get(_DRAWN)
        if name is None:
            # Evenly over the records, as quotas are, so that tables by model have rows of the same number.
            name = draw(self._mix, place(_DRAWN, 0, True, record, context))
        elif name not in self._mix:
            raise RecordError(
                f"the field '{_DRAWN}' holds {name!r:.40}, and the models to draw from are {', '.join(self._mix)}",
                remedy=f"call that field of the source something else than '{_DRAWN}'",
            )
        return self.model_copy(update={"model": name}), {_DRAWN: name}

    @cached_property
    def _draws_model(self) -> bool:
        # Kept, as each visit asks, and pydantic takes a while over private attributes.
        return bool(self._mix)

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
        return rough_tokens(length)


def as_text(value: Any) -> str | None:
    """A field's value as a model would have written it: text as it is, a list of texts as lines, else JSON."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "\n".join(f"- {item}" for item in value)
    return orjson.dumps(value).decode()
