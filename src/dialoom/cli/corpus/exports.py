"""`dialoom corpus exports`: the files that were written from a corpus."""

from __future__ import annotations

from typing import Annotated

import typer

from dialoom.cli import _options
from dialoom.cli.corpus import _options as corpora


def command(
    corpus: corpora.Folder = corpora.DEFAULT,
    holding: Annotated[str | None, typer.Option(metavar="ID", help="Only those that hold this dialogue.")] = None,
    json: _options.Json = False,
) -> None:
    """List the files that `export`, `push`, `corpus split` and `corpus mix` wrote, with hash, version and filter.

    \b
    Example:
      dialoom corpus exports --holding 5f0e9d2b7c1a4433
    """
    from dialoom.cli._console import out, print_json, table, visible
    from dialoom.cli._numbers import count
    from dialoom.corpus import exports_holding, exports_of

    opened = corpora.opened(corpus)
    found = exports_of(opened) if holding is None else exports_holding(opened, holding)
    if json:
        print_json([export._asdict() for export in found])
        return
    shown = table(
        "when", "file", "format", "set", "dialogues", "version", "where", "sha256", right=("dialogues", "version")
    )
    for export in found:
        shown.add_row(
            f"{export.at:%Y-%m-%d %H:%M}",
            visible(export.file),
            export.format,
            visible(export.set or ""),
            count(export.rows),
            str(export.version),
            visible(export.where or ""),
            export.file_hash[:16],
        )
    out().print(shown)
