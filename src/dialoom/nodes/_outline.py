"""Policies and steering in a script: what is told of single turns before it is written, and what comes of it."""

from __future__ import annotations

from collections.abc import Sequence

from dialoom.dialogue import Turn
from dialoom.errors import RecordError
from dialoom.models import Message
from dialoom.nodes._director import Director
from dialoom.nodes._policy_field import Step
from dialoom.nodes._speaker import Scene
from dialoom.nodes._talk import as_step, told_by


def outline_of(scene: Scene, who: Sequence[str] | None, walk: Sequence[Step] | None, director: Director) -> list[str]:
    """What is told of single turns, a line a turn: `3. Ann: Ask for the order's number.`

    Steering events are noted as they are told: whether the writer heeds them, only the text shows.
    """
    lines = []
    for number in range(1, scene.turns + 1):
        names = [str(persona["name"]) for persona in scene.personas] if who is None else [who[number - 1]]
        for name in names:
            told = director.told(number, name, ())
            if walk is not None:
                told = [told_by(walk[number - 1], scene, number, ()), *told]
            if told:
                lines.append(f"{number}. {name}: {' '.join(told)}")
    director.over()
    return lines


def with_outline(messages: Sequence[Message], outline: Sequence[str]) -> list[Message]:
    """The messages with the outline at the end of the last one, for prompts that do not say where it goes."""
    *earlier, last = messages
    return [*earlier, {**last, "content": "\n".join([str(last["content"]), "", "Turn by turn:", *outline])}]


def as_told(turns: Sequence[Turn], walk: Sequence[Step] | None, director: Director) -> list[Turn]:
    """The turns of a script with the acts of the walk, cut short where they were interrupted.

    Raises RecordError where they are not those of the walk, turn for turn.
    """
    if walk is not None:
        wanted, written = [step.speaker for step in walk], [turn.speaker for turn in turns]
        if wanted != written:
            what = f"the script has {len(written)} turns, and the policy's walk {len(wanted)}"
            if len(wanted) == len(written):
                at = next(n for n, (one, other) in enumerate(zip(wanted, written, strict=True), 1) if one != other)
                what = f"turn {at} of the script is {written[at - 1]}'s, and in the policy's walk {wanted[at - 1]}'s"
            raise RecordError(what, remedy="ask for candidates, use mode agents or writer, or a model with grammars")
        turns = [as_step(turn, step) for turn, step in zip(turns, walk, strict=True)]
    return [director.shaped(number, turn) for number, turn in enumerate(turns, start=1)]
