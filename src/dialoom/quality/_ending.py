"""Whether a text ends where a sentence does."""

from __future__ import annotations

import re
import unicodedata

_FINAL = frozenset(".!?…。！？．｡।॥۔؟։።။។‽~～♪")
_CLOSING = "\"'”’»›)]}*_」』）】》〉 "
_EMOTICON = re.compile(r"(?:[:;=8xX][-'^]?[)(\]\[DPpOo3/\\|*]|<3|\^_?\^|T_T|[xX]D)$")
# Thai and Lao close a sentence with a space, so that nothing can be told from its last mark.
_UNPUNCTUATED = re.compile(r"[\u0e00-\u0eff]$")


def is_finished(text: str) -> bool:
    """Whether it ends with a final mark of any script, with quotes or brackets after it, or with an emoji."""
    text = text.rstrip()
    if text and text[-1] in _FINAL:
        return True
    if _EMOTICON.search(text[-3:]) or _UNPUNCTUATED.search(text[-1:]):
        return True
    text = text.rstrip(_CLOSING)
    return bool(text) and (text[-1] in _FINAL or _is_emoji(text[-1]))


def _is_emoji(character: str) -> bool:
    return unicodedata.category(character) in {"So", "Sk", "Cf"} or character == "\ufe0f"
