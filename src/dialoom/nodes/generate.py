"""`generate`: ask a model for a text, a typed value, or a list of either."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from pydantic import Field, model_validator

from dialoom.errors import DialoomError, Place, RecordError
from dialoom.graph.context import JSON_TRIES, Context, Typed
from dialoom.graph.node import Fields, Shape, Work
from dialoom.graph.record import Record
from dialoom.graph.template import Expression, Template
from dialoom.models import Token
from dialoom.nodes._candidates import BestOf, Rating
from dialoom.nodes._conversing import Conversing
from dialoom.nodes._images import Seeing
from dialoom.nodes._listing import Listing
from dialoom.nodes._prompted import as_text

_TOKENS_OF_A_TEXT = 150


class Generate(Seeing, Listing, BestOf, Conversing):
    """Ask a model, and write what it says into a field.

    Without `count` the field is a text, or a value of `schema`; with it, a list of different ones. Of several
    candidates the first with a score of at least `enough` is taken, and where none has it, the one with the highest.
    With `history` it asks in the middle of a conversation, and may add to it.
    """

    kind: Literal["generate"] = "generate"
    prompt: Template | None = Field(  # type: ignore[assignment]
        default=None, description="What to ask; with `count`, `have` and `refused` can be read in it too."
    )
    count: int | None = Field(default=None, ge=1, description="Write a list of this many items that differ.")  # type: ignore[assignment]
    text_grammar: str | None = Field(
        default=None, description="GBNF grammar of the whole answer (rule `root`), where the server takes grammars."
    )
    score: Expression | None = Field(
        default=None,
        description="What a candidate is worth, a number or true or false: an expression in which this node's field "
        "holds the candidate.",
    )
    enough: float | None = Field(
        default=None, description="The score from which a candidate is good enough; left out, true where it is that."
    )

    logprobs: bool = Field(
        default=False,
        description="Also write the mean log probability of the answer's tokens, to the field NAME_logprob; null where "
        "the endpoint does not tell it.",
    )
    thoughts: bool = Field(
        default=False, description="Also write what the model thought before its answer, to the field NAME_thoughts."
    )

    @model_validator(mode="after")
    def _asks_something(self) -> Generate:
        if self.prompt is None and not self.said:
            raise ValueError("there is neither 'prompt' nor 'messages', and so nothing is asked")
        if self.prompt is not None and self.said:
            raise ValueError("there are both 'prompt' and 'messages': take out one of the two")
        return self

    def provides(self) -> frozenset[str]:
        return frozenset() if self.count is None else super().provides()

    def reads_own(self) -> frozenset[str]:
        return frozenset({"score"})

    def problems(self, shapes: Mapping[str, Shape]) -> Iterable[DialoomError]:
        yield from super().problems(shapes)
        for name, there in (("messages", self.said), ("history", self.history), ("inject", self.inject)):
            if self.count is not None and there:
                yield DialoomError(
                    f"a list is asked for with a 'prompt' alone, and not with '{name}'",
                    place=Place(field=name),
                    remedy="take out 'count', or ask for a list with a schema",
                )
        if self.candidates > 1 and self.count is not None:
            yield DialoomError(
                "candidates are of one value, and 'count' asks for a list",
                place=Place(field="candidates"),
                remedy="take out one of the two",
            )
        elif self.candidates > 1 and self.score is None:
            yield DialoomError(
                "nothing says which candidate is the best",
                place=Place(field="candidates"),
                remedy=f"add 'score', an expression over the candidate such as {self.field} | length",
            )
        elif self.candidates == 1 and self.score is not None:
            yield DialoomError(
                "there is one candidate only, and nothing to choose",
                place=Place(field="score"),
                remedy="set 'candidates' to 2 or more, or take out 'score'",
            )
        for where, wanted in (("logprobs", self.logprobs), ("thoughts", self.thoughts), ("images", bool(self.images))):
            if wanted and self.count is not None:
                yield DialoomError(
                    f"'{where}' goes with one answer, and 'count' asks for a list in several",
                    place=Place(field=where),
                    remedy="take out one of the two",
                )
        if self.enough is not None and self.score is None:
            yield DialoomError(
                "nothing gives a score that could be enough",
                place=Place(field="enough"),
                remedy="add 'candidates' and 'score', or take out 'enough'",
            )

    def writes(self) -> Mapping[str, Shape]:
        item = self.item_shape()
        value = item if self.count is None else {"type": "array", "items": item, "maxItems": self.count}
        talk = {self.history.field: self.history.shape()} if self.history is not None and self.history.append else {}
        return {self.field: value} | {f"{self.field}_{what}": {} for what in self._beside()} | talk

    def sampling(self) -> dict[str, Any]:
        return ({"logprobs": True} if self.logprobs else {}) | super().sampling()

    def work(self, shapes: Mapping[str, Shape]) -> Work:
        if self.count is not None:
            return self.listing_work()
        most = self.candidates * (JSON_TRIES if self.shape is not None else 1)
        return Work(self.together, most, 1, self.question_tokens(self.prompt), self.max_tokens or _TOKENS_OF_A_TEXT)

    async def run(self, record: Record, context: Context) -> Fields:
        if self.count is not None:
            return {self.field: await self.items(record, context)}
        said = self.in_conversation(self.prompt, record.fields, context, lambda row: as_text(row.get(self.field)))
        messages = self.with_images(said, record.fields)

        async def make(sample: int, context: Context) -> Typed:
            if self.shape is not None:
                return await context.ask_typed(self.model, messages, self.shape, params=self.sampling(), sample=sample)
            grammar = self.text_grammar if self.text_grammar and context.takes_grammar(self.model) else None
            told = await context.ask_whole(self.model, messages, params=self.sampling(), grammar=grammar, sample=sample)
            return Typed(told.text.strip(), told.text, told.tokens, told.thoughts, told.call)

        told = await self.best(make, lambda made: self._rate(record, made.value), context)
        fields: Fields = {self.field: told.value}
        if self.logprobs:
            fields[f"{self.field}_logprob"] = mean_logprob(told.tokens)
        if self.thoughts:
            fields[f"{self.field}_thoughts"] = told.thoughts
        if self.history is None or not self.history.append:
            return fields
        return fields | self.history.added(record.fields, said[-1]["content"], as_text(told.value) or "")

    def _beside(self) -> list[str]:
        """What it writes beside its field, by the ends of these fields' names."""
        return [what for what, wanted in (("logprob", self.logprobs), ("thoughts", self.thoughts)) if wanted]

    def _rate(self, record: Record, value: Any) -> Rating:
        assert self.score is not None, "check finds candidates without a score"
        score = self.score.value({**record.fields, self.field: value})
        if not isinstance(score, (bool, int, float)) or not abs(score) <= sys.float_info.max:
            raise RecordError(
                f"the score is {score!r:.60}, not a number",
                remedy="'score' is an expression that gives a number, or true or false",
            )
        return Rating(float(score), score is True if self.enough is None else score >= self.enough)


def mean_logprob(tokens: Sequence[Token]) -> float | None:
    """The mean log probability (natural) of tokens; None where it is not told of all."""
    told = [token.logprob for token in tokens if token.logprob is not None]
    return sum(told) / len(told) if told and len(told) == len(tokens) else None


NODE = Generate
