"""Whether the bot took each labelled turn for what it means, where it tells intents.

Where it is not known in which turn the wish comes up, any of the answers may tell it.
"""

from __future__ import annotations

from dialoom.evaluation.stress.judged import Check, Judging, Outcome
from dialoom.evaluation.stress.scenario import UNKNOWN
from dialoom.evaluation.stress.talk import Talk


def _judge(talk: Talk, judging: Judging) -> Outcome | None:
    wanted = [turn["intent"] for turn in talk.expected["turns"]]
    if not judging.tells.intent or talk.intent == UNKNOWN or not talk.answers:
        return None
    told = [one.get("intent") for one in talk.told]
    if not any(wanted):
        return Outcome(talk.intent in told, f"{talk.intent} was never told, but {_listed(told)}")
    wrong = [
        f"turn {number}: {each} was taken for {told[number - 1] or 'nothing'}"
        for number, each in enumerate(wanted, 1)
        if each and number <= len(told) and told[number - 1] != each
    ]
    return Outcome(not wrong, "; ".join(wrong))


def _listed(told: list[str | None]) -> str:
    return ", ".join(dict.fromkeys(str(each) for each in told if each)) or "nothing"


CHECK = Check("the intent is recognised", 3.0, _judge)
