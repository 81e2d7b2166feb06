"""`dialoom tag`: quality facts about dialogues, from wherever they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dialoom.cli import _given, _options

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dialoom.dialogue import Dialogue
    from dialoom.quality.sets import Diversity, SetTags
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
    near: Annotated[
        bool, typer.Option("--near", help="Compare them with each other too, and tell how diverse they are.")
    ] = False,
    against: Annotated[
        list[str] | None,
        typer.Option(
            metavar="DATA", help="Compare them with these: seeds, examples, another version. Can be given often."
        ),
    ] = None,
    likeness: Annotated[
        float, typer.Option(min=0.05, max=1, help="From which on --near and --against call two near-duplicates.")
    ] = 0.4,
    format: _given.Format = None,
    again: _given.Again = False,
    force: _options.Force = False,
    json: _options.Json = False,
    quiet: _options.Quiet = False,
) -> None:
    """Measure dialogues: of a file in any format, of a run, or of a corpus.

    A dialogue keeps the tags that it has, but for those of --near and --against, which are of the set: `near_likeness`,
    `near_duplicate_of`, `near_from`, `copied` (share of words in runs of eight that --against has too), `copied_words`.
    Rows that cannot be read are listed, and the rest goes on; then the exit code is 8.

    \b
    Example:
      dialoom tag chats.jsonl --out tagged.jsonl
      dialoom tag runs/calls --metrics turns,distinct_2
      dialoom tag corpus --near --against examples.jsonl --against corpus@3 --out tagged.jsonl
    """
    import sys

    from dialoom.cli._console import print_json
    from dialoom.cli._output import free
    from dialoom.cli._progress import Passage
    from dialoom.dialogue.formats import FORMATS
    from dialoom.engine.among import read_among
    from dialoom.engine.given import find_given
    from dialoom.errors import UsageError
    from dialoom.quality.sets import Diversity
    from dialoom.quality.spread import Spread
    from dialoom.quality.tagged import Tags

    named = [name for part in metrics for name in part.split(",") if name] if metrics else None
    if named == []:
        raise UsageError("--metrics names none", remedy="such as --metrics turns,distinct_2")
    tags = Tags(named, again=again)
    free(out, force=force, source=data)
    given, bad = find_given(data, format), _given.BadRows()
    others = [find_given(one) for one in against or ()]
    diversity = Diversity() if near else None
    among = None
    if near or others:
        among = read_among(given, others, within=near, threshold=likeness, diversity=diversity)
    spreads = {name: Spread() for name in (*tags.names, *(among.names if among else ()))}
    with Passage("tagging", given.count(), quiet=quiet or json) as passage:
        read = passage.track(given.read(bad))
        tagged = _tagged(read if among is None else among.put(read), tags, spreads)
        if out is None:
            for _ in tagged:
                pass
        else:
            write = FORMATS.load("jsonl").write
            assert write is not None
            write(tagged, out)
    if json:
        told = {"dialogues": passage.passed, "measured": tags.measured, "unreadable": bad.to_json()}
        told["metrics"] = {name: spread.to_json() for name, spread in spreads.items()}
        told |= {"near": among.to_json()} if among else {}
        print_json(told | ({"diversity": diversity.to_json()} if diversity else {}))
    else:
        _show(spreads)
        _show_among(among, diversity)
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


def _show_among(among: SetTags | None, diversity: Diversity | None) -> None:
    from dialoom.cli._console import out, visible
    from dialoom.cli._numbers import count

    if among is not None:
        told = among.to_json()
        where = {"each other": told["within"], **told["against"]}
        found = ", ".join(f"{count(number)} of {visible(name)}" for name, number in where.items() if number is not None)
        out().print(f"near-duplicates, from {told['from']:g} on: {found}")
    if diversity is not None:
        of = diversity.to_json()
        numbers = "   ".join(f"{name} {value:.3g}" for name, value in of.items() if name != "of")
        out().print(f"diversity of {count(int(of['of']))}: {numbers}")
