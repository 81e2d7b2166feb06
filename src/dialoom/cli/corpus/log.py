"""`dialoom corpus log`: the versions of a corpus."""

from __future__ import annotations

from typing import Annotated

import typer

from dialoom.cli import _options
from dialoom.cli.corpus import _options as corpora


def command(
    corpus: corpora.Folder = corpora.DEFAULT,
    number: Annotated[int, typer.Option("-n", min=1, help="How many to list.")] = 20,
    json: _options.Json = False,
) -> None:
    """List the newest versions, newest first.

    \b
    Example:
      dialoom corpus log -n 5
    """
    from dialoom.cli._console import out, print_json, table, visible
    from dialoom.cli._numbers import count

    opened = corpora.opened(corpus)
    versions = opened.versions()[: -number - 1 : -1]
    names = opened.names()
    if json:
        print_json(
            [
                version._asdict() | {"names": [name for name, at in names.items() if at == version.number]}
                for version in versions
            ]
        )
        return
    shown = table("version", "when", "rows", "came", "went", "what", "why", right=("version", "rows", "came", "went"))
    for version in versions:
        called = "".join(f" [{name}]" for name, at in names.items() if at == version.number)
        shown.add_row(
            f"{version.number}",
            f"{version.at:%Y-%m-%d %H:%M}",
            count(version.rows),
            count(version.added) if version.added else "",
            count(version.removed) if version.removed else "",
            visible(version.what) + called,
            visible(version.why or ""),
        )
    out().print(shown)
