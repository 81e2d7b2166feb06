"""A talk that was played, as checks look at it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dialoom.dialogue import Dialogue, Turn
from dialoom.dialogue.words import words
from dialoom.evaluation.stress.play import BOT
from dialoom.nodes.parts.bot import ESCALATED


@dataclass(frozen=True)
class Talk:
    """A talk."""

    dialogue: Dialogue

    @property
    def fields(self) -> Mapping[str, Any]:
        return self.dialogue.fields

    @property
    def request(self) -> str:
        return str(self.fields["request"])

    @property
    def intent(self) -> str:
        return str(self.fields["intent"])

    @property
    def variant(self) -> str:
        return str(self.fields["variant"])

    @property
    def side(self) -> str:
        return str(self.fields["side"])

    @property
    def expected(self) -> Mapping[str, Any]:
        """See Scenario.row."""
        return self.fields["expected"]  # type: ignore[no-any-return]

    @property
    def demanded(self) -> bool | None:
        """Whether somebody has to take over; None where that is not known."""
        return self.expected["escalate"]  # type: ignore[no-any-return]

    @cached_property
    def answers(self) -> list[Turn]:
        """The bot's turns."""
        return [turn for turn in self.dialogue.turns if turn.speaker == BOT]

    @cached_property
    def told(self) -> list[Mapping[str, Any]]:
        """What the bot told with each of its turns, and what was measured: see the cast's bot."""
        return [turn.meta.get("bot", {}) for turn in self.answers]

    @property
    def texts(self) -> list[str]:
        return [turn.text for turn in self.answers]

    @cached_property
    def ended(self) -> Mapping[str, Any]:
        """How it ended: `by`, and `repeated` where turns were cut out."""
        return next((event.detail for event in self.dialogue.lineage.events if event.what == "the talk ended"), {})

    @property
    def failed(self) -> str | None:
        """What went wrong with the message that ended it: crashed, timed out ...; None where nothing did."""
        return next((str(one["failed"]) for one in self.told if "failed" in one), None)

    @cached_property
    def slots(self) -> dict[str, str]:
        """What the bot has told of slots, the last of each."""
        return {name: value for one in self.told for name, value in one.get("slots", {}).items()}

    @property
    def values(self) -> dict[str, str]:
        """The right values, as far as they are known."""
        return {name: str(told[0]) for name, told in self.fields["knows"].items() if told}

    @cached_property
    def escalated_at(self) -> int | None:
        """The number of the answer, from 1, with which the bot has handed over; None where it has not."""
        told = next((number for number, one in enumerate(self.told, 1) if one.get("escalated")), None)
        # Of a bot that does not tell it the words did, and ended the talk.
        return told or (len(self.answers) if self.ended.get("by") == ESCALATED else None)


@dataclass(frozen=True, slots=True)
class Tells:
    """What a bot tells of itself in any of its talks. What it never tells cannot be held against it."""

    intent: bool
    slots: bool

    @classmethod
    def of(cls, talks: Iterable[Talk]) -> Tells:
        told = [one for talk in talks for one in talk.told]
        return cls(any("intent" in one for one in told), any("slots" in one for one in told))


def plain(text: str) -> str:
    """A value without case, marks and spaces, for comparing."""
    return "".join(words(text)).casefold()


def said_in(value: str, texts: Sequence[str]) -> bool:
    """Whether a value stands in one of the texts, whatever its case and marks."""
    wanted = [word.casefold() for word in words(value)]
    for text in texts:
        heard = [word.casefold() for word in words(text)]
        if wanted and any(heard[at : at + len(wanted)] == wanted for at in range(len(heard) - len(wanted) + 1)):
            return True
    return False
