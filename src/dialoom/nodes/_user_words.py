"""What tells a user's words from an assistant's, and whether a turn asks for something or brings the matter on."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dialoom.dialogue.words import words

_ASSISTANT = re.compile(
    r"\b(how (can|may|could) i (help|assist)|(can|may|could) i (help|assist) you|what can i (do|help) (for )?you"
    r"|as an? (ai|artificial intelligence|language model|virtual assistant|assistant)\b|i'?m an? (ai|virtual) "
    r"|happy to (help|assist)|glad to (help|assist)|(i'?m|i am) here to (help|assist)|let me (help|assist) you"
    r"|i (can|could|will|would|'ll|'d) (be (happy|glad) to )?(help|assist) you"
    r"|anything else (that )?i can (help|assist|do for you)"
    r"|thank you for (contacting|calling|reaching out|choosing)"
    r"|thank you for your patience|i apologi[sz]e for (the|any) inconvenience"
    r"|(i'?m|i am|we'?re|we are) (so |very )?sorry (to hear|for (the|any)|if (this|that))|from our (side|facility|team)"
    r"|(we|i) (apologi[sz]e|are sorry|regret) .{0,40}inconvenience|our (customer )?(support|service) team"
    r"|i('ll| will) (look into|check) (that|this|it) for you|valued customer)",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_ASKS = re.compile(
    r"\?|^\s*(please\s+)?(tell|give|provide|send|state|confirm|enter|spell|describe|share)\b"
    r"|\b(could|can|may|would) (you|i)\b|\bi('ll| will)? (need|require)\b|\bwe('ll| will)? (need|require)\b|\bplease\b",
    re.IGNORECASE | re.MULTILINE,
)
_ANYTHING = re.compile(
    r"\b(details?|information|more about|anything else|what (happened|exactly)|tell me)\b", re.IGNORECASE
)
_NOTHING_DONE = re.compile(
    r"\b(can(no|')t|cannot|unable|not (possible|able|available|allowed)|don'?t (know|have)|do not (know|have)"
    r"|unfortunately|i'?m sorry|we'?re sorry|i am sorry|please (hold|wait|be patient)|no idea)\b",
    re.IGNORECASE,
)


def speaks_as_assistant(text: str) -> bool:
    """Whether a turn is worded as those of who serves, not of who is served."""
    return bool(_ASSISTANT.search(text))


def without_service(text: str) -> str:
    """A turn without the sentences that are worded as an assistant's; empty where none is left."""
    return " ".join(part for part in _SENTENCE.split(text) if not speaks_as_assistant(part)).strip()


def asks(text: str) -> bool:
    """Whether a turn asks the other to say something."""
    return bool(_ASKS.search(text))


def asks_for_anything(text: str) -> bool:
    """Whether a turn asks for details of whatever kind."""
    return asks(text) and bool(_ANYTHING.search(text))


def asks_for(text: str, names: Iterable[str]) -> bool:
    """Whether a turn asks for something that has one of these names: all words of it are in the turn."""
    if not asks(text):
        return False
    said = {_stem(word) for word in words(text)}
    return any(named and named <= said for named in ({_stem(word) for word in words(_split(name))} for name in names))


def brings_nothing(text: str) -> bool:
    """Whether a turn only puts off or refuses: it asks for nothing, and says that something cannot be done."""
    return not asks(text) and bool(_NOTHING_DONE.search(text))


def _split(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])|[_\-./]", " ", name)


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") else word
