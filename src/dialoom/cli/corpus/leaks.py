"""`dialoom corpus leaks`: does a corpus give away what it should not know."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dialoom.cli import _options
from dialoom.cli.corpus import _options as corpora
from dialoom.cli.corpus import _sets


def command(
    corpus: corpora.Folder = corpora.DEFAULT,
    against: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Files of dialogues to protect; left out, what the corpus holds out."),
    ] = None,
    where: corpora.Where = None,
    near: _sets.Near = _sets.NEAR,
    usual: _sets.Usual = _sets.USUAL,
    meaning: _sets.Meaning = None,
    json: _options.Json = False,
) -> None:
    """Find the dialogues that give a protected one away: by id, text, a run of 13 words, 8-grams, meaning.

    Ends with status 1 where there are any.

    \b
    Example:
      dialoom corpus leaks
      dialoom corpus leaks --against test.jsonl --where "provenance = 'synthetic'"
    """
    from dialoom.cli._console import out, print_json, table, visible
    from dialoom.cli._numbers import count
    from dialoom.corpus.splits import leaks_against

    report = leaks_against(
        corpora.opened(corpus), against, where=where, near=near, usual=usual, embed=_sets.embedding(meaning)
    )
    if json:
        print_json(report.to_json())
    else:
        shown = table("dialogue", "gives away", "by", "score", "words", right=("score",))
        for leak in report.leaks.values():
            shown.add_row(leak.id, leak.of, leak.kind, f"{leak.score:.2f}", visible(leak.shown))
        console = out()
        if report.leaks:
            console.print(shown)
        limits = ", ".join(f"{name} {limit:.2f}" for name, limit in report.limits.items() if limit is not None)
        console.print(
            f"{count(len(report.leaks))} of {count(report.candidates)} dialogues give one of {count(report.protected)} "
            f"away (limits: {limits})"
        )
    if report.leaks:
        raise typer.Exit(1)
