"""`dialoom corpus show`: one version of a corpus."""

from __future__ import annotations

from typing import Annotated

import typer

from dialoom.cli import _options
from dialoom.cli.corpus import _options as corpora

_TOPICS = (
    "SELECT topic, count(*) AS dialogues FROM dialogues WHERE topic IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10"
)


def command(
    version: Annotated[str, typer.Argument(metavar="VERSION", help="Its number or name.")],
    corpus: corpora.Folder = corpora.DEFAULT,
    json: _options.Json = False,
) -> None:
    """Tell what a version holds, what made it, and what was exported from it.

    \b
    Example:
      dialoom corpus show 12
    """
    from dialoom.cli._console import out, print_json, table, visible
    from dialoom.cli._numbers import count
    from dialoom.corpus import exports_of

    opened = corpora.opened(corpus)
    number = opened.number_of(version)
    told = next(each for each in opened.versions() if each.number == number)
    topics = opened.query(_TOPICS, version=number).to_pylist()
    exports = [export for export in exports_of(opened) if export.version == number]
    names = [name for name, at in opened.names().items() if at == number]
    if json:
        print_json(
            told._asdict()
            | {"names": names, "means": told.means, "topics": {row["topic"]: row["dialogues"] for row in topics}}
            | {"exports": [export._asdict() for export in exports]}
        )
        return
    console = out()
    facts = [
        ("version", f"{number}{''.join(f' [{name}]' for name in names)}"),
        ("made", f"{told.at:%Y-%m-%d %H:%M:%S} UTC"),
        ("by", told.what),
        ("why", told.why),
        ("rows", f"{count(told.rows)} (+{count(told.added)}, -{count(told.removed)})"),
        ("content hash", told.hash),
        *((f"mean of {name}", f"{mean:.4g}") for name, mean in told.means.items()),
        *(("topic", f"{row['topic']}: {count(row['dialogues'])}") for row in topics),
        *(("export", f"{export.file} ({export.format}, {count(export.rows)} dialogues)") for export in exports),
    ]
    shown = table("fact", "value")
    for name, value in facts:
        if value is not None:
            shown.add_row(name, visible(value))
    console.print(shown)
