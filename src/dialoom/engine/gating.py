"""The gate of a recipe, as an interrupted run left it."""

from __future__ import annotations

from collections.abc import Callable

from dialoom.corpus import Corpus
from dialoom.graph.recipe import Recipe
from dialoom.quality import Rules
from dialoom.quality.gate import Gate
from dialoom.quality.score import Score


def open_gate(recipe: Recipe, rules: Rules, corpus: Corpus, run: str, is_open: Callable[[str | None], bool]) -> Gate:
    """The gate through which the records of a run go as they come to their end.

    Args:
        rules: the recipe's.
        is_open: whether a seed is not done.
    """
    quality = recipe.quality.for_stream
    best_of = quality.best_of
    gate = Gate(
        rules,
        score=None if best_of is None else Score(best_of.score, recipe.columns()),
        keep=1 if best_of is None else best_of.keep,
        quotas=quality.quotas,
    )
    if gate.in_order:
        gate.note(corpus.dialogues(where=f"run = '{run}'"), is_open)
    return gate
