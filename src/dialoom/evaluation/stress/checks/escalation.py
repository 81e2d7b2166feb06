"""Whether somebody takes over where the taxonomy demands it, and nobody where it does not."""

from __future__ import annotations

from dialoom.evaluation.stress.judged import Check, Judging, Outcome
from dialoom.evaluation.stress.talk import Talk


def _judge(talk: Talk, judging: Judging) -> Outcome | None:
    if talk.demanded is None:
        return None
    reached = talk.escalated_at is not None
    why = "nobody took over" if talk.demanded else "it was handed over without need"
    return Outcome(reached is talk.demanded, "" if reached is talk.demanded else why)


CHECK = Check("it is handed over where it has to be, and only there", 4.0, _judge)
