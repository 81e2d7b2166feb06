"""`dialoom plan`: what a run will cost, before it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dialoom.cli import _options

if TYPE_CHECKING:
    from dialoom.graph.estimate import RunPlan
    from dialoom.graph.recipe import Recipe


def plan(
    recipe: _options.Recipe,
    set: _options.Set = None,
    limit: _options.Limit = None,
    target: _options.Target = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="DIR",
            help="Run directory whose earlier runs tell how many records are kept; left out, runs/NAME OF THE RECIPE.",
        ),
    ] = None,
    json: _options.Json = False,
) -> None:
    """Tell how many records, calls and tokens a run takes.

    Nothing is called. A target is reckoned with the share of records that earlier runs in the directory kept, or as if
    all were kept.

    \b
    Example:
      dialoom plan calls.yaml --limit 100
      dialoom plan calls.yaml --target 500
    """
    from dialoom.cli import _recipe
    from dialoom.cli._console import aside, print_json
    from dialoom.engine.corpora import corpus_for
    from dialoom.graph.check import check
    from dialoom.graph.estimate import estimate

    bounds, options = _recipe.parse_bounds(target, None)
    loaded = _recipe.load(recipe, _recipe.parse_changes(set) | bounds, options)
    folder = out or _recipe.run_folder(loaded)
    with aside():
        checked = check(loaded, corpus_for(loaded, folder))
    kept = _kept_before(folder, loaded)
    planned = estimate(loaded, checked, limit, kept.share if kept is not None else 1.0)
    if json:
        from dataclasses import asdict

        totals = ("least_calls", "most_calls", "prompt_tokens", "completion_tokens", "kept")
        told = {name: getattr(planned, name) for name in totals}
        print_json(asdict(planned) | told | {"acceptance_of": None if kept is None else str(folder)})
    else:
        _show(loaded, planned, _assumed(kept, folder))
        _show_notes(checked.notes)


@dataclass(frozen=True, slots=True)
class _Kept:
    """How many of the records of earlier runs were kept, and whether the recipe is still the same."""

    kept: int
    records: int
    same: bool

    @property
    def share(self) -> float:
        return self.kept / self.records


def _kept_before(folder: Path, recipe: Recipe) -> _Kept | None:
    """What the run directory tells, None where there was no run or nothing was kept."""
    from dialoom.engine.rundir import read_report

    told = read_report(folder)
    ended = [number for name in ("kept", "rejected", "failed") if isinstance(number := told.get(name), int)]
    if len(ended) < 3 or not ended[0]:
        return None
    return _Kept(ended[0], sum(ended), told.get("recipe_hash") == recipe.content_hash())


def _assumed(kept: _Kept | None, folder: Path) -> str:
    from dialoom.cli._numbers import count

    if kept is None:
        return "if all pass the gate"
    form = "" if kept.same else ", with another form of the recipe"
    return f"as in {folder}, where {count(kept.kept)} of {count(kept.records)} were{form}"


def _show(recipe: Recipe, planned: RunPlan, assumed: str) -> None:
    from dialoom.cli._console import out, table
    from dialoom.cli._numbers import between, count, money

    numbers = ("records", "calls", "tokens in", "tokens out")
    shown = table("node", "kind", *numbers, right=numbers)
    for node in planned.nodes:
        calls = between(node.least_calls, node.most_calls)
        tokens = (count(node.prompt_tokens), count(node.completion_tokens))
        shown.add_row(node.node, node.kind, count(node.records), calls, *tokens)
    shown.add_section()
    calls = between(planned.least_calls, planned.most_calls)
    tokens = (count(planned.prompt_tokens), count(planned.completion_tokens))
    shown.add_row("total", "", count(planned.records), calls, *tokens, style="bold")
    console = out()
    console.print(
        f"{recipe.recipe}: {count(planned.seeds)} seed records become about {count(planned.records)} records."
    )
    if planned.target is not None:
        times = planned.seeds / max(1, planned.source_seeds)
        again = f"; the source, of {count(planned.source_seeds)}, is read {times:.1f} times" if times > 1 else ""
        console.print(f"So many are taken for {count(planned.target)} to be kept, {assumed}{again}.")
    elif recipe.quality.rules:
        console.print(f"About {count(planned.kept)} are kept, {assumed}.")
    console.print(shown)
    console.print(f"Money: {_money(recipe, planned, money(planned.money))}.")
    console.print("Tokens are estimates, with every call made. Nothing was called.")


def _show_notes(notes: tuple[str, ...]) -> None:
    from dialoom.cli._console import out, visible

    for note in notes:
        out().print(f"note: {visible(note)}", markup=False, soft_wrap=True)


def _money(recipe: Recipe, planned: RunPlan, amount: str) -> str:
    if planned.money is not None:
        return f"at most {amount}, in the currency of the recipe's prices"
    asked = {model for node in recipe.nodes.values() for model in node.asked().values()}
    without = sorted(name for name in asked if recipe.models[name].price is None)
    return f"unknown, since no price is given for {', '.join(without)}"
