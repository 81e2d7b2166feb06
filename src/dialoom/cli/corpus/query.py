"""`dialoom corpus query`: SQL over a corpus."""

from __future__ import annotations

from typing import Annotated

import typer

from dialoom.cli import _options
from dialoom.cli.corpus import _options as corpora


def command(
    sql: Annotated[str, typer.Argument(metavar="SQL", help="A statement over the table dialogues.")],
    corpus: corpora.Folder = corpora.DEFAULT,
    version: corpora.Version = None,
    json: _options.Json = False,
) -> None:
    """Answer a SQL question.

    Tables beside dialogues: tags, ratings, decisions, held_out, rejects, runs, calls, exports, changes.

    \b
    Example:
      dialoom corpus query "SELECT topic, count(*) FROM dialogues GROUP BY topic"
    """
    from dialoom.cli._console import out, print_json, table, visible
    from dialoom.cli._conversation import shortened, shown

    opened = corpora.opened(corpus)
    found = opened.query(sql, version=corpora.numbered(opened, version))
    rows = [
        {name: value.hex() if isinstance(value, bytes) else value for name, value in row.items()}
        for row in found.to_pylist()
    ]
    if json:
        print_json(rows)
        return
    answer = table(*found.column_names)
    for row in rows:
        answer.add_row(*("" if value is None else visible(shortened(shown(value))) for value in row.values()))
    out().print(answer)
