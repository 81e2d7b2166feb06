"""`dialoom corpus taxonomy`: the decisions of a taxonomy into a corpus."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dialoom.cli.corpus import _options as corpora


def command(
    taxonomy: Annotated[Path, typer.Argument(metavar="FILE", help="A taxonomy of intents.")],
    corpus: corpora.Folder = corpora.DEFAULT,
) -> None:
    """Check a taxonomy, and record what it decides on each intent: synthesise or collect, why, who.

    What the corpus holds already is not recorded again.

    \b
    Example:
      dialoom corpus taxonomy taxonomy.yaml --corpus runs/rare
    """
    from dialoom.cli._console import err, out, visible
    from dialoom.cli._numbers import count
    from dialoom.intents.decided import record_decisions
    from dialoom.intents.taxonomy import read_taxonomy

    read = read_taxonomy(taxonomy)
    told = record_decisions(read, corpora.opened(corpus))
    named = f": {', '.join(told)}" if told else ""
    out().print(visible(f"recorded {count(len(told))} decisions on {count(len(read.intents))} intents{named}"))
    for remark in read.remarks():
        err().print(f"note: {visible(remark)}", soft_wrap=True)
