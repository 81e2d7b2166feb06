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
    target: _options.Target = None,
    budget: _options.Budget = None,
    leave: Annotated[
        bool,
        typer.Option(
            "--leave",
            help="Do not wait for models with `batch`: hand in all that can be asked now and end with code 9. The same "
            "command comes back for the answers.",
        ),
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Go on although an earlier run found the target out of reach.")
    ] = False,
    json: _options.Json = False,
    quiet: _options.Quiet = False,
    otel: _options.OTel = False,
) -> None:
    """Run a recipe, or go on with a run that was stopped.

    No answered call is made again.
    Ctrl-C once awaits the calls on their way, twice stops at once; nothing is lost either way.

    \b
    Example:
      dialoom run calls.yaml --out runs/calls --limit 20
      dialoom run calls.yaml --target 500 --budget money=20 --budget calls=10000
      dialoom run calls.yaml --set models.writer=http://127.0.0.1:8000/v1 --json > numbers.json
      until dialoom run calls.yaml --leave; [ $? -ne 9 ]; do sleep 3600; done
    """
    from dialoom.cli._launch import Launch
    from dialoom.cli._recipe import parse_bounds, parse_changes

    changes, options = parse_bounds(target, budget)
    launch = Launch(recipe, parse_changes(set) | changes, limit, options)
    raise typer.Exit(launch.go(out, retry=False, leave=leave, force=force, json=json, quiet=quiet, otel=otel))
