"""A round's lines, made by running a recipe: ledger, resume and budget are the engine's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from dialoom.cycle.folder import Row
from dialoom.dialogue import Dialogue
from dialoom.engine import Report, run
from dialoom.engine.rundir import read_report
from dialoom.engine.view import View
from dialoom.errors import DataError, Place, UsageError
from dialoom.graph.parse_recipe import load_recipe
from dialoom.graph.recipe import Recipe
from dialoom.intents.variety import DEFAULT_SHARES
from dialoom.models.budget import Budget

_KIND = "utterances"
_NOT_KEPT = 'verdict in ("review", "drop")'


def writers(recipe: Recipe) -> list[str]:
    """The names of the nodes that make utterances. Raises UsageError where there is none."""
    found = [name for name, node in recipe.nodes.items() if node.kind == _KIND]
    if not found:
        raise UsageError(
            f"the recipe '{recipe.recipe}' has no node of the kind '{_KIND}'",
            remedy="a cycle makes its lines by such a node; the recipe 'rare-utterances' has one",
        )
    return found


def shares_in(recipe: Recipe) -> dict[str, float]:
    """The shares of the sources of variety that a recipe asks for."""
    return dict(getattr(recipe.nodes[writers(recipe)[0]], "shares", DEFAULT_SHARES))


def over_in(recipe: Recipe) -> float:
    """How many candidates a recipe makes for each line wanted."""
    return float(getattr(recipe.nodes[writers(recipe)[0]], "over", 1.0))


def changes_for(
    recipe: Recipe,
    model: str | Mapping[str, Any] | None,
    shares: Mapping[str, float],
    rare: int,
    precision: float,
) -> dict[str, Any]:
    """What a round changes in the recipe, by dotted field: a file that people can edit.

    Args:
        rare: how many examples a rare intent has: thresholds are measured at it, to reach the `precision`.
    """
    found: dict[str, Any] = {}
    for name in writers(recipe):
        node = recipe.nodes[name]
        at = f"nodes.{name}"
        named = getattr(node, "model", None) or "writer"
        if model is None:
            found[f"{at}.model"] = None
        else:
            found[f"models.{named}"] = model
            found[f"{at}.model"] = named
        found |= {f"{at}.shares": dict(shares), f"{at}.dropped": True}
        # Seed records ask for as many candidates as are wanted: all that hold are the gate's to draw from.
        found |= {f"{at}.over": 1.0, f"{at}.rare": rare, f"{at}.precision": precision}
        found[f"{at}.next"] = [{"if": _NOT_KEPT, "to": "reject"}, "end"]
    return found


def round_recipe(path: Path, changes: Mapping[str, Any], rows: Path, real: Path, seed: int) -> Recipe:
    """The recipe of a round. Raises RecipeError."""
    loaded = load_recipe(path)
    whole = dict(changes) | {"source": str(rows.resolve()), "seed": seed}
    whole |= {f"nodes.{name}.real": str(real.resolve()) for name in writers(loaded)}
    return load_recipe(path, {name: orjson.dumps(value).decode() for name, value in whole.items()})


def left_of(budget: Budget, runs: Iterable[Path]) -> dict[str, float]:
    """What earlier runs leave of a budget, by dotted field of a recipe.

    Args:
        runs: directories of runs.
    """
    totals = [read_report(run).get("totals", {}) for run in runs]
    bounds = {what: most for what, most in budget.model_dump().items() if most is not None}
    return {
        f"bounds.budget.{what}": max(0, most - sum(told.get(what) or 0 for told in totals))
        for what, most in bounds.items()
    }


def generate(recipe: Recipe, folder: Path, view: View | None) -> Report:
    """Run it, or go on with what was begun. Raises what stopped it."""
    report = run(recipe, folder, view=view, origin={"by": "cycle"})
    if report.error is not None:
        raise report.error
    return report


def candidates(report: Report, folder: Path, number: int) -> Iterator[Row]:
    """Every line that a round's recipe made, kept or not, with what was found of it."""
    for dialogue in report.dialogues():
        yield from _lines(dialogue, number)
    rejected = folder / "rejects" / "rejected.jsonl"
    if rejected.is_file():
        with rejected.open("rb") as file:
            for at, line in enumerate(file, 1):
                try:
                    dialogue = Dialogue.model_validate(orjson.loads(line)["record"])
                except (ValueError, KeyError) as error:
                    raise DataError(f"it cannot be read: {error}", place=Place(str(rejected), at)) from error
                yield from _lines(dialogue, number)


def _lines(dialogue: Dialogue, number: int) -> Iterator[Row]:
    fields = dialogue.fields
    realism = fields.get("realism") or {}
    for turn in dialogue.turns:
        if turn.intent is None:
            continue
        yield {
            "id": f"round-{number}/{dialogue.id}",
            "text": turn.text,
            "intent": turn.intent,
            "slots": [slot.model_dump(exclude_none=True) for slot in turn.slots],
            "variety": turn.meta.get("variety", ""),
            "of": turn.meta.get("of", []),
            "changes": turn.meta.get("changes", []),
            "verdict": fields.get("verdict", "keep"),
            "score": realism.get("score", 0.0),
            "other": realism.get("other"),
            "why": realism.get("why", ""),
            "round": number,
            "lineage": dialogue.lineage.model_dump(mode="json", exclude_defaults=True),
        }
