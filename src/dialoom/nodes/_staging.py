"""A talk before its first turn: who is in it, how long it may be, the walk over its policy, and its steering."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dialoom.errors import RecordError
from dialoom.graph.context import Context
from dialoom.graph.record import Record
from dialoom.nodes._director import Director, happening
from dialoom.nodes._order import Order
from dialoom.nodes._policy_field import PolicyField, Step
from dialoom.nodes._steer import Hook, Stage
from dialoom.nodes._turns import band, number_of_turns, shortest


@dataclass(frozen=True, slots=True)
class Staged:
    """What is known of a talk before it begins.

    Attributes:
        least, turns: how many turns it must have, and may have.
        who: the speaker of each turn, where that is known before.
        walk: the turns that the policy wants, if there is one.
    """

    least: int
    turns: int
    who: Sequence[str] | None
    walk: Sequence[Step] | None
    director: Director


def people_of(record: Record, speakers: Sequence[str] | None) -> list[Mapping[str, Any]]:
    """The personas of a talk: those named, or the record's. Raises RecordError where there are not two."""
    if speakers is not None:
        return [{"name": name} for name in speakers]
    personas = record.fields.get("personas")
    named = [p for p in personas if isinstance(p, Mapping) and p.get("name")] if isinstance(personas, list) else []
    if len(named) < 2 or len({str(p["name"]).casefold() for p in named}) < len(named):
        raise RecordError(
            "a dialogue needs two speakers with different names",
            remedy="let 'personas' hold objects with 'name', or name the 'speakers'",
        )
    return named


def staged(
    personas: Sequence[Mapping[str, Any]],
    turns: str,
    order: Order,
    steer: Sequence[Hook],
    policy: PolicyField | None,
    script: bool,
    sample: int,
    record: Record,
    context: Context,
) -> Staged:
    """A talk of this record. All that is drawn is the same for each of its candidates: only `sample` is theirs."""
    names = [str(persona["name"]) for persona in personas]
    plan = record.fields.get("plan")
    hooks = happening(steer, record, context)
    walk = policy.walk(*band(turns, plan), names, record, context) if policy is not None else None
    least, most = shortest(turns), number_of_turns(turns, plan, context)
    for bounds in (hook.band() for _, hook in hooks):
        least, most = bounds or (least, most)
    if walk is not None:
        most = len(walk)
    who = None
    if walk is not None:
        who = [step.speaker for step in walk]
    elif order == "round_robin":
        who = [names[number % len(names)] for number in range(most)]
    fields = {**record.fields, "speakers": names, "turns": most}
    director = Director(hooks, Stage(names, least, most, who, script), fields, personas, sample, context)
    return Staged(least, most, who, walk, director)
