"""Whether the bot goes on: it does not say the same again to something else."""

from __future__ import annotations

from dialoom.evaluation.stress.judged import Check, Judging, Outcome
from dialoom.evaluation.stress.talk import Talk
from dialoom.nodes._ending import said_again


def _judge(talk: Talk, judging: Judging) -> Outcome | None:
    texts = [*talk.texts, *map(str, talk.ended.get("repeated", [])[-1:])]
    again = [
        number
        for number, text in enumerate(texts, 1)
        if any(said_again(text, earlier) for earlier in texts[: number - 1])
    ]
    return Outcome(not again, f"answer {', '.join(map(str, again))} was said before")


CHECK = Check("it does not repeat itself", 1.0, _judge)
