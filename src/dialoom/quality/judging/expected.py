"""The expected score over token probabilities (G-Eval, Liu et al. 2023)."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from dialoom.models.chat import Token

T = TypeVar("T")
# Below it the tokens say too little: the scores are hardly among what the model would have said.
_LEAST_MASS = 0.1
_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Expected:
    """A score as the model's probabilities have it.

    Attributes:
        score: sum of each score times its probability, among the scores that can be given.
        mass: the share of all probability that these scores have, 0..1; the rest went to other tokens.
        shares: the probability of each score, summing to 1.
    """

    score: float
    mass: float
    shares: Mapping[int, float]


def expected_scores(text: str, tokens: Sequence[Token], scores: Sequence[int]) -> dict[str, Expected]:
    """The expected score of each criterion of a judge's answer, as far as its tokens tell.

    Args:
        text: the answer, `{"criterion": {"explanation": ..., "score": ...}, ...}`.
        tokens: with what else could have stood in each place.
        scores: those that can be given. Where one begins another, as 1 begins 10, a token does not tell them apart, and
            nothing is found.
    """
    allowed = {str(score): score for score in scores}
    if any(one != other and other.startswith(one) for one in allowed for other in allowed):
        return {}
    start = _start(text, tokens)
    if start is None:
        return {}
    found = {}
    for name, at in _score_places(text).items():
        token, before = _covering(tokens, start + len(text[:at].encode()))
        # The same score with and without a space before it are two tokens.
        masses = _masses(token, before, lambda said: allowed.get(said.strip()))
        mass = sum(masses.values())
        if mass >= _LEAST_MASS:
            shares = {score: masses[score] / mass for score in sorted(masses)}
            score = sum(score * share for score, share in shares.items())
            found[name] = Expected(score, min(mass, 1.0), shares)
    return found


def token_choice(text: str, tokens: Sequence[Token], member: str, choices: Sequence[str]) -> dict[str, float]:
    """The probability of each choice for a text member of an answer `{"better": "A"}`; empty where tokens do not tell.

    No two choices may begin alike: a choice is known by its first token.
    """
    start = _start(text, tokens)
    if start is None:
        return {}
    try:
        at = _members(text, 0)[member] + 1
    except (ValueError, IndexError, KeyError):
        return {}
    token, before = _covering(tokens, start + len(text[:at].encode()))

    def chosen(said: str) -> str | None:
        begun = said.rstrip('",}')
        return next((choice for choice in choices if begun and choice.startswith(begun)), None)

    masses = _masses(token, before, chosen)
    mass = sum(masses.values())
    return {choice: each / mass for choice, each in masses.items()} if mass >= _LEAST_MASS else {}


def _start(text: str, tokens: Sequence[Token]) -> int | None:
    """The byte of the tokens at which the text begins; None where it is not their text.

    Servers strip white space off the text that they tell the tokens of.
    """
    said = b"".join(token.text for token in tokens)
    start = said.find(text.encode())
    return start if start >= 0 and text and said.strip() == text.encode().strip() else None


def _covering(tokens: Sequence[Token], place: int) -> tuple[Token, str]:
    """The token that covers the byte at `place`, and what of it stands before that byte."""
    start = 0
    for token in tokens:
        if start + len(token.text) > place:
            return token, token.text[: place - start].decode(errors="replace")
        start += len(token.text)
    raise AssertionError("the tokens are the text")


def _masses(token: Token, before: str, read: Callable[[str], T | None]) -> dict[T, float]:
    """The probability of each value that the token, or another in its place, could be read as."""
    masses: dict[T, float] = {}
    for said, logprob in token.likely:
        value = read(said.removeprefix(before))
        if value is not None:
            masses[value] = masses.get(value, 0.0) + math.exp(logprob)
    return masses


def _score_places(text: str) -> dict[str, int]:
    """Where each criterion's score begins in a JSON text; nothing where the text is not plain JSON."""
    try:
        return {
            name: inner["score"]
            for name, at in _members(text, 0).items()
            if text[at] == "{" and "score" in (inner := _members(text, at))
        }
    except (ValueError, IndexError):
        return {}


def _members(text: str, at: int) -> dict[str, int]:
    """Where the value of each member of the object at `at` begins."""
    places = {}
    at = _skip(text, at)
    if text[at] != "{":
        raise ValueError("no object")
    at = _skip(text, at + 1)
    while text[at] == '"':
        name, at = _DECODER.raw_decode(text, at)
        at = _skip(text, at)
        if text[at] != ":":
            raise ValueError("no colon")
        at = _skip(text, at + 1)
        places[name] = at
        _, at = _DECODER.raw_decode(text, at)
        at = _skip(text, at)
        if text[at] != ",":
            break
        at = _skip(text, at + 1)
    return places


def _skip(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    assert space is not None
    return space.end()
