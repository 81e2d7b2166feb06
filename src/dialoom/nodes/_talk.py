"""A talk held turn by turn: whose turn it is, what the speaker is told, and when it is over."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dialoom.dialogue import Turn
from dialoom.graph.context import Context
from dialoom.nodes._order import Next
from dialoom.nodes._speaker import FAREWELL, LENGTH, Cue, Said, Scene, Speaker

_FAREWELL = re.compile(r"\b(good ?bye|bye|see you|take care|good night|have a (nice|good|great) \w+)\b", re.IGNORECASE)


async def hold_talk(speakers: Sequence[Speaker], scene: Scene, following: Next, context: Context) -> list[Turn]:
    """The turns of a talk.

    It ends when a speaker ends it, when two turns in a row say goodbye, or at `scene.turns` turns, whichever is first,
    but not before `scene.least`. How it ended is noted in the lineage.
    """
    taken: list[Turn] = []
    ended = LENGTH
    while len(taken) < scene.turns:
        speaker = speakers[following(taken)]
        number = len(taken) + 1
        cue = Cue(turn=number, last=number > scene.turns - len(speakers), may_end=number >= scene.least)
        said = await speaker.say(tuple(taken), cue, context)
        taken.append(said.turn)
        over = _over(said, taken) if cue.may_end else None
        if over is not None:
            ended = over
            break
    context.note("the talk ended", by=ended, turns=len(taken), candidate=scene.sample)
    return [turn for turn in taken if turn.text or turn.tool_calls]


def _over(said: Said, taken: Sequence[Turn]) -> str | None:
    if said.ends is not None:
        return said.ends
    if len(taken) > 1 and all(_FAREWELL.search(turn.text) for turn in taken[-2:]):
        return FAREWELL
    return None
