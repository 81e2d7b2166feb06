"""`dialoom corpus verify`: whether a corpus is whole."""

from __future__ import annotations

import typer

from dialoom.cli import _options
from dialoom.cli.corpus import _options as corpora


def command(
    corpus: corpora.Folder = corpora.DEFAULT,
    version: corpora.Version = None,
    json: _options.Json = False,
) -> None:
    """Read a version through: rows as they were written, none twice, no commit in part.

    Ends with exit code 5 where something is wrong.

    \b
    Example:
      dialoom corpus verify
    """
    from dialoom.cli._console import out, print_json
    from dialoom.cli._numbers import count
    from dialoom.corpus import verify
    from dialoom.errors import StorageError

    opened = corpora.opened(corpus)
    found = verify(opened, corpora.numbered(opened, version))
    if json:
        print_json(found._asdict())
    else:
        out().print(f"version {found.version}: {count(found.rows)} dialogues, content hash {found.hash}")
        for fault in found.faults:
            out().print(f"fault: {fault}", soft_wrap=True)
        if not found.faults:
            out().print("all is as it was written")
        if found.whole is not None:
            out().print(
                f"version {found.whole} is the newest that can be read in full; go back to it with:\n"
                f"  dialoom corpus restore {found.whole}"
            )
    if found.faults:
        raise typer.Exit(StorageError.exit_code)
