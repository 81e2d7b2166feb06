"""`dialoom corpus diff`: what turned one version into another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from dialoom.cli import _options
from dialoom.cli.corpus import _options as corpora

if TYPE_CHECKING:
    from dialoom.corpus import Diff


def command(
    before: Annotated[str, typer.Argument(metavar="A", help="A version's number or name.")],
    after: Annotated[str, typer.Argument(metavar="B", help="Another one's.")],
    corpus: corpora.Folder = corpora.DEFAULT,
    number: Annotated[int, typer.Option("-n", min=0, help="How many dialogues of each kind to name.")] = 10,
    json: _options.Json = False,
) -> None:
    """Name the dialogues that differ between two versions, and what it did to the numbers.

    \b
    Example:
      dialoom corpus diff 12 15
      dialoom corpus diff 12 15 --json
    """
    from dialoom.cli._console import print_json
    from dialoom.corpus import diff

    opened = corpora.opened(corpus)
    found = diff(opened, opened.number_of(before), opened.number_of(after))
    if json:
        rows = {kind: [row._asdict() for row in getattr(found, kind)] for kind in ("added", "removed", "changed")}
        print_json(found._asdict() | rows)
    else:
        _show(found, number)


def _show(found: Diff, number: int) -> None:
    from dialoom.cli._console import out, table, visible
    from dialoom.cli._numbers import count

    console = out()
    console.print(f"{count(found.rows[0])} dialogues in {found.before}, {count(found.rows[1])} in {found.after}")
    for kind, sign in (("added", "+"), ("removed", "-"), ("changed", "~")):
        rows = getattr(found, kind)
        if rows:
            console.print(f"{kind}: {count(len(rows))}")
        for row in rows[:number]:
            console.print(f"  {sign} {visible(row.id)} of run {visible(row.run)}")
        if len(rows) > number > 0:
            console.print(f"    and {count(len(rows) - number)} more: see --json")
    moved = table("mean of", "before", "after", right=("before", "after"))
    for name, (old, new) in found.means.items():
        moved.add_row(name, *("-" if value is None else f"{value:.4g}" for value in (old, new)))
    if found.means:
        console.print(moved)
    topics = table("topic", "dialogues", right=("dialogues",))
    for topic, more in list(found.topics.items())[:10]:
        topics.add_row(visible(topic), f"{more:+,}")
    if found.topics:
        console.print(topics)
