"""Whether every message got words for an answer."""

from __future__ import annotations

from dialoom.evaluation.stress.judged import Check, Judging, Outcome
from dialoom.evaluation.stress.talk import Talk


def _judge(talk: Talk, judging: Judging) -> Outcome | None:
    empty = [
        number
        for number, (text, one) in enumerate(zip(talk.texts, talk.told, strict=True), 1)
        if not text.strip() and "failed" not in one and not one.get("escalated")
    ]
    return Outcome(not empty, f"answer {', '.join(map(str, empty))} is empty")


CHECK = Check("no answer is empty", 2.0, _judge)
