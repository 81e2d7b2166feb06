"""One request that is put to a bot, and what has to come of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Side = Literal["caller", "user", "lines"]
"""Who is the user: `caller` answers by facts without a model, `user` is a model, `lines` says what is written."""

CLEAN = "clean"
UNKNOWN = "(unknown)"
"""The intent of a request of which nobody has said what it means."""


@dataclass(frozen=True, slots=True)
class Said:
    """A user's turn that is written down, with its labels."""

    text: str
    intent: str = ""
    slots: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A request.

    Attributes:
        request: its name, the same for all of its variants.
        lines: what the user says; of the others than `lines` the first alone. A `user` without any words it itself.
        goal: what is wanted, as a simulated user is told it.
        style: how a simulated user speaks.
        knows: facts by slot: the value, then further names by which it may be asked for.
        required: slots that the bot has to fill.
        escalate: whether it has to hand over; None where that is not known.
        confirms: texts that the bot has to say for the request to be solved.
        noise: rates of the kinds of noise that this variant has.
    """

    request: str
    intent: str
    side: Side
    lines: Sequence[Said]
    goal: str = ""
    style: str = ""
    knows: Mapping[str, Sequence[str]] = field(default_factory=dict)
    required: Sequence[str] = ()
    escalate: bool | None = None
    confirms: Sequence[str] = ()
    criticality: str = "medium"
    patience: int | None = None
    variant: str = CLEAN
    noise: Mapping[str, float] = field(default_factory=dict)

    def row(self) -> dict[str, Any]:
        """As the seed record of a run."""
        return {
            "request": self.request,
            "intent": self.intent,
            "side": self.side,
            "variant": self.variant,
            "noise": dict(self.noise),
            "opening": self.lines[0].text if self.lines else "",
            "lines": [said.text for said in self.lines],
            "goal": self.goal or (self.lines[0].text if self.lines else self.intent),
            "style": self.style,
            "knows": {name: list(told) for name, told in self.knows.items()},
            "patience": self.patience,
            "expected": {
                "turns": [{"intent": said.intent, "slots": dict(said.slots)} for said in self.lines],
                "required": list(self.required),
                "escalate": self.escalate,
                "confirms": list(self.confirms),
                "criticality": self.criticality,
            },
        }
