"""Folds of real lines: what each leaves out, so that nothing made of a line is judged by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from dialoom.cycle.sets import key
from dialoom.intents.utterances import Utterance


def deal(rows: Sequence[Utterance], folds: int, seed: int) -> list[int]:
    """The fold of each line: those of an intent dealt out in turn, those of equal words together."""
    by_intent: dict[str, list[str]] = {}
    for row in rows:
        held = by_intent.setdefault(row.intent, [])
        if key(row.text) not in held:
            held.append(key(row.text))
    fold: dict[str, int] = {}
    for intent in sorted(by_intent):
        texts = sorted(by_intent[intent])
        Random(f"{seed}/folds/{intent}").shuffle(texts)
        for number, text in enumerate(texts):
            fold.setdefault(text, number % folds)
    return [fold[key(row.text)] for row in rows]


def examples_without(examples: Sequence[str], fold_of: Mapping[str, int]) -> dict[int, list[str]]:
    """By fold, the examples outside it; only folds that leave one and take one away.

    Lines made of these know nothing of those held out.
    """
    folds = sorted({fold_of[key(text)] for text in examples})
    found = {fold: [text for text in examples if fold_of[key(text)] != fold] for fold in folds}
    return {fold: texts for fold, texts in found.items() if texts}
