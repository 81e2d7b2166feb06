"""Whether the request was solved, as far as that can be told from the talk.

What the request says the bot has to say decides; else, where somebody has to take over, that somebody did. Else the
talk must have come to its end without failure, surrender or needless hand-over, and all slots must be right. A dialogue
that is said again ends with its lines whatever was answered, so that without slots nothing can be told of it.
"""

from __future__ import annotations

from dialoom.evaluation.stress.judged import Check, Judging, Outcome
from dialoom.evaluation.stress.slots import slot_outcomes
from dialoom.evaluation.stress.talk import Talk, said_in

_ENDS = ("goal", "lines", "mark", "farewell")


def _judge(talk: Talk, judging: Judging) -> Outcome | None:
    if talk.failed:
        return Outcome(False, f"the bot {talk.failed}")
    confirms = talk.expected["confirms"]
    if confirms:
        unsaid = [each for each in confirms if not said_in(each, talk.texts)]
        return Outcome(not unsaid, f"it never said {', '.join(map(repr, unsaid))}")
    if talk.demanded:
        return Outcome(talk.escalated_at is not None, "nobody took over")
    if talk.escalated_at is not None and talk.demanded is False:
        return Outcome(False, "it was handed over without need")
    by = str(talk.ended.get("by"))
    if by not in _ENDS and talk.escalated_at is None:
        return Outcome(False, f"it ended by {by}")
    found = slot_outcomes(talk, judging.tells)
    if not found and talk.side == "lines":
        return None
    wrong = [name for name, one in found.items() if not one.right]
    return Outcome(not wrong, f"not all is known: {', '.join(wrong)}")


CHECK = Check("the request is solved", 2.0, _judge)
