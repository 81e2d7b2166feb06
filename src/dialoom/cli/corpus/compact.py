"""`dialoom corpus compact`: few files in the place of many."""

from __future__ import annotations

from dialoom.cli import _options
from dialoom.cli.corpus import _options as corpora


def command(corpus: corpora.Folder = corpora.DEFAULT, json: _options.Json = False) -> None:
    """Merge the small files that many commits left, so that reading is fast. No version changes.

    \b
    Example:
      dialoom corpus compact
    """
    from dialoom.cli._console import out, print_json
    from dialoom.cli._numbers import count

    opened = corpora.opened(corpus)
    before, after = opened.fragments, opened.compact()
    if json:
        print_json({"before": before, "after": after})
    else:
        out().print(f"{count(before)} files before, {count(after)} now")
