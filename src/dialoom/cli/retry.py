"""`dialoom retry`: take up the records that failed."""

from __future__ import annotations

import typer

from dialoom.cli import _options


def retry(
    folder: _options.RunFolder,
    set: _options.Set = None,
    json: _options.Json = False,
    quiet: _options.Quiet = False,
    otel: _options.OTel = False,
) -> None:
    """Take up the records of a run that failed.

    Runs again in its directory, with the recipe and the changes that it was started with.

    \b
    Example:
      dialoom retry runs/calls
    """
    from dialoom.cli._launch import Launch
    from dialoom.cli._recipe import parse_changes
    from dialoom.engine.rundir import require_run
    from dialoom.errors import StorageError

    origin = require_run(folder).get("origin")
    if not isinstance(origin, dict):
        raise StorageError(
            f"{folder} was not made by `dialoom run`, so its recipe is not known",
            remedy="run it again from where it was started, with retry=True",
        )
    launch = Launch(origin["recipe"], {**origin["set"], **parse_changes(set)}, origin["limit"])
    raise typer.Exit(launch.go(folder, retry=True, json=json, quiet=quiet, otel=otel))
