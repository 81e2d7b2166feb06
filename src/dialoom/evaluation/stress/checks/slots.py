"""Whether each required slot was filled with the right value or, where the bot does not tell slots, asked for or said.

Where somebody had to take over and did, nothing more had to be filled.
"""

from __future__ import annotations

from dialoom.evaluation.stress.judged import Check, Judging, Outcome
from dialoom.evaluation.stress.slots import slot_outcomes
from dialoom.evaluation.stress.talk import Talk


def _judge(talk: Talk, judging: Judging) -> Outcome | None:
    found = slot_outcomes(talk, judging.tells)
    if not found:
        return None
    return Outcome(
        all(one.right for one in found.values()),
        "; ".join(f"{name} {one.how}" for name, one in found.items() if not one.right),
    )


CHECK = Check("required slots are filled with the right values", 2.0, _judge)
