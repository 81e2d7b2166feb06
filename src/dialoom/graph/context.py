"""What a node may use while it runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any, Protocol, Self

from dialoom.dialogue import Dialogue
from dialoom.models import AskedCall, Message, Token
from dialoom.quality import Verdict

if TYPE_CHECKING:
    from dialoom.graph.node import Node

# How often, in all, a value is asked for until it fits its schema.
JSON_TRIES = 4


@dataclass(frozen=True, slots=True)
class Typed:
    """A value that fits its schema, or the text itself, the answer's text that held it, and where the endpoint gave
    them its tokens and what the model thought before; `call` is the ledger key of the answer."""

    value: Any
    text: str
    tokens: Sequence[Token] = ()
    thoughts: str | None = None
    call: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What a model that has tools answered.

    Attributes:
        text: what it says, beside the calls or instead of them.
        calls: the tools that it asks for, as it wrote them.
        wrong: why the answer cannot be read, in words that the model can act on; None where it can.
    """

    text: str
    calls: Sequence[AskedCall] = ()
    wrong: str | None = None


class Context(Protocol):
    """The run as seen by one visit of one node to one record."""

    __slots__ = ()

    def judge(self, dialogue: Dialogue) -> Verdict:
        """What the recipe's quality rules say of a dialogue, or the usual rules where it has none."""
        ...

    def stage_one(self, dialogue: Dialogue) -> Verdict:
        """What those of the recipe's quality rules say of a dialogue that name no tag, so that no model is needed."""
        ...

    def random(self, *salt: object) -> Random:
        """A generator that depends on the run's seed, the record, the node, the visit and `salt` alone."""
        ...

    def shared_random(self, *salt: object) -> Random:
        """As `random`, but the same for all records."""
        ...

    def takes_grammar(self, model: str) -> bool:
        """Whether a grammar reaches this model's sampler."""
        ...

    def seconds_left(self) -> float | None:
        """How long work on the record may still take; None for any time."""
        ...

    def took(self, seconds: float) -> None:
        """Count time that was spent on the record; that of calls is counted by itself."""
        ...

    def aside(self) -> Self:
        """The same visit for one of several things that are done side by side: what it asks, notes and shows comes into
        the record's lineage by `rejoin`, in the order of these and not in that of the answers."""
        ...

    def rejoin(self, aside: Self) -> None:
        """Add what was done in an `aside` of this visit to the record's lineage."""
        ...

    async def visit(self, name: str, node: Node) -> dict[str, Any]:
        """Visit a node that lies in this one, as the record would come to it; the fields that it wrote.

        Raises RecordError or Rejected, which know the node.
        """
        ...

    async def ask(
        self,
        model: str,
        messages: Sequence[Message],
        *,
        params: Mapping[str, Any] | None = None,
        grammar: str | None = None,
        sample: int = 0,
    ) -> str:
        """The text that the model answers. Raises RecordError."""
        return (await self.ask_whole(model, messages, params=params, grammar=grammar, sample=sample)).text

    async def ask_whole(
        self,
        model: str,
        messages: Sequence[Message],
        *,
        params: Mapping[str, Any] | None = None,
        grammar: str | None = None,
        sample: int = 0,
    ) -> Typed:
        """As `ask`, with the answer's tokens and thoughts; the value is the text."""
        ...

    async def ask_json(
        self,
        model: str,
        messages: Sequence[Message],
        schema: Mapping[str, Any],
        *,
        params: Mapping[str, Any] | None = None,
        sample: int = 0,
    ) -> Any:
        """A value that fits `schema`: natively where the server can, else parsed, mended and asked for again.
        Raises RecordError when the last try does not fit either."""
        return (await self.ask_typed(model, messages, schema, params=params, sample=sample)).value

    async def ask_typed(
        self,
        model: str,
        messages: Sequence[Message],
        schema: Mapping[str, Any],
        *,
        params: Mapping[str, Any] | None = None,
        sample: int = 0,
        tries: int = JSON_TRIES,
    ) -> Typed:
        """As `ask_json`, at most `tries` times, with the answer that held the value."""
        ...

    async def ask_calls(
        self,
        model: str,
        messages: Sequence[Message],
        tools: Sequence[Mapping[str, Any]],
        *,
        choice: str = "auto",
        params: Mapping[str, Any] | None = None,
        sample: int = 0,
        again: int = 0,
    ) -> Said:
        """What the model answers that may call `tools`: natively where the endpoint can, else told in words.

        Earlier calls and results stand in `messages` in OpenAI's form, the arguments as JSON text. `choice` is `auto`,
        `required`, `none` or the name of a tool; `again` counts how often the same was asked in vain. Raises
        RecordError.
        """
        ...

    def note(self, what: str, **detail: Any) -> None:
        """Keep an event in the record's lineage."""
        ...

    def showed(self, examples: Sequence[str]) -> None:
        """Keep in the lineage which examples the model was shown."""
        ...
