"""`poll`: ask several models the same, and keep all their answers side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field

from dialoom.errors import DialoomError, RecordError
from dialoom.graph.context import JSON_TRIES, Context
from dialoom.graph.node import Fields, Shape, Work
from dialoom.graph.record import Record
from dialoom.graph.template import Template
from dialoom.models import Message
from dialoom.nodes._contradiction import unmeetable
from dialoom.nodes._judges import Models
from dialoom.nodes._prompted import Prompted, as_text
from dialoom.nodes._schema import expand_schema
from dialoom.nodes._side_by_side import side_by_side

_TOKENS_OF_A_TEXT = 150


class Poll(Prompted):
    """Ask several models the same thing at the same time.

    The field is a mapping of the models' names to their answers: `{{ answers.small }}`. `pair` makes a preference pair
    of it, `compare` says which of two is better. A model that cannot answer costs the record, unless `at_least` others
    can; the answers of the rest are in the ledger.
    """

    DRAWS: ClassVar[bool] = False

    kind: Literal["poll"] = "poll"
    model: Models = Field(description="The models, by their names in the recipe.")  # type: ignore[assignment]
    prompt: Template = Field(description="What to ask each of them.")
    shape: Annotated[
        dict[str, Any] | None, BeforeValidator(lambda value: None if value is None else expand_schema(value))
    ] = Field(default=None, alias="schema", description="Schema of an answer; left out, it is a text.")
    text_grammar: str | None = Field(
        default=None, description="GBNF grammar of an answer (rule `root`), for the models that take grammars."
    )
    at_least: int | None = Field(default=None, ge=1, description="How many must answer; left out, all.")

    def models(self) -> Mapping[str, str]:
        return {f"model[{index}]": name for index, name in enumerate(self.model)}

    def problems(self, shapes: Mapping[str, Shape]) -> Iterable[DialoomError]:
        yield from super().problems(shapes)
        if self.shape is not None:
            yield from unmeetable(self.shape, "an answer", "schema")

    def writes(self) -> Mapping[str, Shape]:
        answers = {name: self.shape or {"type": "string"} for name in self.model}
        return {self.field: {"type": "object", "properties": answers, "additionalProperties": False}}

    def work(self, shapes: Mapping[str, Shape]) -> Work:
        calls = len(self.model)
        most = calls * (JSON_TRIES if self.shape is not None else 1)
        return Work(calls, most, 1, self.prompt_tokens(self.prompt), self.max_tokens or _TOKENS_OF_A_TEXT)

    async def run(self, record: Record, context: Context) -> Fields:
        messages = self.messages(self.prompt, record.fields, context, lambda row: as_text(row.get(self.field)))
        ended = await side_by_side([partial(self._ask, name, messages) for name in self.model], context)
        answers = dict(zip(self.model, ended, strict=True))
        failed = {name: said for name, said in answers.items() if isinstance(said, RecordError)}
        if failed and len(answers) - len(failed) < (self.at_least or len(answers)):
            raise RecordError("; ".join(f"{name}: {error}" for name, error in failed.items()))
        for name, error in failed.items():
            context.note("a model could not answer", model=name, why=str(error))
        return {self.field: {name: said for name, said in answers.items() if name not in failed}}

    async def _ask(self, model: str, messages: Sequence[Message], context: Context) -> Any:
        if self.shape is not None:
            return await context.ask_json(model, messages, self.shape, params=self.sampling())
        grammar = self.text_grammar if context.takes_grammar(model) else None
        return (await context.ask(model, messages, params=self.sampling(), grammar=grammar)).strip()


NODE = Poll
