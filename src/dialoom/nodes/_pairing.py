"""What is known of the replies that may make a pair: what a judge and the metrics say, and where they come from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dialoom.dialogue import Dialogue, Turn
from dialoom.graph.context import Context
from dialoom.graph.node import Node
from dialoom.graph.record import Record
from dialoom.nodes._dialogue_field import dialogue_value
from dialoom.quality import METRICS

JUDGE = "judge"
"""The kind of the node that judges, the name that it gets, and what a score calls what it gave."""


class Judging:
    """One judgement of the dialogue with one of the replies."""

    def __init__(self, judge: Node, turns: list[Turn], record: Record) -> None:
        self._judge = judge
        fields = {**record.fields, "dialogue": dialogue_value(turns)}
        self._record = Record(id=record.id, seed=record.seed, fields=fields, position=record.position)

    async def __call__(self, context: Context) -> Any:
        result = await self._judge.run(self._record, context)
        assert isinstance(result, dict)
        return result.get(JUDGE)


class ReplyMetrics(Mapping[str, Any]):
    """The metrics of a reply alone, each measured when it is read."""

    def __init__(self, reply: Mapping[str, Any]) -> None:
        self._dialogue = Dialogue(id="reply", turns=[turn_of(reply)])

    def __getitem__(self, name: str) -> Any:
        return METRICS.load(name).measure(self._dialogue)

    def __iter__(self) -> Iterator[str]:
        return iter(METRICS.names())

    def __len__(self) -> int:
        return len(METRICS.names())


def turn_of(reply: Mapping[str, Any]) -> Turn:
    return Turn(speaker=str(reply["speaker"]), text=str(reply["text"]))


def said(reply: tuple[str, Mapping[str, Any]]) -> str:
    return " ".join(str(reply[1]["text"]).split())


def origin(name: str, reply: Mapping[str, Any]) -> dict[str, Any]:
    told = {key: reply[key] for key in ("model", "sample", "fault") if key in reply}
    return {"field": name, **told}
