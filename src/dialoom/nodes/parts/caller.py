"""`caller`: a user without a model, who opens with given words, answers what it is asked for, or says it again."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import Field

from dialoom.dialogue import Turn
from dialoom.errors import RecordError
from dialoom.graph.context import Context
from dialoom.graph.template import Template
from dialoom.nodes._ending import said_again
from dialoom.nodes._facts import with_facts
from dialoom.nodes._speaker import GOAL, PATIENCE, Cue, Part, Said, Scene
from dialoom.nodes._user_words import asks, asks_for, asks_for_anything, brings_nothing

_UNKNOWN = "I don't know."
_YES = "Yes."
_IF_SO = re.compile(
    r"\b(is (that|this|it) (right|correct|ok(ay)?)|correct\?|shall i|should i|do you want|would you like|can i go ahead"
    r"|are you sure|do you confirm|please confirm)",
    re.IGNORECASE,
)
_NOT_TAKEN_IN = re.compile(
    r"\b(rephrase|(didn'?t|did not|don'?t|do not|couldn'?t) (quite )?(understand|get|catch)|say (that|it) again"
    r"|not sure (what|i)|try again|in other words)\b",
    re.IGNORECASE,
)


class Caller(Part):
    """A user whose words follow from what it was given: nobody is asked, and the same answers get the same replies.

    It opens with `opening`, gives a fact when the other asks for it by name, says yes where it is asked to confirm, and
    says that it does not know what it was not told. Where it was not understood it says its opening again, `patience`
    times. An answer that asks for nothing more is taken for the solution.
    """

    kind: Literal["caller"] = Field(default="caller", description="A user without a model, who answers by facts.")
    opening: Template | None = Field(
        default=None, description="What it says first; left out, the record's `opening`, `goal` or `topic`."
    )
    knows: dict[str, str | list[str]] | None = Field(
        default=None,
        description="Facts by name: the value, or a list of the value and further names by which it may be asked for. "
        "Left out, the record's `knows`.",
    )
    patience: int = Field(default=2, ge=1, description="How many turns without progress it takes before it gives up.")

    def calls_a_turn(self) -> tuple[int, int]:
        return 0, 0

    def speaker(self, me: Mapping[str, Any], scene: Scene) -> CallerSpeaker:
        knows = self.knows if self.knows is not None else scene.fields.get("knows") or {}
        if not isinstance(knows, Mapping):
            raise RecordError(
                "what a caller knows is an object of names and values", remedy="knows: {order number: A-12}"
            )
        facts = {}
        for name, told in knows.items():
            value, *names = [str(each) for each in (told if isinstance(told, list) else [told])] or [""]
            facts[str(name)] = (value, [str(name), *names])
        if self.opening is not None:
            opening = self.opening.render({**scene.fields, "me": me, "others": scene.others(me)})
        else:
            opening = next((str(scene.fields[key]) for key in _OPENINGS if scene.fields.get(key)), "")
        if not opening.strip():
            raise RecordError("the caller has nothing to open with", remedy="give the field 'opening'")
        return CallerSpeaker(str(me["name"]), opening.strip(), facts, self.patience)


_OPENINGS = ("opening", "goal", "topic")


@dataclass
class CallerSpeaker:
    """A caller of one talk: what it has told, and how often nothing has come of it.

    Attributes:
        facts: by name, the value and all names by which it may be asked for.
    """

    name: str
    opening: str
    facts: Mapping[str, tuple[str, Sequence[str]]]
    patience: int
    _told: set[str] = field(default_factory=set)
    _without: int = 0

    async def say(self, so_far: Sequence[Turn], cue: Cue, context: Context) -> Said:
        if not any(turn.speaker == self.name for turn in so_far):
            self._told |= {
                name for name, (value, _) in self.facts.items() if value.casefold() in self.opening.casefold()
            }
            return Said(self._turn(self.opening))
        since = max(at for at, turn in enumerate(so_far) if turn.speaker == self.name) + 1
        heard = " ".join(turn.text for turn in so_far[since:])
        earlier = [turn.text for turn in so_far[:since] if turn.speaker != self.name]
        return self._answer(heard, any(said_again(heard, text) for text in earlier))

    def _answer(self, heard: str, again: bool) -> Said:
        asked = [name for name, (_, names) in self.facts.items() if asks_for(heard, names)]
        if not asked and asks_for_anything(heard):
            asked = [name for name in self.facts if name not in self._told][:1]
        lost = not heard.strip() or bool(_NOT_TAKEN_IN.search(heard)) or brings_nothing(heard)
        if (lost and not asked) or again:
            self._without += 1
            if self._without > self.patience:
                return self._over(PATIENCE)
        if asked:
            self._told |= set(asked)
            return Said(self._turn(" and ".join(self.facts[name][0] for name in asked)))
        if lost:
            return Said(self._turn(self.opening))
        if _IF_SO.search(heard):
            return Said(self._turn(_YES))
        if asks(heard):
            return Said(self._turn(_UNKNOWN))
        return self._over(GOAL)

    def _turn(self, text: str) -> Turn:
        return with_facts(Turn(speaker=self.name, text=text), {name: value for name, (value, _) in self.facts.items()})

    def _over(self, why: str) -> Said:
        return Said(Turn(speaker=self.name, text=""), why, final=True)


PART = Caller
