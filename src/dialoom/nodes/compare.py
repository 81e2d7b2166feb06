"""`compare`: let models say which of two is better, in both orders."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Literal

from pydantic import Field

from dialoom.errors import RecordError
from dialoom.graph.context import Context
from dialoom.graph.node import Fields, Shape, Work
from dialoom.graph.record import Record
from dialoom.graph.template import Template
from dialoom.nodes._judges import Judges, failures
from dialoom.nodes._rough_tokens import rough_tokens
from dialoom.nodes._side_by_side import side_by_side
from dialoom.quality import ColumnType
from dialoom.quality.judging.pairs import PAIR_SCHEMA, Comparison, PairAnswer, compared, verdict

_SYSTEM = Template(
    "You are a strict and fair judge. You read two candidates, A and B, and say which is better. Where they stand and "
    "how long they are says nothing of how good they are. Answer in JSON: first a short explanation that names the "
    "evidence for both, then 'A', 'B', or 'tie' where neither is better."
)
_CRITERION = Template(
    "Which of the two would a reader rather have: which is more natural, more coherent and more to the point?"
)
_MOST_TOKENS = 300
_TOKENS = 100
_TOKENS_OF_A_CANDIDATE = 200


class Compare(Judges):
    """Let one or several models say which of two is better.

    Each judge is asked twice, with the candidates swapped. One that it names in both orders wins; where the orders
    contradict each other it is a tie, and the position that it named in both is kept under `judged`. Writes `winner`
    (`first`, `second` or `tie`), `preference` (how much the first is preferred, 0..1, over token probabilities where
    the endpoint gives them) and `consistent` as the tag of this node's name.
    """

    kind: Literal["compare"] = "compare"
    first: Template = Field(description="The first candidate, a template such as {{ draft.script }}.")
    second: Template = Field(description="The second candidate.")
    task: Template | None = Field(default=None, description="What both were made for; shown before them.")
    criterion: Template = Field(
        default=_CRITERION,
        description="What better means.",
    )

    def columns(self) -> Mapping[str, ColumnType]:
        return {
            f"{self.field}.winner": "text",
            f"{self.field}.preference": "float",
            f"{self.field}.consistent": "bool",
        }

    def work(self, shapes: Mapping[str, Shape]) -> Work:
        calls = 2 * len(self.model)
        said = len(_SYSTEM.source) + len(self.criterion.source) + (len(self.task.source) if self.task else 0)
        asked = rough_tokens(said) + 2 * _TOKENS_OF_A_CANDIDATE
        return Work(calls, calls * self.tries, 1, asked, self.max_tokens or _TOKENS)

    async def run(self, record: Record, context: Context) -> Fields:
        both = [template.render(record.fields) for template in (self.first, self.second)]
        for name, text in zip(("first", "second"), both, strict=True):
            if not text:
                raise RecordError(f"'{name}' is empty, and there is nothing to compare")
        head = [self.criterion.render(record.fields)]
        if self.task is not None:
            head.append(f"## Task\n{self.task.render(record.fields)}")
        ended = await side_by_side([partial(self._ask_both, judge, head, both) for judge in self.model], context)
        comparisons = [each for each in ended if isinstance(each, Comparison)]
        errors = [each for each in ended if isinstance(each, RecordError)]
        if not comparisons:
            raise failures(errors, self.model)
        for error in errors:
            context.note("a judge could not be used", why=str(error))
        details = {"comparisons": [comparison.to_json() for comparison in comparisons]}
        return self.told(record, verdict(comparisons), details)

    async def _ask_both(self, judge: str, head: list[str], both: list[str], context: Context) -> Comparison:
        async def ask(order: int, context: Context) -> PairAnswer:
            a, b = both if order == 0 else reversed(both)
            prompt = "\n\n".join([*head, f"## A\n{a}", f"## B\n{b}"])
            messages: list[Mapping[str, Any]] = [
                {"role": "system", "content": _SYSTEM.source},
                {"role": "user", "content": prompt},
            ]
            answer = await context.ask_typed(
                judge, messages, PAIR_SCHEMA, params=self.sampling(1, _MOST_TOKENS), sample=order, tries=self.tries
            )
            return PairAnswer(answer.value, answer.text, answer.tokens)

        straight, swapped = await side_by_side([partial(ask, order) for order in (0, 1)], context)
        # One order alone would be the judge's liking for a position as much as for a candidate.
        if isinstance(straight, RecordError):
            raise straight
        if isinstance(swapped, RecordError):
            raise swapped
        return compared(judge, straight, swapped)


NODE = Compare
