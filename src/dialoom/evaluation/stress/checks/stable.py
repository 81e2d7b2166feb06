"""Whether the bot stays up: no error, no connection that breaks, no time-out, nothing that is not of its form."""

from __future__ import annotations

from dialoom.evaluation.stress.judged import Check, Judging, Outcome
from dialoom.evaluation.stress.talk import Talk


def _judge(talk: Talk, judging: Judging) -> Outcome | None:
    why = next((str(one["why"]) for one in talk.told if "failed" in one), "")
    return Outcome(talk.failed is None, f"{talk.failed}: {why}" if talk.failed else "")


CHECK = Check("it does not crash, hang or refuse", 5.0, _judge)
