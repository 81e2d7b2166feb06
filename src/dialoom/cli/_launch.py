"""Running a recipe with a view, and telling how it ended: what `run` and `retry` share."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dialoom.cli import _recipe

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from dialoom.engine import Report
    from dialoom.engine.view import Telemetry

NOTHING_KEPT = 7
SOME_FAILED = 8
LEFT = 9
INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Launch:
    """What a run is started from; kept in its run.json, from where `retry` reads it.

    Attributes:
        recipe: path of the recipe, or the name of one that ships.
        changes: what was given with `--set`, `--target` and `--budget`.
        options: the options by which others than `--set` were given, by field.
    """

    recipe: str
    changes: Mapping[str, str]
    limit: int | None
    options: Mapping[str, str] = field(default_factory=dict)

    def kept(self) -> dict[str, Any]:
        """As it is written into run.json."""
        path = Path(self.recipe)
        recipe = str(path.resolve()) if path.is_file() else self.recipe
        return {"recipe": recipe, "set": dict(self.changes), "limit": self.limit}

    def go(
        self,
        out: Path | None,
        *,
        retry: bool,
        leave: bool = False,
        force: bool = False,
        json: bool,
        quiet: bool,
        otel: bool,
    ) -> int:
        """Run, show, and return the exit code."""
        from dialoom.cli._console import aside, print_json
        from dialoom.cli._pace import Pace
        from dialoom.cli._views import view_for
        from dialoom.engine import run
        from dialoom.graph.estimate import records_per_seed

        loaded = _recipe.load(self.recipe, self.changes, self.options)
        folder = out or _recipe.run_folder(loaded)
        view = view_for(Pace(records_per_seed(loaded)), quiet=quiet)
        with aside(), _telemetry(otel) as telemetry:
            report = run(
                loaded,
                folder,
                limit=self.limit,
                retry=retry,
                leave=leave,
                force=force,
                view=view,
                telemetry=telemetry,
                origin=self.kept(),
            )
        if json:
            print_json(view.numbers)
        elif not quiet:
            _show(view.numbers, folder)
        return _told_end(report, folder, quiet=quiet)


def _telemetry(wanted: bool) -> AbstractContextManager[Telemetry | None]:
    if not wanted:
        return contextlib.nullcontext()
    from dialoom.engine.otel_export import exported

    return exported()


def _show(numbers: dict[str, Any], folder: Path) -> None:
    from dialoom.cli._console import out
    from dialoom.cli._summary import show_samples, show_summary

    console = out()
    show_summary(console, numbers, folder)
    if numbers["kept"]:
        show_samples(console, numbers)


def _told_end(report: Report, folder: Path, *, quiet: bool) -> int:
    from dialoom.cli._console import err
    from dialoom.cli._errors import tell

    counts = report.counts
    advice, code = "", 0
    if report.error is not None:
        tell(report.error)
        return report.error.exit_code
    if report.status == "interrupted":
        advice, code = "the same command goes on where it stopped", INTERRUPTED
    elif report.status == "left":
        advice, code = "left with batches under way; the same command comes back for their answers", LEFT
    elif counts.failed:
        advice, code = f"{counts.failed} records failed; try them again with: dialoom retry {folder}", SOME_FAILED
    elif not counts.kept:
        advice, code = f"nothing was kept; see why with: dialoom rejects {folder}", NOTHING_KEPT
    if advice and not quiet:
        err().print(advice, soft_wrap=True)
    return code
