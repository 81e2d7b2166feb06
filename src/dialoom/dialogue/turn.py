"""One utterance and what is noted on it."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Slot(BaseModel):
    """A slot value; `start` and `end` are character offsets into the turn's text where it is a span."""

    model_config = ConfigDict(extra="forbid")

    name: str
    value: str
    start: int | None = None
    end: int | None = None


class ToolCall(BaseModel):
    """A tool that the speaker called in this turn, its arguments, and the result if it is known."""

    model_config = ConfigDict(extra="forbid")

    name: str
    arguments: dict[str, Any] = Field(default_factory=dict)
    id: str | None = None
    result: Any = None


class Turn(BaseModel):
    """One utterance: who says what, with its annotations."""

    model_config = ConfigDict(extra="forbid")

    speaker: str
    text: str
    intent: str | None = None
    slots: list[Slot] = Field(default_factory=list)
    acts: list[str] = Field(default_factory=list)
    emotion: str | None = None
    tool_calls: list[ToolCall] = Field(default_factory=list)
    meta: dict[str, Any] = Field(default_factory=dict)
