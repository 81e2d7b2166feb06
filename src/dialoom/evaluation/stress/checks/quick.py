"""Whether each answer came in time, where a time was given."""

from __future__ import annotations

from dialoom.evaluation.stress.judged import Check, Judging, Outcome
from dialoom.evaluation.stress.talk import Talk


def _judge(talk: Talk, judging: Judging) -> Outcome | None:
    slow = judging.slow
    if slow is None:
        return None
    late = [f"{one['seconds']:.1f} s" for one in talk.told if one.get("seconds", 0.0) > slow]
    return Outcome(not late, f"answers took {', '.join(late)}")


CHECK = Check("no answer takes longer than --slow", 1.0, _judge)
