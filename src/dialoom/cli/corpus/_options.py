"""Options that the subcommands of `dialoom corpus` share, and what they stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from dialoom.corpus import Corpus

DEFAULT = "corpus"
Folder = Annotated[
    str,
    typer.Option(
        "--corpus",
        "-c",
        metavar="DIR",
        envvar="DIALOOM_CORPUS",
        help="The corpus: its folder or URL (s3://...), or the directory of the run that made it.",
    ),
]
Version = Annotated[str | None, typer.Option("--version", metavar="VERSION", help="A version's number or name.")]
Where = Annotated[
    str | None, typer.Option(metavar="SQL", help="Those that meet this SQL condition, such as n_turns > 6.")
]
Run = Annotated[str | None, typer.Option(metavar="RUN", help="Those of a run.")]
Batch = Annotated[str | None, typer.Option(metavar="BATCH", help="Those of a batch.")]
Why = Annotated[str | None, typer.Option(metavar="TEXT", help="The reason, for the changelog.")]


def opened(folder: str) -> Corpus:
    """The corpus in a folder, at a URL, or of the run in a folder."""
    from dialoom.corpus import Corpus
    from dialoom.engine.corpora import corpus_of

    return Corpus.open(corpus_of(folder).location)


def numbered(corpus: Corpus, version: str | None) -> int | None:
    """The number of a version that is given by number or name."""
    return None if version is None else corpus.number_of(version)


def condition(run: str | None, batch: str | None, where: str | None) -> str | None:
    """The three ways to choose dialogues as one SQL condition."""
    from dialoom.errors import UsageError

    parts = [f"{name} = '{_quoted(value)}'" for name, value in (("run", run), ("batch", batch)) if value is not None]
    if where is not None:
        if not where.strip():
            raise UsageError("the condition is empty", remedy="write a SQL condition, such as n_turns > 6")
        parts.append(f"({where}\n)" if parts else where)
    return " AND ".join(parts) if parts else None


def _quoted(value: str) -> str:
    return value.replace("'", "''")
