"""A model's reasoning apart from its answer, where the server leaves it in the text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from dialoom.models.chat import ChatAnswer, Token

# Between the marks that DeepSeek-R1, Qwen and their like write. Templates that open the block themselves leave only its
# end in the answer, and an answer that was cut off has only its beginning.
_BLOCK = re.compile(r"\s*<(think|thinking|thought|reasoning)>(.*?)(?:</\1>\s*|\Z)", re.DOTALL)
_END = re.compile(r"(.*?)</think(?:ing)?>\s*", re.DOTALL)
_HINT = "think", "thought", "reasoning"


def apart(answer: ChatAnswer) -> ChatAnswer:
    """The answer with what was thought before it in `reasoning` and not in `text`; the same where nothing was.

    Tokens are those of the text then. `raw` is what the server sent.
    """
    text = answer.text
    if "<" not in text or not any(hint in text for hint in _HINT):
        return answer
    match = _BLOCK.match(text)
    thought = match[2] if match else ""
    if match is None:
        match = _END.match(text)
        if match is None or "<think" in match[1]:
            return answer
        thought = match[1]
    told = [part for part in (answer.reasoning, thought.strip()) if part]
    cut = len(text[: match.end()].encode())
    return replace(
        answer,
        text=text[match.end() :],
        reasoning="\n\n".join(told) or None,
        tokens=_after(answer.tokens, text, cut),
    )


def _after(tokens: Sequence[Token], text: str, cut: int) -> tuple[Token, ...]:
    """The tokens of what is behind the first `cut` bytes of a text; none where they are not the tokens of the text."""
    said = b"".join(token.text for token in tokens)
    start = said.find(text.encode())
    if start < 0:
        return ()
    left, kept = start + cut, list[Token]()
    for token in tokens:
        if left < len(token.text):
            kept.append(replace(token, text=token.text[left:]) if left > 0 else token)
            left = 0
        else:
            left -= len(token.text)
    return tuple(kept)
