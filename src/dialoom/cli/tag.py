"""`dialoom tag`: quality facts about dialogues, from wherever they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dialoom.cli import _given, _options

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dialoom.dialogue import Dialogue
    from dialoom.quality.spread import Spread
    from dialoom.quality.tagged import Tags


def tag(
    data: _given.Name,
    metrics: Annotated[
        list[str] | None,
        typer.Option("--metrics", "-m", metavar="NAME,...", help="Which metrics; left out, all that ask no model."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Write the tagged dialogues here, one a line.")
    ] = None,
    format: _given.Format = None,
    again: _given.Again = False,
    force: _options.Force = False,
    json: _options.Json = False,
    quiet: _options.Quiet = False,
) -> None:
    """Measure dialogues: of a file in any format, of a run, or of a corpus.

    A dialogue keeps the tags that it has. Rows that cannot be read are listed, and the rest goes on; then the exit code
    is 8.

    \b
    Example:
      dialoom tag chats.jsonl --out tagged.jsonl
      dialoom tag runs/calls --metrics turns,distinct_2
    """
    import sys

    from dialoom.cli._console import print_json
    from dialoom.cli._output import free
    from dialoom.cli._progress import Passage
    from dialoom.dialogue.formats import FORMATS
    from dialoom.engine.given import find_given
    from dialoom.errors import UsageError
    from dialoom.quality.spread import Spread
    from dialoom.quality.tagged import Tags

    named = [name for part in metrics for name in part.split(",") if name] if metrics else None
    if named == []:
        raise UsageError("--metrics names none", remedy="such as --metrics turns,distinct_2")
    tags = Tags(named, again=again)
    free(out, force=force, source=data)
    given, bad = find_given(data, format), _given.BadRows()
    spreads = {name: Spread() for name in tags.names}
    with Passage("tagging", given.count(), quiet=quiet or json) as passage:
        tagged = _tagged(passage.track(given.read(bad)), tags, spreads)
        if out is None:
            for _ in tagged:
                pass
        else:
            write = FORMATS.load("jsonl").write
            assert write is not None
            write(tagged, out)
    if json:
        told = {"dialogues": passage.passed, "measured": tags.measured, "unreadable": bad.to_json()}
        print_json(told | {"metrics": {name: spread.to_json() for name, spread in spreads.items()}})
    else:
        _show(spreads)
        if not quiet:
            where = f", written to {out}" if out else ""
            print(f"tagged {passage.told()}{where}", file=sys.stderr)
    bad.end()


def _tagged(dialogues: Iterable[Dialogue], tags: Tags, spreads: dict[str, Spread]) -> Iterator[Dialogue]:
    for dialogue in tags.put(dialogues):
        for name, spread in spreads.items():
            if (value := dialogue.tags.get(name)) is not None:
                spread.add(value)
        yield dialogue


def _show(spreads: dict[str, Spread]) -> None:
    from dialoom.cli._console import out, table, visible

    columns = ("mean", "least", "5%", "25%", "median", "75%", "95%", "most")
    shown = table("metric", *columns, "values", right=columns)
    for name, spread in spreads.items():
        told: dict[str, Any] = spread.to_json()
        numbers = [told["mean"], *told["quantiles"].values()] if "mean" in told else []
        cells = [f"{number:.4g}" for number in numbers] or [""] * len(columns)
        share = "   ".join(f"{value} {times / told['count']:.0%}" for value, times in told.get("values", {}).items())
        shown.add_row(name, *cells, visible(share))
    out().print(shown)
