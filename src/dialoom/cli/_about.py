"""What a person says of a data set: the options of `corpus card` and `push`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from dialoom.corpus.card import About

Name = Annotated[
    str | None, typer.Option(metavar="NAME", help="The data set's name for people; left out, the corpus's.")
]
Licence = Annotated[
    str | None, typer.Option("--license", metavar="ID", help="As the hub knows it: cc-by-4.0, apache-2.0, other ...")
]
Language = Annotated[list[str], typer.Option(metavar="CODE", help="Language of the dialogues. Can be given often.")]
Summary = Annotated[str | None, typer.Option(metavar="TEXT", help="What it is for.")]
Limits = Annotated[list[str] | None, typer.Option("--limit", metavar="TEXT", help="A known limit. Can be given often.")]


def about(
    location: str,
    name: str | None,
    licence: str | None,
    language: list[str],
    summary: str | None,
    limits: list[str] | None,
) -> About:
    """All of it together."""
    from dialoom.corpus.card import About

    own = name or location.rstrip("/").rpartition("/")[2]
    return About(own, licence, tuple(language), summary, tuple(limits or ()))
