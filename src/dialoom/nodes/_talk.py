"""A talk held turn by turn: whose turn it is, what the speaker is told, and when it is over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dialoom.dialogue import Turn
from dialoom.errors import RecordError
from dialoom.graph.context import Context
from dialoom.nodes._director import Director
from dialoom.nodes._ending import farewells, goes_in_circles
from dialoom.nodes._order import Next
from dialoom.nodes._policy_field import Step
from dialoom.nodes._speaker import FAREWELL, LENGTH, MARK, POLICY, REPETITION, SILENT, Cue, Said, Scene, Speaker

# How often, in all, a turn that the policy wants is asked for.
_TRIES = 3
_AGAIN = "You said nothing. Say it in one sentence."


async def hold_talk(
    speakers: Sequence[Speaker], scene: Scene, following: Next, director: Director, context: Context
) -> list[Turn]:
    """The turns of a talk.

    It ends when a speaker ends it, when two turns in a row say goodbye, when it goes round in circles, or at
    `scene.turns` turns, whichever is first, but not before `scene.least`. How it ended is noted in the lineage.
    """
    taken: list[Turn] = []
    ended, details = LENGTH, dict[str, Any]()
    while len(taken) < scene.turns:
        speaker = speakers[following(taken)]
        number = len(taken) + 1
        cue = Cue(
            turn=number,
            last=number > scene.turns - len(speakers),
            instructions=director.told(number, speaker.name, tuple(taken)),
            may_end=number >= scene.least,
        )
        said = await speaker.say(tuple(taken), cue, context)
        taken.append(director.shaped(number, said.turn))
        over = said.ends if said.final else _over(said, taken) if cue.may_end else None
        if over is not None:
            ended = over
            if over == REPETITION:
                taken, details = _without_circle(taken, scene.least)
            elif over not in (MARK, FAREWELL):
                details = {"speaker": speaker.name}
            break
    director.over()
    context.note("the talk ended", by=ended, turns=len(taken), candidate=scene.sample, **details)
    return [turn for turn in taken if turn.text or turn.tool_calls or turn.meta.get(SILENT)]


async def hold_walk(
    speakers: Mapping[str, Speaker], scene: Scene, walk: Sequence[Step], director: Director, context: Context
) -> list[Turn]:
    """The turns of a talk along a walk over its policy: each as its state says, and over when the walk is."""
    taken: list[Turn] = []
    for number, step in enumerate(walk, start=1):
        speaker = speakers[step.speaker]
        told = [told_by(step, scene, number, taken), *director.told(number, step.speaker, tuple(taken))]
        for _ in range(_TRIES):
            last = number > len(walk) - len(speakers)
            cue = Cue(turn=number, last=last, instructions=told, acts=step.acts, may_end=number == len(walk))
            said = (await speaker.say(tuple(taken), cue, context)).turn
            if said.text or said.tool_calls:
                break
            context.note("asked again for a turn", turn=number, speaker=step.speaker, candidate=scene.sample)
            told = [*told, _AGAIN]
        else:
            raise RecordError(f"{step.speaker} said nothing at turn {number}, {_TRIES} times")
        taken.append(director.shaped(number, as_step(said, step)))
    director.over()
    context.note("the talk ended", by=POLICY, turns=len(taken), candidate=scene.sample)
    return taken


def as_step(said: Turn, step: Step) -> Turn:
    """A turn with what its state says of it."""
    return said.model_copy(update={"acts": list(step.acts), "meta": {**said.meta, "state": step.state}})


def told_by(step: Step, scene: Scene, number: int, taken: Sequence[Turn]) -> str:
    """What the policy tells a speaker."""
    me = next(persona for persona in scene.personas if str(persona["name"]) == step.speaker)
    said = [{"speaker": turn.speaker, "text": turn.text} for turn in taken]
    return step.say.render({**scene.fields, "me": me, "others": scene.others(me), "said": said, "turn": number})


def _over(said: Said, taken: Sequence[Turn]) -> str | None:
    if said.ends is not None:
        return said.ends
    if farewells(taken):
        return FAREWELL
    return REPETITION if goes_in_circles(taken) else None


def _without_circle(taken: list[Turn], least: int) -> tuple[list[Turn], dict[str, Any]]:
    """A talk without the two turns that said again what was said, where it is long enough without them."""
    kept = taken[:-2] if len(taken) - 2 >= least else taken
    return kept, {"repeated": [turn.text for turn in taken[-2:]], "left_out": len(taken) - len(kept)}
