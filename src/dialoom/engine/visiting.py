"""The visits of a run: what is the same for all of them, made once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

from dialoom.engine.visit import Visit
from dialoom.graph.recipe import Recipe
from dialoom.graph.record import Record
from dialoom.models import Caller
from dialoom.quality import DEFAULT_RULES, Rules


def visiting(
    recipe: Recipe, rules: Rules, caller: Caller, stopping: Callable[[], bool]
) -> Callable[[Record, str], Visit]:
    """What makes the visit of a node, by its name, to a record.

    Args:
        rules: the recipe's.
        stopping: whether the run is.
    """
    # What a model has still to judge says nothing of a candidate.
    text_gate = Rules(rules.over_text)
    # The usual rules take a while to open, and few nodes ask for them.
    usual = cache(partial(Rules, DEFAULT_RULES))

    def visit(record: Record, node: str) -> Visit:
        return Visit(
            record,
            node,
            recipe.seed,
            caller,
            (lambda: text_gate) if rules.over_text else usual,
            text_gate,
            stopping,
            recipe.bounds.record_seconds,
        )

    return visit
