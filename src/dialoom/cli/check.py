"""`dialoom check`: everything wrong with a recipe, without one call."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dialoom.cli import _options

if TYPE_CHECKING:
    from dialoom.errors import DialoomError
    from dialoom.graph.check import Checked
    from dialoom.graph.recipe import Recipe


def check(
    recipe: _options.Recipe,
    set: _options.Set = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="DIR", help="The run's directory, whose corpus may hold dialogues out."),
    ] = None,
    json: _options.Json = False,
) -> None:
    """Find what is wrong with a recipe, without asking a model.

    \b
    Example:
      dialoom check calls.yaml
      dialoom check calls.yaml --set models.writer=openai:gpt-5-mini
    """
    from dialoom.cli import _recipe
    from dialoom.cli._console import aside, print_json
    from dialoom.engine.corpora import corpus_for
    from dialoom.errors import DialoomError
    from dialoom.graph.check import check as check_recipe

    try:
        loaded = _recipe.load(recipe, _recipe.parse_changes(set))
        with aside():
            checked = check_recipe(loaded, corpus_for(loaded, out or _recipe.run_folder(loaded)))
    except DialoomError as error:
        if not json:
            raise
        print_json({"ok": False, "problems": _problems(error)})
        raise typer.Exit(error.exit_code) from error
    if json:
        told = {"ok": True, "recipe": loaded.recipe, "seeds": checked.seeds, "nodes": _nodes(checked)}
        print_json({**told, "notes": list(checked.notes)})
    else:
        _show(loaded, checked)


def _problems(error: DialoomError) -> list[dict[str, Any]]:
    from dialoom.cli._errors import problems_in

    found = []
    for problem in problems_in(error):
        place = problem.place
        found.append(
            {
                "file": place.file if place else None,
                "line": place.line if place else None,
                "field": place.field if place else None,
                "what": problem.what,
                "remedy": problem.remedy,
            }
        )
    return found


def _nodes(checked: Checked) -> list[dict[str, Any]]:
    from dialoom.graph.container import parts

    return [
        {
            "name": part.name,
            "kind": part.node.kind,
            "models": sorted(set(part.node.asked().values())),
            "writes": list(part.node.known_after({})),
            "next": _ways(checked, part.name),
        }
        for part in parts(checked.graph.nodes)
        if not part.hook
    ]


def _ways(checked: Checked, full: str) -> list[dict[str, str]]:
    from dialoom.graph.container import Container

    outer, _, name = full.rpartition("/")
    around = checked.graph.node(outer) if outer else None
    if isinstance(around, Container) and not around.walked:
        # Those side by side meet again.
        return []
    return [
        {"to": edge.to} | ({"if": edge.condition.source} if edge.condition else {})
        for edge in checked.graph.inside(outer).edges(name)
    ]


def _show(recipe: Recipe, checked: Checked) -> None:
    from dialoom.cli._console import out, table, visible
    from dialoom.cli._numbers import count

    shown = table("node", "kind", "asks", "writes", "next")
    for node in _nodes(checked):
        ways = [f"{edge['to']} if {edge['if']}" if "if" in edge else edge["to"] for edge in node["next"]]
        models, writes = ", ".join(node["models"]) or "-", ", ".join(node["writes"])
        shown.add_row(node["name"], node["kind"], models, writes, ", else ".join(ways))
    seeds = f"{count(checked.seeds)} seed record{'s' if checked.seeds != 1 else ''}"
    rules = f"{len(recipe.quality.rules)} quality rule{'s' if len(recipe.quality.rules) != 1 else ''}"
    console = out()
    console.print(f"OK: {recipe.recipe}, {seeds}, {len(checked.graph.nodes)} nodes, {rules}")
    console.print(shown)
    for note in checked.notes:
        console.print(f"note: {visible(note)}", markup=False, soft_wrap=True)
