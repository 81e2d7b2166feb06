"""`dialoom corpus tag`: names for versions."""

from __future__ import annotations

from typing import Annotated

import typer

from dialoom.cli import _options
from dialoom.cli.corpus import _options as corpora


def command(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="The name; left out, all are listed.")] = None,
    version: Annotated[
        str | None, typer.Argument(metavar="[VERSION]", help="The version; left out, the newest.")
    ] = None,
    corpus: corpora.Folder = corpora.DEFAULT,
    json: _options.Json = False,
) -> None:
    """Give a version a name that can stand wherever its number can, or list the names.

    \b
    Example:
      dialoom corpus tag first-training
      dialoom corpus tag before-cleanup 12
    """
    from dialoom.cli._console import out, print_json

    opened = corpora.opened(corpus)
    if name is not None:
        opened.name(name, corpora.numbered(opened, version))
    names = opened.names()
    if json:
        print_json(names)
        return
    for known, number in names.items():
        out().print(f"{known}: version {number}")
