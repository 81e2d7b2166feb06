"""`dialoom corpus card`: the data card."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dialoom.cli import _about, _options
from dialoom.cli.corpus import _options as corpora


def command(
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Folder for README.md and assets/.")],
    corpus: corpora.Folder = corpora.DEFAULT,
    name: _about.Name = None,
    license: _about.Licence = None,
    language: _about.Language = ["en"],  # noqa: B006
    summary: _about.Summary = None,
    limit: _about.Limits = None,
    force: _options.Force = False,
) -> None:
    """Write what the corpus holds, how it was made, what was kept out, its decisions, limits and changes.

    The form is that of the Hugging Face hub: a README.md with a YAML header, and plots.

    \b
    Example:
      dialoom corpus card -o card --name "Bank calls" --license cc-by-4.0
    """
    import sys

    from dialoom.corpus.card import write_card

    opened = corpora.opened(corpus)
    about = _about.about(opened.location, name, license, language, summary, limit)
    path = write_card(opened, out, about, force=force)
    print(f"wrote {path}", file=sys.stderr)
