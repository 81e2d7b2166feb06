"""`dialoom corpus restore`: undo, wholly or in part."""

from __future__ import annotations

from typing import Annotated

import typer

from dialoom.cli import _options
from dialoom.cli.corpus import _options as corpora


def command(
    version: Annotated[str, typer.Argument(metavar="VERSION", help="Its number or name.")],
    corpus: corpora.Folder = corpora.DEFAULT,
    run: corpora.Run = None,
    batch: corpora.Batch = None,
    where: corpora.Where = None,
    why: corpora.Why = None,
    json: _options.Json = False,
) -> None:
    """Make the newest version what an older one was; or bring back only a run, a batch or what meets a condition.

    The versions between stay, so that this can be undone too.

    \b
    Example:
      dialoom corpus restore 12
      dialoom corpus restore 12 --batch 3f9a0c77be10 --why "it was not that batch"
    """
    from dialoom.cli._console import out, print_json
    from dialoom.cli._numbers import count

    opened = corpora.opened(corpus)
    number = opened.number_of(version)
    chosen = corpora.condition(run, batch, where)
    if chosen is None:
        made, brought = opened.restore(number, why=why), None
    else:
        made, brought = opened.put_back(number, chosen, why=why)
    now = next(each for each in opened.versions() if each.number == made)
    if json:
        print_json({"version": made, "rows": now.rows, "hash": now.hash, "put_back": brought})
    elif brought is None:
        out().print(f"version {made} is what version {number} was: {count(now.rows)} dialogues, hash {now.hash}")
    elif not brought:
        out().print(f"nothing was put back: version {number} holds no such dialogue that is not there now")
    else:
        out().print(f"put back {count(len(brought))} dialogues: version {made} has {count(now.rows)}")
