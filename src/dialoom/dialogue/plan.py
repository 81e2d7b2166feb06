"""The reasoning about a talk that is made before it, kept apart from the dialogue."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

CHARACTERISTICS = (
    "age_and_gender",
    "familiarity",
    "emotion",
    "formality",
    "duration",
    "medium",
    "topic",
    "location",
    "agreement",
    "natural_features",
)


class Plan(BaseModel):
    """The ten characteristics of a dialogue (DiaSynth, Suresh et al. 2024) and the thoughts behind them.

    `thoughts` is the chain of thought: how the characteristics act on each other in this talk. A characteristic that
    nobody chose is None.
    """

    model_config = ConfigDict(extra="allow")

    age_and_gender: str | None = None
    familiarity: str | None = None
    emotion: str | None = None
    formality: str | None = None
    duration: str | None = None
    medium: str | None = None
    topic: str | None = None
    location: str | None = None
    agreement: str | None = None
    natural_features: str | None = None
    thoughts: str | None = None
