"""What a node may use while it runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any, Protocol, Self

from dialoom.dialogue import Dialogue
from dialoom.models import Message, Token
from dialoom.quality import Verdict

if TYPE_CHECKING:
    from dialoom.graph.node import Node

# How often, in all, a value is asked for until it fits its schema.
JSON_TRIES = 4


@dataclass(frozen=True, slots=True)
class Typed:
    """A value that fits its schema, the answer's text that held it, and its tokens where the endpoint gave them."""

    value: Any
    text: str
    tokens: Sequence[Token] = ()


class Context(Protocol):
    """The run as seen by one visit of one node to one record."""

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
        ...

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

    def note(self, what: str, **detail: Any) -> None:
        """Keep an event in the record's lineage."""
        ...

    def showed(self, examples: Sequence[str]) -> None:
        """Keep in the lineage which examples the model was shown."""
        ...
