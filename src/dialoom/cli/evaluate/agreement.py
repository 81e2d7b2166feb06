"""`dialoom evaluate agreement`: how far raters agree."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dialoom.cli import _options
from dialoom.cli.evaluate import _options as shared

_LEVELS = ("nominal", "ordinal", "interval")


def _level(written: str) -> str:
    if written not in _LEVELS:
        raise typer.BadParameter(f"one of {', '.join(_LEVELS)}")
    return written


def command(
    ratings: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="Ratings: long CSV or JSONL, or an export of Label Studio or Argilla."),
    ],
    form: shared.Form = None,
    level: Annotated[
        str,
        typer.Option(metavar="LEVEL", callback=_level, help="Of Krippendorff's alpha: nominal, ordinal or interval."),
    ] = "ordinal",
    by: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Tell apart by a further column too, such as the prompt.")
    ] = None,
    resamples: shared.Resamples = 1000,
    seed: shared.Seed = 0,
    json: _options.Json = False,
) -> None:
    """Measure how far raters agree on each item: Krippendorff's alpha, Fleiss' and Cohen's kappa, raw, Spearman.

    Each with a 95% interval over resampled units. Fleiss where every unit has as many ratings, Cohen for two raters.

    \b
    Example:
      dialoom evaluate agreement ratings.csv
      dialoom evaluate agreement label-studio.json --by prompt --json
    """
    from typing import cast

    from dialoom.cli._console import out, print_json, table, visible
    from dialoom.cli._numbers import count
    from dialoom.errors import DataError, Place, nearest
    from dialoom.evaluation.agreement import Level, Resampler, measure_agreement, read_ratings
    from dialoom.evaluation.agreement.ratings import by_item

    read = read_ratings(ratings, form)
    if by is not None and not any(by in one.about for one in read):
        known = sorted({name for one in read for name in one.about})
        raise DataError(f"no rating has a column '{by}'", place=Place(str(ratings)), remedy=nearest(by, known))
    found = {}
    for item, rated in by_item(read).items():
        groups = sorted({one.about.get(by, "") for one in rated}) if by is not None else [""]
        for group in groups:
            part = [one for one in rated if by is None or one.about.get(by, "") == group]
            found[item, group] = measure_agreement(part, cast(Level, level), Resampler(resamples, seed=seed))
    if json:
        named = [{"item": item} | ({by: group} if by else {}) | each.to_json() for (item, group), each in found.items()]
        print_json(named)
        return
    console = out()
    for (item, group), each in found.items():
        title = visible(item if by is None else f"{item}, {by}: {group or '-'}")
        rows = table(title, "value [95% interval]", right=("value [95% interval]",))
        for name, interval in each.measures.items():
            rows.add_row(f"alpha ({each.level})" if name == "alpha" else name, shared.shown(interval))
        console.print(rows)
        again = f"; {count(each.replaced)} given twice, the last counts" if each.replaced else ""
        console.print(
            f"{count(each.ratings)} ratings by {each.raters} raters of {count(each.units)} units, "
            f"{count(each.paired)} of them rated twice or more{again}"
        )
