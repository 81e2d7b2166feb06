"""Tokens of a text, for estimates made without a tokenizer."""

from __future__ import annotations

# Of English text to a token, roughly.
_CHARACTERS = 4


def rough_tokens(characters: int) -> int:
    """About how many tokens so many characters are."""
    return characters // _CHARACTERS
