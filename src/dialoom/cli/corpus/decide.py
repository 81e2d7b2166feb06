"""`dialoom corpus decide`: synthesise or collect, and why."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from dialoom.cli.corpus import _options as corpora


def command(
    subject: Annotated[str, typer.Argument(metavar="SUBJECT", help="The intent or topic that is decided on.")],
    decision: Annotated[
        Literal["synthesise", "collect", "both", "drop"], typer.Argument(help="Where its data come from.")
    ],
    why: Annotated[str, typer.Option(metavar="TEXT", help="The reason.")],
    who: Annotated[str, typer.Option(metavar="NAME", help="Who answers for it.")],
    corpus: corpora.Folder = corpora.DEFAULT,
) -> None:
    """Record for an intent or topic whether its dialogues are synthesised or collected, and why.

    The latest decision on a subject holds; earlier ones stay readable.

    \b
    Example:
      dialoom corpus decide lost_card synthesise --why "12 real examples in a year" --who "Ana Diaz"
    """
    from dialoom.corpus.decisions import decide

    decide(corpora.opened(corpus), subject, decision, why=why, who=who)
