"""`dialoom evaluate drift`: whether made data drifts from real data."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from dialoom.cli import _options
from dialoom.cli.evaluate import _options as shared

if TYPE_CHECKING:
    from dialoom.evaluation.drift import Drift, Unit


def command(
    real: Annotated[str, typer.Argument(metavar="REAL", help="Real dialogues: a corpus, or a file.")],
    made: Annotated[
        list[str],
        typer.Argument(
            metavar="MADE...", help="Made ones: batches, each a run, a corpus or a file; ::SQL chooses of a corpus."
        ),
    ],
    signals: Annotated[
        str | None, typer.Option(metavar="NAME,...", help="The signals; left out, all that the data allows.")
    ] = None,
    splits: Annotated[
        int, typer.Option(min=20, help="How often real data is split to see how it differs from itself.")
    ] = 200,
    alpha: Annotated[
        float, typer.Option(min=0, max=1, help="How often real data itself would raise any alarm.")
    ] = 0.05,
    any_intent: Annotated[
        bool, typer.Option("--any-intent", help="Compare with all real dialogues, not with those of the same intents.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 where a batch raises an alarm.")] = False,
    embedder: _options.Embedder = "wordllama",
    cache: _options.VectorCache = None,
    format: shared.Format = None,
    seed: shared.Seed = 0,
    json: _options.Json = False,
) -> None:
    """Tell where made data differs from real data by more than real data does from itself.

    Words, improbable words, length, turn-taking, acts, ways of saying things, place in the space of meanings, whether a
    classifier can tell the two apart, and whether labels mean the same. Each batch is measured for itself.

    \b
    Example:
      dialoom evaluate drift real.csv made.jsonl
      dialoom evaluate drift real/ 'runs/rare/corpus::batch = ''b2''' --signals words,length --json
    """
    from dialoom.cli._console import err, print_json
    from dialoom.errors import DataError, Place, UsageError
    from dialoom.evaluation.drift import SIGNALS, detect_drift
    from dialoom.intents.embedders import load_embedder

    chosen = None if signals is None else [name.strip() for name in signals.split(",") if name.strip()]
    for name in chosen or ():
        SIGNALS.load(name)
    if splits < 1 / alpha if alpha else True:
        raise UsageError("so few splits cannot show so small an alpha", remedy="raise --splits or --alpha")

    def units(path: str) -> list[Unit]:
        found = _units(path, format)
        if not found:
            raise DataError("nothing is said in it", place=Place(path), remedy="name dialogues")
        return [replace(unit, intent="") for unit in found] if any_intent else found

    embed = load_embedder(embedder, cache)
    held = units(real)
    found: dict[str, Drift] = {}
    for path in made:
        if not json:
            err().print(f"{path} ...")
        found[path] = detect_drift(held, units(path), embed, signals=chosen, splits=splits, alpha=alpha, seed=seed)
    if json:
        print_json([{"batch": path} | each.to_json() for path, each in found.items()])
    else:
        for path, each in found.items():
            _show(path, each)
    if strict and any(each.alarmed for each in found.values()):
        raise typer.Exit(1)


def _units(path: str, format: str | None) -> list[Unit]:
    from dialoom.cli._labelled_sets import dialogues_in
    from dialoom.evaluation.drift import unit_of

    return [unit for one in dialogues_in(path, format) if (unit := unit_of(one)) is not None]


def _show(path: str, drift: Drift) -> None:
    from dialoom.cli._console import err, out, table, visible
    from dialoom.cli._numbers import count

    numbers = ("made", "usual", "threshold", "size", "p")
    rows = table("signal", *numbers, "", right=numbers, title=visible(path))
    for each in drift.alarms:
        figures = [f"{value:.3g}" for value in (each.value, each.usual, each.threshold)]
        size = "-" if each.size is None else f"{each.size:.1f}"
        rows.add_row(each.signal, *figures, size, f"{each.p:.3g}", "ALARM" if each.alarm else "")
    out().print(rows)
    for each in drift.alarms:
        if each.alarm:
            for detail in each.details:
                out().print(f"  {each.signal}: {visible(detail)}", soft_wrap=True)
    alarmed = ", ".join(drift.alarmed) or "none"
    out().print(
        f"alarms: {alarmed}; {count(drift.made)} made dialogues beside {count(drift.real)} real ones, "
        f"{count(drift.compared)} at a time"
    )
    for note in drift.notes:
        err().print(f"note: {visible(note)}", soft_wrap=True)
