"""The words that metrics count."""

from dialoom.dialogue.words import pieces, words

__all__ = ["pieces", "words"]
