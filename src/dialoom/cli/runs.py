"""`dialoom runs`: the runs in a folder, or all that is known of one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dialoom.cli import _options

if TYPE_CHECKING:
    from dialoom.engine.runs import FoundRun


def runs(
    folder: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="A folder of runs, or the directory of one run.", show_default=True)
    ] = Path("runs"),
    json: _options.Json = False,
) -> None:
    """List the runs in a folder, or tell all of one.

    The numbers are of all times that a recipe was run in a directory, those that were killed or stopped included.

    \b
    Example:
      dialoom runs
      dialoom runs runs/calls
    """
    from dialoom.cli._console import print_json
    from dialoom.engine.rundir import read_report
    from dialoom.engine.runs import read_run

    if (folder / "run.json").exists():
        run = read_run(folder)
        if json:
            print_json({**read_report(folder), "status": run.state})
        else:
            _show_one(run)
    else:
        _list(folder, json=json)


def _list(folder: Path, *, json: bool) -> None:
    from dialoom.cli._console import out, print_json
    from dialoom.cli._errors import tell
    from dialoom.cli._runs_table import runs_table
    from dialoom.engine.runs import FoundRun, find_runs
    from dialoom.errors import Place, StorageError

    if not folder.is_dir():
        raise StorageError(
            "there is no such folder", place=Place(str(folder)), remedy="name a folder of runs, or the directory of one"
        )
    found = list(find_runs(folder))
    runs = [run for run in found if isinstance(run, FoundRun)]
    runs.sort(key=lambda run: run.told.started, reverse=True)
    if json:
        print_json([_row(run) for run in runs])
    elif runs:
        console = out()
        console.print(runs_table(runs, folder, console.width))
    else:
        out().print(f"There is no run in {folder}.")
    for error in found:
        if isinstance(error, StorageError):
            tell(error)


def _row(run: FoundRun) -> dict[str, object]:
    counts = ("recipe", "started", "ended", "seeds", "records", "kept", "rejected", "failed", "pending")
    spent = ("sessions", "calls", "tokens", "money", "seconds", "retries", "given_up")
    return {
        "path": str(run.path),
        "status": run.state,
        **{name: getattr(run.told, name) for name in counts},
        **{name: getattr(run.told.totals, name) for name in spent},
    }


def _show_one(run: FoundRun) -> None:
    from dialoom.cli._console import out
    from dialoom.cli._runs_table import show_run

    show_run(out(), run)
