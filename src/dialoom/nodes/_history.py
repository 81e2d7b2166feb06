"""What was said before, as a model's earlier messages: read from a field, cut to a window, added to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from dialoom.dialogue import Turn
from dialoom.errors import RecordError
from dialoom.graph.node import Shape
from dialoom.graph.template import Template
from dialoom.models import Message
from dialoom.models.plain_numbers import PlainNumbers
from dialoom.nodes._dialogue_field import dialogue_value

_ROLES = ("system", "user", "assistant")
_TEXT = {"type": "string"}
_MESSAGES = {"type": "array", "items": {"type": "object", "properties": {"role": _TEXT, "content": _TEXT}}}


class Said(BaseModel):
    """A message as a recipe writes it."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)

    role: Literal["system", "user", "assistant"] = Field(description="Who says it: system, user or assistant.")
    content: Template = Field(description="What is said.")


class Inject(PlainNumbers):
    """A system message that comes at one point of a conversation."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)

    at: int = Field(ge=1, description="Before which question, counted from 1 over the whole conversation.")
    system: Template = Field(description="What the model is told there.")


class History(PlainNumbers):
    """Which of a record's fields holds what was said before, and how much of it the model sees."""

    model_config = ConfigDict(extra="forbid")

    field: str = Field(description="The field with messages ({role, content}), turns ({speaker, text}) or a dialogue.")
    last: int | None = Field(default=None, ge=1, description="See only so many of the last messages; left out, all.")
    append: bool = Field(default=False, description="Add the question and the answer to the field, or begin it.")
    speakers: list[str] | None = Field(
        default=None,
        min_length=2,
        max_length=2,
        description="For a dialogue: who asks, and as whom the model answers; left out, who spoke first asks.",
    )

    def shape(self) -> Shape:
        """What the field holds once it was added to."""
        return _MESSAGES if self.speakers is None else {"type": "object"}

    def messages(self, fields: Mapping[str, Any]) -> list[Message]:
        """All that was said before. Raises RecordError where the field holds something else."""
        value = fields.get(self.field)
        turns = value.get("turns") if isinstance(value, Mapping) else value
        if value is None and self.append:
            return []
        if not isinstance(turns, list) or not all(isinstance(turn, Mapping) for turn in turns):
            raise RecordError(f"'{self.field}' holds no messages and no turns but {value!r:.60}")
        if all(turn.get("role") in _ROLES and isinstance(turn.get("content"), str) for turn in turns):
            return [{"role": turn["role"], "content": turn["content"]} for turn in turns]
        if all(isinstance(turn.get("speaker"), str) and isinstance(turn.get("text"), str) for turn in turns):
            return self._of_turns(turns)
        raise RecordError(f"'{self.field}' holds something that is neither a message nor a turn")

    def window(self, messages: Sequence[Message]) -> list[Message]:
        """The last of the messages, from a question on; a system message at the very beginning stays."""
        first = [messages[0]] if messages and messages[0]["role"] == "system" else []
        rest = list(messages[len(first) :])
        if self.last is not None:
            rest = rest[-self.last :]
        # Many models refuse a conversation that begins with their own words.
        while rest and rest[0]["role"] == "assistant":
            rest.pop(0)
        return [*first, *rest]

    def added(self, fields: Mapping[str, Any], question: str, answer: str) -> dict[str, Any]:
        """The field with a question and its answer at the end."""
        if self.speakers is None:
            value = fields.get(self.field)
            if isinstance(value, Mapping) or (isinstance(value, list) and any("speaker" in turn for turn in value)):
                raise RecordError(
                    f"'{self.field}' holds turns, and nobody is named who said these", remedy="name the 'speakers'"
                )
            said = ({"role": "user", "content": question}, {"role": "assistant", "content": answer})
            return {self.field: [*self.messages(fields), *said]}
        value = fields.get(self.field) or {"turns": []}
        turns = value["turns"] if isinstance(value, Mapping) else value
        said_now = zip(self.speakers, (question, answer), strict=True)
        now = [Turn(speaker=speaker, text=text) for speaker, text in said_now]
        return {self.field: dialogue_value([*map(Turn.model_validate, turns), *now])}

    def _of_turns(self, turns: Sequence[Mapping[str, Any]]) -> list[Message]:
        names = list(dict.fromkeys(turn["speaker"] for turn in turns))
        me = self.speakers[1] if self.speakers else (names[1] if len(names) > 1 else None)
        # With several others, the model has to see who says what.
        several = len([name for name in names if name != me]) > 1
        messages: list[Message] = []
        for turn in turns:
            role = "assistant" if turn["speaker"] == me else "user"
            text = f"{turn['speaker']}: {turn['text']}" if several and role == "user" else turn["text"]
            if messages and messages[-1]["role"] == role:
                messages[-1] = {"role": role, "content": f"{messages[-1]['content']}\n{text}"}
            else:
                messages.append({"role": role, "content": text})
        return messages


def injected(messages: Sequence[Message], first: int, what: Sequence[tuple[int, str]]) -> list[Message]:
    """The messages with system messages before the questions of these numbers; `first` is the number of the first."""
    shown: list[Message] = []
    number = first
    for message in messages:
        if message["role"] == "user":
            shown += [{"role": "system", "content": text} for at, text in what if at == number]
            number += 1
        shown.append(message)
    return shown


def _as_history(value: Any) -> Any:
    return {"field": value} if isinstance(value, str) else value


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, Mapping) else value


HistoryField = Annotated[History, BeforeValidator(_as_history, json_schema_input_type=str | History)]
Injects = Annotated[list[Inject], BeforeValidator(_as_list, json_schema_input_type=Inject | list[Inject])]
