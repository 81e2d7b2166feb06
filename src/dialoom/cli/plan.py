"""`dialoom plan`: what a run will cost, before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialoom.cli import _options

if TYPE_CHECKING:
    from dialoom.graph.estimate import RunPlan
    from dialoom.graph.recipe import Recipe


def plan(
    recipe: _options.Recipe,
    set: _options.Set = None,
    limit: _options.Limit = None,
    json: _options.Json = False,
) -> None:
    """Tell how many records, calls and tokens a run takes.

    Nothing is called.

    \b
    Example:
      dialoom plan calls.yaml --limit 100
    """
    from dialoom.cli import _recipe
    from dialoom.cli._console import print_json
    from dialoom.engine.corpora import corpus_for
    from dialoom.graph.check import check
    from dialoom.graph.estimate import estimate

    loaded = _recipe.load(recipe, _recipe.parse_changes(set))
    planned = estimate(loaded, check(loaded, corpus_for(loaded, _recipe.run_folder(loaded))), limit)
    if json:
        from dataclasses import asdict

        totals = ("least_calls", "most_calls", "prompt_tokens", "completion_tokens")
        print_json(asdict(planned) | {name: getattr(planned, name) for name in totals})
    else:
        _show(loaded, planned)


def _show(recipe: Recipe, planned: RunPlan) -> None:
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
    console.print(shown)
    console.print(f"Money: {_money(recipe, planned, money(planned.money))}.")
    console.print("Tokens are estimates, with every call made. Nothing was called.")


def _money(recipe: Recipe, planned: RunPlan, amount: str) -> str:
    if planned.money is not None:
        return f"at most {amount}, in the currency of the recipe's prices"
    asked = {model for node in recipe.nodes.values() for model in node.models().values()}
    without = sorted(name for name in asked if recipe.models[name].price is None)
    return f"unknown, since no price is given for {', '.join(without)}"
