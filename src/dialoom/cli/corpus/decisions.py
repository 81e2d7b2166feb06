"""`dialoom corpus decisions`: what was decided, by whom and why."""

from __future__ import annotations

from typing import Annotated

import typer

from dialoom.cli import _options
from dialoom.cli.corpus import _options as corpora


def command(
    corpus: corpora.Folder = corpora.DEFAULT,
    all: Annotated[bool, typer.Option("--all", help="Earlier decisions on a subject too.")] = False,
    json: _options.Json = False,
) -> None:
    """List the decisions on intents and topics, each beside the dialogues that there are now.

    \b
    Example:
      dialoom corpus decisions --all
    """
    from dialoom.cli._console import out, print_json, table, visible
    from dialoom.cli._numbers import count
    from dialoom.corpus.decisions import decisions

    found = decisions(corpora.opened(corpus), all=all)
    if json:
        print_json([one._asdict() for one in found])
        return
    shown = table("subject", "decision", "real", "synthetic", "why", "who", "when", right=("real", "synthetic"))
    for one in found:
        words = (visible(one.why), visible(one.who), f"{one.at:%Y-%m-%d}")
        shown.add_row(visible(one.subject), one.decision, count(one.real), count(one.synthetic), *words)
    out().print(shown)
