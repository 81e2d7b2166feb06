"""`pair`: of two or more replies make a preference pair, with its label, margin and provenance."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, PrivateAttr, ValidationError, model_validator

from dialoom.dialogue import PreferencePair, Turn
from dialoom.errors import DialoomError, Place, RecordError, Rejected, nearest
from dialoom.graph.context import Context
from dialoom.graph.kinds import KINDS
from dialoom.graph.node import Fields, Node, Shape, Work
from dialoom.graph.record import Record
from dialoom.graph.template import Expression
from dialoom.nodes._dialogue_field import dialogue_value
from dialoom.nodes._pairing import JUDGE, Judging, ReplyMetrics, origin, said, turn_of
from dialoom.nodes._replies import next_speaker, replies_in, turns_in
from dialoom.nodes._side_by_side import side_by_side
from dialoom.quality import METRICS


class Pair(Node):
    """Write a pair of a chosen and a rejected reply to the same dialogue.

    Either two fields are named, and which one is better follows from how they were made, or the best and the worst of
    several are taken by their scores. A record whose replies are the same, or score the same, is rejected.
    """

    kind: Literal["pair"] = "pair"
    to: str = Field(default="dialogue", description="The field with the dialogue that both replies follow.")
    chosen: str | None = Field(default=None, description="The field with the better reply.")
    rejected: str | None = Field(default=None, description="The field with the worse one.")
    among: list[str] = Field(
        default_factory=list,
        description="In their place: fields with replies, of which the best and the worst are taken.",
    )
    score: Expression | None = Field(
        default=None,
        description="What a reply is worth, a number: may read `reply`, `metrics` of the reply alone, `name` of its "
        "field, and `judge`, what the judge gave.",
    )
    judge: dict[str, Any] | None = Field(
        default=None, description="A `judge` node, without its kind, that scores the dialogue with each reply."
    )
    least_margin: float = Field(default=0.0, ge=0, description="Reject the record where the scores differ by less.")
    made_by: str | None = Field(default=None, description="How the pair came about; left out, as the replies tell.")
    go_on: bool = Field(
        default=False, description="Append the chosen reply to the dialogue, and the pair to a list, one a visit."
    )

    _judge: Node | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _one_form(self) -> Pair:
        named = self.chosen is not None and self.rejected is not None
        if named == bool(self.among) or (self.chosen is None) != (self.rejected is None):
            raise ValueError("give either 'chosen' and 'rejected', two fields, or 'among', fields with several replies")
        if self.among and self.score is None and self.judge is None:
            raise ValueError("nothing says which of 'among' is the best: give 'score' or 'judge'")
        if self.judge is not None:
            self._judge = KINDS.load(JUDGE).model_validate({"only_survivors": False, **self.judge, "kind": JUDGE})
        return self

    def named(self, name: str) -> Node:
        if self._judge is not None:
            self._judge.named(JUDGE)
        return super().named(name)

    def provides(self) -> frozenset[str]:
        return frozenset(
            {"reply", "metrics", "name", JUDGE} if self.judge is not None else {"reply", "metrics", "name"}
        )

    def needs(self) -> Mapping[str, str]:
        fields = {name: f"among[{index}]" for index, name in enumerate(self.among)}
        for where, name in (("chosen", self.chosen), ("rejected", self.rejected)):
            if name is not None:
                fields[name] = where
        return fields

    def models(self) -> Mapping[str, str]:
        return {} if self._judge is None else {f"judge.{where}": name for where, name in self._judge.models().items()}

    def files(self) -> Iterable[Path]:
        return [*super().files(), *(self._judge.files() if self._judge is not None else ())]

    def code(self) -> str:
        return "" if self._judge is None else self._judge.code()

    def prepare(self, folder: Path) -> None:
        if self._judge is None:
            return
        try:
            self._judge.prepare(folder)
        except DialoomError as error:
            inner = f".{error.place.field}" if error.place and error.place.field else ""
            raise DialoomError(error.what, place=Place(field=f"judge{inner}"), remedy=error.remedy) from error

    def problems(self, shapes: Mapping[str, Shape]) -> Iterable[DialoomError]:
        field = "pairs" if self.go_on else "pair"
        if self.field != field:
            number = "several pairs are" if self.go_on else "a pair is"
            yield DialoomError(
                f"{number} looked for in the field '{field}', and this one is '{self.field}'",
                remedy=f"call the node '{field}', or add 'into: {field}'",
            )
        if self.score is not None:
            for chain in self.score.paths():
                if chain[0] == "metrics" and len(chain) > 1 and chain[1] not in METRICS.names():
                    what = f"no metric is called '{chain[1]}'"
                    yield DialoomError(what, place=Place(field="score"), remedy=nearest(chain[1], METRICS.names()))
        if self.go_on and self.to not in shapes:
            yield DialoomError(f"there is no dialogue '{self.to}' to go on with", place=Place(field="to"))

    def writes(self) -> Mapping[str, Shape]:
        return {self.field: {}, self.to: {}} if self.go_on else {self.field: {}}

    def work(self, shapes: Mapping[str, Shape]) -> Work:
        if self._judge is None:
            return Work()
        each = self._judge.work(shapes)
        replies = sum(shapes.get(name, {}).get("maxItems", 1) for name in self.among) or 2
        return Work(each.least * 2, each.most * replies, 1, each.prompt_tokens, each.completion_tokens)

    async def run(self, record: Record, context: Context) -> Fields:
        turns = turns_in(record.fields, self.to)
        speaker = next_speaker(turns, record.fields, None)
        names = self.among or [str(self.chosen), str(self.rejected)]
        replies = [(name, reply) for name in names for reply in self._of(name, record, speaker)]
        scores = await self._scores(turns, replies, record, context)
        best, worst = self._ends(replies, scores)
        pair = self._pair(record, turns, replies, scores, best, worst)
        if not self.go_on:
            return {self.field: pair.held()}
        before = record.fields.get(self.field)
        return {
            self.field: [*(before if isinstance(before, list) else []), pair.held()],
            self.to: dialogue_value([*turns, *pair.chosen]),
        }

    def _of(self, name: str, record: Record, speaker: str) -> list[dict[str, Any]]:
        found = list(replies_in(record.fields, name, speaker))
        return found if self.among else found[:1]

    async def _scores(
        self, turns: Sequence[Turn], replies: Sequence[tuple[str, dict[str, Any]]], record: Record, context: Context
    ) -> list[float | None]:
        judged: list[Any] = [None] * len(replies)
        if self._judge is not None:
            works = [Judging(self._judge, [*turns, turn_of(reply)], record) for _, reply in replies]
            judged = list(await side_by_side(works, context))
            errors = [each for each in judged if isinstance(each, RecordError)]
            if errors:
                raise errors[0]
        if self.score is None:
            return [each["overall"] if isinstance(each, Mapping) else None for each in judged]
        return [self._rate(record, name, reply, each) for (name, reply), each in zip(replies, judged, strict=True)]

    def _rate(self, record: Record, name: str, reply: dict[str, Any], judged: Any) -> float:
        assert self.score is not None
        fields = {**record.fields, "reply": reply, "name": name, "metrics": ReplyMetrics(reply), JUDGE: judged}
        value = self.score.value(fields)
        if not isinstance(value, (bool, int, float)) or not abs(value) <= sys.float_info.max:
            raise RecordError(f"the score of a reply is {value!r:.60}, not a number")
        return float(value)

    def _ends(self, replies: Sequence[tuple[str, dict[str, Any]]], scores: Sequence[float | None]) -> tuple[int, int]:
        """The places of the chosen and the rejected reply. Raises Rejected where they make no pair."""
        best, worst = 0, 1
        if self.among:
            scored = [place for place, score in enumerate(scores) if score is not None]
            if len(scored) < 2:
                raise Rejected(f"pair: {len(scored)} of {len(replies)} replies have a score")
            best = max(scored, key=lambda place: scores[place] or 0.0)
            worst = min(scored, key=lambda place: scores[place] or 0.0)
        better, worse = scores[best], scores[worst]
        if best == worst:
            raise Rejected(f"pair: all {len(scored)} replies score {better:.4g}")
        if said(replies[best]) == said(replies[worst]):
            raise Rejected("pair: chosen and rejected say the same")
        if better is not None and worse is not None:
            if better < worse:
                raise Rejected(f"pair: the chosen one scores {better:.4g}, and the rejected one {worse:.4g}")
            if better - worse < self.least_margin:
                raise Rejected(f"pair: the margin is under {self.least_margin:.4g}: {better - worse:.4g}")
        return best, worst

    def _pair(
        self,
        record: Record,
        turns: Sequence[Turn],
        replies: Sequence[tuple[str, dict[str, Any]]],
        scores: Sequence[float | None],
        best: int,
        worst: int,
    ) -> PreferencePair:
        told: dict[str, Any] = {
            "chosen": origin(*replies[best]),
            "rejected": origin(*replies[worst]),
            "record": record.id,
        }
        if self.among:
            told["scores"] = scores
        if self.score is not None:
            told["score"] = self.score.source
        if self.judge is not None:
            told["judge"] = self.judge
        try:
            return PreferencePair(
                id=record.id if not self.go_on else f"{record.id}-{record.visits.get(self.name, 1)}",
                prompt=list(turns),
                chosen=[turn_of(replies[best][1])],
                rejected=[turn_of(replies[worst][1])],
                score_chosen=scores[best],
                score_rejected=scores[worst],
                made_by=self.made_by or self._how(replies[best][1], replies[worst][1]),
                provenance=told,
            )
        except ValidationError as error:
            raise RecordError(f"it makes no pair: {error.errors()[0]['msg']}") from error

    def _how(self, chosen: Mapping[str, Any], rejected: Mapping[str, Any]) -> str:
        if self.among:
            return "judge" if self.judge is not None else "best_of_n"
        if "fault" in rejected:
            return "fault"
        return "models" if chosen.get("model") != rejected.get("model") else "fields"


NODE = Pair
