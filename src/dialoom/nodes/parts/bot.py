"""`bot`: a speaker that is a bot of the user's own, behind an HTTP endpoint."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from uuid import uuid4
from weakref import WeakKeyDictionary

from pydantic import Field, PrivateAttr, field_validator

from dialoom.dialogue import Slot, Turn
from dialoom.errors import DialoomError, Place, RecordError
from dialoom.graph.context import Context
from dialoom.graph.node import Shape as FieldShape
from dialoom.intents.line import Line
from dialoom.intents.noise import Rates, roughen
from dialoom.nodes._bots import SHAPES, Failure, Heard, Shape, Wire
from dialoom.nodes._speaker import SILENT, Cue, Part, Said, Scene
from dialoom.registry import UnknownName

ESCALATED = "escalated"
FAILED = "failed"
HANDS_OVER = (
    r"\b(transfer(ring)?|connect(ing)?|put(ting)?|pass(ing)?|hand(ing)?|forward(ing)?|escalat(e|ing))\b[^.?!]{0,40}"
    r"\b(you|this|it|your \w+)\b[^.?!]{0,40}\b(human|agent|person|colleague|advis[eo]r|specialist|supervisor|manager"
    r"|team|desk|staff|representative|operator)\b"
)


class Bot(Part):
    """A bot that is posted what was said since its last turn, and whose answer is its turn.

    The turn's `meta.bot` has what it told and what was measured: `seconds`, `status`, `session`, `intent`, `slots`,
    `escalated`; `heard` where noise changed the words; `failed`, `why` and `body` where no answer came, which ends the
    talk. It answers, so somebody else has to speak first.
    """

    kind: Literal["bot"] = Field(default="bot", description="A bot behind an HTTP endpoint.")
    url: str = Field(description="Where messages are posted, such as http://127.0.0.1:5005/webhooks/rest/webhook.")
    shape: str | dict[str, Any] = Field(
        default="plain", description="How it is spoken to: rasa, rasa_tracker, openai, plain, or a shape of one's own."
    )
    headers: dict[str, str] = Field(
        default_factory=dict,
        description="Headers; $NAME or ${NAME} in a value is that environment variable, so that no key is written.",
    )
    seconds: float = Field(default=30.0, gt=0, description="How long to wait for an answer.")
    # What cannot alter an answer is left out of the recipe's hash.
    tries: int = Field(
        default=3,
        ge=1,
        exclude=True,
        description="How often a message is sent that it cannot have taken in: no connection, 429, 503.",
    )
    at_once: int = Field(default=4, ge=1, exclude=True, description="Most messages on their way at a time.")
    noise: Rates | None = Field(
        default=None,
        description="Noise put into what it is sent, {kinds: {typo: 1}}; left out, the record's `noise`: {typo: 1}.",
    )
    hands_over: str = Field(
        default=HANDS_OVER,
        description="A regular expression for words that tell a hand-over to a person, of a bot that does not tell it "
        "otherwise. The talk is over then.",
    )

    # A bound on connections and no state of a run; a loop has its own, as clients live in one.
    _wires: WeakKeyDictionary[asyncio.AbstractEventLoop, Wire] = PrivateAttr(default_factory=WeakKeyDictionary)
    _known: Shape | None = PrivateAttr(default=None)

    @field_validator("shape")
    @classmethod
    def _of_ones_own(cls, shape: str | dict[str, Any]) -> str | dict[str, Any]:
        # Kept as it is written: its templates read what comes over the wire, and no fields of the record.
        if isinstance(shape, dict):
            Shape.model_validate(shape)
        return shape

    @field_validator("hands_over")
    @classmethod
    def _pattern(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"no regular expression: {error}") from error
        return pattern

    @field_validator("url")
    @classmethod
    def _address(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValueError("expected the address of an endpoint, http://HOST:PORT/PATH")
        return url

    def calls_a_turn(self) -> tuple[int, int]:
        return 0, 0

    def prepare(self, folder: Path) -> None:
        if isinstance(self.shape, dict):
            self._known = Shape.model_validate(self.shape)
        else:
            try:
                self._known = SHAPES.load(self.shape)
            except UnknownName as error:
                raise DialoomError(error.what, place=Place(field="shape"), remedy=error.remedy) from error

    def problems(self, shapes: Mapping[str, FieldShape]) -> Iterable[DialoomError]:
        for name, value in self.headers.items():
            if "$" in os.path.expandvars(value):
                yield DialoomError(
                    "an environment variable in it is not set", place=Place(field=f"headers.{name}"), remedy="set it"
                )

    def speaker(self, me: Mapping[str, Any], scene: Scene) -> BotSpeaker:
        given = scene.fields.get("noise")
        rates = self.noise or (Rates(kinds=dict(given)) if isinstance(given, Mapping) else Rates())
        # Never drawn from the seed: a talk that is played again must not meet what the bot remembers of the first.
        return BotSpeaker(self, str(me["name"]), scene, f"dialoom-{uuid4().hex}", rates)

    def wire(self) -> Wire:
        """The line to it, one for all talks of an event loop."""
        loop = asyncio.get_running_loop()
        found = self._wires.get(loop)
        if found is None:
            assert self._known is not None, "the part was not prepared"
            found = self._wires[loop] = Wire(
                self.url,
                self._known,
                headers={name: os.path.expandvars(value) for name, value in self.headers.items()},
                seconds=self.seconds,
                tries=self.tries,
                at_once=self.at_once,
            )
        return found


@dataclass
class BotSpeaker:
    """A bot in one talk, which is one session of it."""

    part: Bot
    name: str
    scene: Scene
    session: str
    rates: Rates
    _messages: list[dict[str, str]] = field(default_factory=list)

    async def say(self, so_far: Sequence[Turn], cue: Cue, context: Context) -> Said:
        since = max((at + 1 for at, turn in enumerate(so_far) if turn.speaker == self.name), default=0)
        said = [turn for turn in so_far[since:] if turn.text]
        if not said:
            raise RecordError(f"there is nothing for {self.name} to answer", remedy="let somebody else speak first")
        heard = " ".join(self._roughened(turn, cue.turn, context) for turn in said)
        meta: dict[str, Any] = {"session": self.session}
        if heard != " ".join(turn.text for turn in said):
            meta["heard"] = heard
        self._messages.append({"role": "user", "content": heard})
        variables = {
            "session": self.session,
            "text": heard,
            "messages": list(self._messages),
            "turn": sum(message["role"] == "user" for message in self._messages),
            "params": self.part.params,
        }
        try:
            answer = await self.part.wire().say(variables)
        except Failure as failure:
            return self._without(failure, meta, context)
        self._messages.append({"role": "assistant", "content": answer.text})
        return self._said(answer, meta)

    def _roughened(self, turn: Turn, number: int, context: Context) -> str:
        if not self.rates.kinds:
            return turn.text
        line = Line(turn.text, "", tuple(slot for slot in turn.slots if slot.start is not None))
        return roughen(line, self.rates, context.random("noise", number, self.scene.sample)).text

    def _said(self, answer: Heard, meta: dict[str, Any]) -> Said:
        told = {"intent": answer.intent, "slots": answer.slots, "escalated": answer.escalated}
        meta |= {"seconds": round(answer.seconds, 4), "status": answer.status}
        meta |= {name: value for name, value in told.items() if value is not None}
        turn = Turn(
            speaker=self.name,
            text=answer.text,
            slots=[Slot(name=name, value=value) for name, value in (answer.slots or {}).items()],
            meta={"bot": meta} | ({} if answer.text else {SILENT: True}),
        )
        over = answer.escalated
        if over is None:
            over = re.search(self.part.hands_over, answer.text, re.IGNORECASE) is not None
        return Said(turn, ESCALATED if over else None, final=over)

    def _without(self, failure: Failure, meta: dict[str, Any], context: Context) -> Said:
        """What came of a message that was not answered. One that never arrived says nothing of the bot."""
        if failure.untaken:
            raise RecordError(f"the bot was not there: {failure}", remedy="start it, or ask it for fewer at once")
        meta |= {"seconds": round(failure.seconds, 4), "failed": failure.kind.value, "why": str(failure)}
        meta |= {} if failure.status is None else {"status": failure.status}
        meta |= {"body": failure.body} if failure.body else {}
        context.note("the bot failed", kind=failure.kind.value, why=str(failure), candidate=self.scene.sample)
        return Said(Turn(speaker=self.name, text="", meta={"bot": meta, SILENT: True}), FAILED, final=True)


PART = Bot
