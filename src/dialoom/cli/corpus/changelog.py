"""`dialoom corpus changelog`: what changed, why, and what it did to the numbers."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from dialoom.cli import _options
from dialoom.cli.corpus import _options as corpora


def command(
    corpus: corpora.Folder = corpora.DEFAULT,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Write it there; left out, to stdout.")
    ] = None,
    force: _options.Force = False,
    json: _options.Json = False,
) -> None:
    """Write what changed in the corpus, newest first, as Markdown.

    Appends of one run that follow each other are one entry. A run whose recipe differs from the one before shows how.

    \b
    Example:
      dialoom corpus changelog > CHANGES.md
    """
    from dialoom.cli._console import print_json, visible
    from dialoom.corpus import changelog
    from dialoom.dialogue.formats import write_lines
    from dialoom.errors import Place, StorageError

    if out is not None and out.is_file() and not force:
        raise StorageError(
            "it is there already", place=Place(str(out)), remedy="name another file, or overwrite it with --force"
        )

    entries = changelog(corpora.opened(corpus))[::-1]
    if json:
        print_json([entry.to_json() for entry in entries])
        return
    text = "\n".join(visible(entry.to_text()) for entry in entries)
    if out is None:
        sys.stdout.write(text)
    else:
        write_lines([text.removesuffix("\n")], out)
