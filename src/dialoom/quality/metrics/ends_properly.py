"""Whether the last turn is complete."""

from __future__ import annotations

import re
import unicodedata

from dialoom.dialogue import Dialogue
from dialoom.quality.metrics._metric import Metric

_FINAL = frozenset(".!?…。！？．｡।॥۔؟։።။។‽~～♪")
_CLOSING = frozenset("\"'”’»›)]}*_」』）】》〉")
_EMOTICON = re.compile(r"(?:[:;=8xX][-'^]?[)(\]\[DPpOo3/\\|*]|<3|\^_?\^|T_T|[xX]D)$")
# Thai and Lao close a sentence with a space, so that nothing can be told from its last mark.
_UNPUNCTUATED = re.compile(r"[\u0e00-\u0eff]$")


_UNPUNCTUATED_STYLE = 0.2


def ends_properly(dialogue: Dialogue) -> bool:
    """Whether the last turn ends a sentence: a final mark of any script, with quotes or brackets after it, or an emoji.

    This finds answers cut at a token limit. A closing question passes: one in 25 real dialogues (DialogSum,
    DailyDialog) ends with one. A missing mark passes where a fifth of the earlier turns lack theirs too, as in chats.
    """
    if not dialogue.turns or not dialogue.turns[-1].text.strip():
        return False
    *earlier, last = (_is_finished(turn.text) for turn in dialogue.turns)
    return last or (earlier.count(False) > 0 and earlier.count(False) >= _UNPUNCTUATED_STYLE * len(earlier))


def _is_finished(text: str) -> bool:
    text = text.rstrip()
    if _EMOTICON.search(text) or _UNPUNCTUATED.search(text):
        return True
    text = text.rstrip("".join(_CLOSING) + " ")
    return bool(text) and (text[-1] in _FINAL or _is_emoji(text[-1]))


def _is_emoji(character: str) -> bool:
    return unicodedata.category(character) in {"So", "Sk", "Cf"} or character == "\ufe0f"


METRIC = Metric("ends_properly", "the last turn ends a sentence instead of being cut", "bool", ends_properly)
