"""Asking a model for one line of an intent: the question as messages, and the grammar of a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any, NamedTuple

from dialoom.graph.context import Context
from dialoom.intents.line import Line
from dialoom.intents.variety import SOURCES, Asked, Brief
from dialoom.models import Message

# Of an answer: no line of real data is longer.
TOKENS = 32
_MOST_WORDS = 16
# Questions in a row with the examples in one order: what they share is evaluated once for each slot.
_SAME = 16
_WORD = r"[^\x00-\x20<>{}\[\]|#*_\x60\x22]+"


def asks(name: str) -> bool:
    """Whether there is a source of variety of that name which can ask a model."""
    return name in SOURCES.names() and SOURCES.load(name).ask is not None


class Made(NamedTuple):
    """A line, and the ledger key of the answer that it is; None where it was made by rule."""

    line: Line
    call: str | None = None


@dataclass(frozen=True, slots=True)
class LineAsker:
    """Asks a model for lines.

    Attributes:
        params: of every call, over the usual ones.
        slots: what each line is to hold, with a value drawn from the ground's gazetteers.
    """

    model: str
    params: Mapping[str, Any]
    slots: Sequence[str]

    async def ask(self, name: str, brief: Brief, number: int, context: Context) -> Made | None:
        """The `number`-th line of a source of variety that asks; None where there is nothing to ask by. Raises
        RecordError."""
        ask = SOURCES.load(name).ask
        assert ask is not None, "the node asks for those that do"
        asked = ask(_turned(brief, context.random(name, "shown", number // _SAME)), context.random(name, number))
        if asked is None:
            return None
        last = asked.last
        if self.slots:
            drawn = context.random("values", name, number)
            values = brief.ground.gazetteers
            last += " (with " + ", ".join(f"{slot} {drawn.choice(values[slot])}" for slot in self.slots) + ")"
        grammar = _grammar(asked.opener) if context.takes_grammar(self.model) else None
        if asked.opener and grammar is None:
            last += f' Begin with "{asked.opener}".'
        params = {"temperature": 1.0, "max_tokens": TOKENS, **self.params}
        said = await context.ask_whole(
            self.model, _messages(asked, last), params=params, grammar=grammar, sample=number
        )
        text = " ".join(said.text.split("\n")[0].split()).strip(" \"'-")
        return Made(Line(text, brief.ground.intent, variety=name, of=asked.of), said.call)


def _turned(brief: Brief, random: Random) -> Brief:
    """With its examples in another order, as a model leans on the last ones it saw."""
    examples = brief.ground.examples
    return replace(brief, ground=replace(brief.ground, examples=tuple(random.sample(examples, len(examples)))))


def _messages(asked: Asked, last: str) -> list[Message]:
    messages: list[Message] = [{"role": "system", "content": asked.system}]
    for said, answered in asked.turns:
        messages += [{"role": "user", "content": said}, {"role": "assistant", "content": answered}]
    return [*messages, {"role": "user", "content": last}]


def _grammar(opener: str) -> str:
    """A line of whole words that begins so. Words are counted, as a bound on characters is slow to sample under."""
    held = opener.replace("\\", "\\\\").replace('"', '\\"')
    words = f'word (" " word){{1,{_MOST_WORDS}}}'
    root = f'"{held}" " " {words}' if opener else words
    return f"root ::= {root}\nword ::= {_WORD}"
