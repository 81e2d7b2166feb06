"""`judge`: let models score a record by a rubric."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, PrivateAttr

from dialoom.errors import DialoomError, Place, RecipeError, RecordError
from dialoom.graph.context import Context
from dialoom.graph.node import Fields, Shape, Work
from dialoom.graph.record import Record
from dialoom.graph.template import Expression, Template
from dialoom.models import Message
from dialoom.nodes._judges import Judges, dialogue_of, failures, rendered
from dialoom.nodes._rough_tokens import rough_tokens
from dialoom.nodes._side_by_side import side_by_side
from dialoom.quality import ColumnType
from dialoom.quality.judging import (
    LONGEST_EXPLANATION,
    Opinion,
    Routes,
    Rubric,
    answer_schema,
    combine,
    example_messages,
    expected_scores,
    judge_system,
    load_rubric,
    read_parts,
    rubric_names,
    show_parts,
)
from dialoom.quality.judging.find import is_path, rubric_file
from dialoom.quality.judging.parts import field_of

_AUTO = "auto"
_TOKENS_PER_CRITERION = 60
_TOKENS_OF_A_CASE = 400


class Judge(Judges):
    """Let one or several models score the record by a rubric.

    Writes the scores as the tag of this node's name, so that rules may say `judge.coherence >= 3.5`, and explanations,
    each judge's scores and how they were come by as the tag `judged`. Where an endpoint tells token probabilities, a
    score is its expectation over them (G-Eval), and one sample is enough; elsewhere it is the mean of `samples`.
    """

    kind: Literal["judge"] = "judge"
    rubric: str = Field(
        default="dialogue",
        description="A rubric that ships, the path of a YAML file, or `auto`: the one that fits the record's category.",
    )
    among: list[str] = Field(
        default_factory=list, description="With `auto`: rubrics that come before those that ship, by name or path."
    )
    category: Expression | None = Field(
        default=None,
        description="With `auto`: an expression for the record's category; left out, its `category`, or that of its "
        "`taxonomy`.",
    )
    read: dict[str, Template] = Field(
        default_factory=dict, description="Templates for parts that the rubric reads, in place of the record's own."
    )
    samples: int = Field(
        default=1, ge=1, description="Answers of each judge, whose mean counts where there are no probabilities."
    )
    explanation: int = Field(
        default=LONGEST_EXPLANATION,
        ge=40,
        description="Most characters of each explanation, where the endpoint keeps to a schema.",
    )
    only_survivors: bool = Field(
        default=True, description="Judge only what the recipe's rules over the text let through."
    )
    otherwise: Literal["fail", "unjudged"] = Field(
        default="fail", description="What becomes of a record that no judge can score: it fails, or goes on unjudged."
    )

    _rubrics: tuple[Rubric, ...] = PrivateAttr(default=())
    _routes: Routes | None = PrivateAttr(default=None)
    _text: str = PrivateAttr(default="")

    def files(self) -> Iterable[Path]:
        return [Path(name) for name in (self.rubric, *self.among) if is_path(name)]

    def code(self) -> str:
        return self._text

    def prepare(self, folder: Path) -> None:
        names = [(self.rubric, "rubric")]
        if self.rubric == _AUTO:
            shipped = [name for name in rubric_names() if name not in self.among]
            names = [(name, f"among[{index}]") for index, name in enumerate(self.among)]
            names += [(name, "rubric") for name in shipped]
        elif self.among:
            raise DialoomError("'among' goes with rubric: auto", place=Place(field="among"), remedy="take it out")
        rubrics = []
        for name, where in names:
            try:
                rubrics.append(load_rubric(name, folder))
            except RecipeError as error:
                what = "; ".join(str(problem) for problem in error.problems)
                raise DialoomError(f"the rubric is wrong: {what}", place=Place(field=where)) from error
            except DialoomError as error:
                what = str(error) if error.place is not None else error.what
                remedy = None if error.place is not None else error.remedy
                raise DialoomError(what, place=Place(field=where), remedy=remedy) from error
        self._rubrics = tuple(rubrics)
        self._routes = Routes(rubrics) if self.rubric == _AUTO else None
        # Of rubrics that ship: a release may alter them, and what they alter is made anew.
        self._text = "".join(rubric_file(name, folder).read_text("utf-8") for name, _ in names if not is_path(name))

    def problems(self, shapes: Mapping[str, Shape]) -> Iterable[DialoomError]:
        known = {part.removesuffix("?") for rubric in self._rubrics for part in rubric.reads}
        for name in self.read:
            if known and name not in known:
                what = f"the rubric reads no '{name}'"
                remedy = f"it reads {', '.join(sorted(known))}"
                yield DialoomError(what, place=Place(field=f"read.{name}"), remedy=remedy)

    def needs(self) -> Mapping[str, str]:
        if self._routes is not None:
            # Which rubric will be used, and so what it reads, shows with each record.
            return {}
        parts = [part for rubric in self._rubrics for part in rubric.required if part not in self.read]
        return {field: "rubric" for part in parts if (field := field_of(part)) is not None}

    def columns(self) -> Mapping[str, ColumnType]:
        if not self._rubrics:
            return {}
        scores = {criterion.id for rubric in self._rubrics for criterion in rubric.criteria} | {"overall"}
        if len(self.model) > 1:
            scores.add("agreement")
        numbers: dict[str, ColumnType] = {f"{self.field}.{name}": "float" for name in sorted(scores)}
        return {**numbers, f"{self.field}.rubric": "text"}

    def work(self, shapes: Mapping[str, Shape]) -> Work:
        criteria = max((len(rubric.criteria) for rubric in self._rubrics), default=5)
        said = max((len(_instructions(rubric)) for rubric in self._rubrics), default=0)
        judges = len(self.model)
        least = judges if self.probabilities else judges * self.samples
        return Work(
            0 if self.only_survivors or self.otherwise == "unjudged" else least,
            judges * self.samples * self.tries,
            1,
            rough_tokens(said) + _TOKENS_OF_A_CASE,
            criteria * _TOKENS_PER_CRITERION,
        )

    async def run(self, record: Record, context: Context) -> Fields:
        dialogue = dialogue_of(record)
        if self.only_survivors:
            stage_one = context.stage_one(dialogue)
            if not stage_one.kept:
                return self._unjudged(record, f"not judged, as stage one has it out: {'; '.join(stage_one.reasons)}")
        try:
            rubric = self._choose(record, context)
            parts, missing = read_parts(dialogue, rubric.reads, rendered(self.read, record.fields))
            if missing:
                raise RecordError(
                    f"the rubric '{rubric.name}' reads {', '.join(missing)}, and the record has none",
                    remedy=f"write the field, or give 'read: {{{missing[0]}: TEMPLATE}}'",
                )
            messages: list[Message] = [{"role": "system", "content": judge_system(rubric)}, *example_messages(rubric)]
            messages.append({"role": "user", "content": show_parts(parts)})
            opinions = await self._opinions(rubric, messages, context)
        except RecordError as error:
            if self.otherwise == "fail":
                raise
            context.note("not judged", why=str(error))
            return self._unjudged(record, str(error))
        judgement = combine(rubric, opinions)
        details: dict[str, Any] = {
            "rubric": rubric.name,
            "judges": [opinion.to_json(rubric) for opinion in opinions],
        }
        if judgement.spread:
            details["spread"] = {name: round(spread, 4) for name, spread in judgement.spread.items()}
        return self.told(record, judgement.tag(rubric), details)

    def _choose(self, record: Record, context: Context) -> Rubric:
        if self._routes is None:
            return self._rubrics[0]
        category = self.category.value(record.fields) if self.category is not None else _category(record.fields)
        if not isinstance(category, str) or not category.strip():
            context.note("no category, so the generic rubric")
            return self._routes.generic
        fits = self._routes.fits(category)
        if fits is None:
            context.note("no rubric fits the category, so the generic one", category=category)
        return fits or self._routes.generic

    async def _opinions(self, rubric: Rubric, messages: Sequence[Message], context: Context) -> list[Opinion]:
        works = [partial(self._opinion, judge, rubric, messages) for judge in self.model]
        ended = await side_by_side(works, context)
        errors = [each for each in ended if isinstance(each, RecordError)]
        for judge, each in zip(self.model, ended, strict=True):
            if isinstance(each, RecordError):
                context.note("a judge could not be used", judge=judge, why=str(each))
        opinions = [each for each in ended if isinstance(each, Opinion)]
        if not opinions:
            raise failures(errors, self.model)
        return opinions

    async def _opinion(self, judge: str, rubric: Rubric, messages: Sequence[Message], context: Context) -> Opinion:
        schema = answer_schema(rubric, self.explanation)
        # A token of an explanation is a character at least, and the names and marks around it fit beside.
        params = self.sampling(self.samples, self.explanation * len(rubric.criteria))

        async def ask(sample: int, context: Context) -> Any:
            return await context.ask_typed(judge, messages, schema, params=params, sample=sample, tries=self.tries)

        first = await ask(0, context)
        expected = expected_scores(first.text, first.tokens, rubric.criteria[0].scores) if self.probabilities else {}
        left = {name for name, said in first.value.items() if said["score"] is not None} - expected.keys()
        if self.samples == 1 or not left:
            return Opinion(judge, [first.value], expected)
        more = await side_by_side([partial(ask, sample) for sample in range(1, self.samples)], context)
        usable = [each.value for each in more if not isinstance(each, RecordError)]
        if len(usable) < len(more):
            context.note("samples of a judge could not be used", judge=judge, lost=len(more) - len(usable))
        return Opinion(judge, [first.value, *usable], expected)

    def _unjudged(self, record: Record, why: str) -> Fields:
        names = {criterion.id for rubric in self._rubrics for criterion in rubric.criteria}
        # Each score is there and nothing, so that a condition may ask for it.
        tag = {"rubric": None, **dict.fromkeys(sorted(names)), "overall": None, "unjudged": why}
        return self.told(record, tag, {"unjudged": why})


def _category(fields: Mapping[str, Any]) -> Any:
    taxonomy = fields.get("taxonomy")
    return fields.get("category") or (taxonomy.get("category") if isinstance(taxonomy, Mapping) else None)


def _instructions(rubric: Rubric) -> str:
    return judge_system(rubric) + "".join(str(message["content"]) for message in example_messages(rubric))


NODE = Judge
