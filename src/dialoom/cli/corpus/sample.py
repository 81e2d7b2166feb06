"""`dialoom corpus sample`: some dialogues to read."""

from __future__ import annotations

from typing import Annotated

import typer

from dialoom.cli import _options
from dialoom.cli.corpus import _options as corpora


def command(
    corpus: corpora.Folder = corpora.DEFAULT,
    number: Annotated[int, typer.Option("-n", min=1, help="How many.")] = 3,
    where: corpora.Where = None,
    version: corpora.Version = None,
    seed: Annotated[int, typer.Option(help="Another number draws others.")] = 0,
    json: _options.Json = False,
) -> None:
    """Show dialogues drawn by chance.

    \b
    Example:
      dialoom corpus sample -n 2 --where "topic = 'lost luggage'"
    """
    import orjson
    from rich.text import Text

    from dialoom.cli._console import out, print_json
    from dialoom.cli._conversation import conversation

    opened = corpora.opened(corpus)
    drawn = opened.sample(number, seed=seed, version=corpora.numbered(opened, version), where=where)
    if json:
        print_json([orjson.loads(dialogue.to_json()) for dialogue in drawn])
        return
    for dialogue in drawn:
        out().rule(Text(dialogue.id), align="left", style="dim")
        out().print(conversation(dialogue))
