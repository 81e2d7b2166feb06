"""`dialoom run`: make the dialogues."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dialoom.cli import _options


def run(
    recipe: _options.Recipe,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="DIR", help="Run directory; left out, runs/NAME OF THE RECIPE."),
    ] = None,
    set: _options.Set = None,
    limit: _options.Limit = None,
    json: _options.Json = False,
    quiet: _options.Quiet = False,
) -> None:
    """Run a recipe, or go on with a run that was stopped.

    No answered call is made again.
    Ctrl-C once awaits the calls on their way, twice stops at once; nothing is lost either way.

    \b
    Example:
      dialoom run calls.yaml --out runs/calls --limit 20
      dialoom run calls.yaml --set models.writer=http://127.0.0.1:8000/v1 --json > numbers.json
    """
    from dialoom.cli._launch import Launch
    from dialoom.cli._recipe import parse_changes

    launch = Launch(recipe, parse_changes(set), limit)
    raise typer.Exit(launch.go(out, retry=False, json=json, quiet=quiet))
