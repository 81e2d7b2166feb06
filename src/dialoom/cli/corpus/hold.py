"""`dialoom corpus hold`: dialogues that nothing may learn from."""

from __future__ import annotations

from typing import Annotated

import typer

from dialoom.cli.corpus import _options as corpora


def command(
    name: Annotated[str, typer.Argument(metavar="SET", help="The name of the set, such as test.")],
    corpus: corpora.Folder = corpora.DEFAULT,
    run: corpora.Run = None,
    batch: corpora.Batch = None,
    where: corpora.Where = None,
) -> None:
    """Hold dialogues out for good: no recipe may use them, no split trains on them.

    A recipe that writes to this corpus, or names it in `held_out`, is refused if its source or examples hold one of
    them, under whatever file name and in whatever format.

    \b
    Example:
      dialoom corpus hold test --where "provenance = 'real' AND topic = 'billing'"
    """
    import sys

    from dialoom.cli._numbers import count
    from dialoom.corpus.held_out import hold_out, text_key
    from dialoom.errors import UsageError

    chosen = corpora.condition(run, batch, where)
    if chosen is None:
        raise UsageError("which dialogues?", remedy="give --run, --batch or --where")
    opened = corpora.opened(corpus)
    texts = {text_key(one.text()): one.id for one in opened.dialogues(where=chosen)}
    new = hold_out(opened, name, texts=texts)
    print(f"held out as {name}: {count(len(texts))} dialogues, {count(new)} of them new", file=sys.stderr)
