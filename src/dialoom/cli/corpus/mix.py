"""`dialoom corpus mix`: real and synthetic dialogues in one training set."""

from __future__ import annotations

import math
from typing import Annotated, Literal

import typer

from dialoom.cli import _options
from dialoom.cli.corpus import _options as corpora
from dialoom.cli.corpus import _sets


def command(
    out: _sets.Out,
    ratio: Annotated[str, typer.Option(metavar="REAL:SYNTHETIC", help="Such as 1:2, two synthetic for each real one.")],
    corpus: corpora.Folder = corpora.DEFAULT,
    by: _sets.By = None,
    spread: Annotated[
        Literal["ratio", "even"],
        typer.Option(help="Synthetic ones in proportion to the real ones, or to the smallest strata first."),
    ] = "ratio",
    size: Annotated[int | None, typer.Option(min=1, help="How many in all; left out, every real one counts.")] = None,
    where: corpora.Where = None,
    seed: _sets.Seed = 0,
    near: _sets.Near = 0.6,
    usual: _sets.Usual = 0.999,
    meaning: _sets.Meaning = None,
    to: _sets.To = "jsonl",
    force: _options.Force = False,
    json: _options.Json = False,
) -> None:
    """Mix real and synthetic dialogues for training; what is held out, or gives that away, is left out first.

    \b
    Example:
      dialoom corpus mix -o mixed --ratio 1:2 --by intent
      dialoom corpus mix -o mixed --ratio 1:1 --by intent --spread even --to messages
    """
    from dialoom.cli._console import print_json
    from dialoom.corpus.splits import mix, write_split

    opened = corpora.opened(corpus)
    plan = mix(
        opened,
        _parsed(ratio),
        spread=spread,
        size=size,
        by=by or (),
        where=where,
        seed=seed,
        near=near,
        usual=usual,
        embed=_sets.embedding(meaning),
    )
    manifest = write_split(opened, plan, out, to=to, force=force)
    if json:
        print_json(manifest)
    else:
        _sets.show(manifest, out)


def _parsed(ratio: str) -> float:
    real, _, synthetic = ratio.partition(":")
    try:
        parts = float(real), float(synthetic)
    except ValueError:
        parts = 0.0, 0.0
    if not (0 < parts[0] < math.inf and 0 <= parts[1] < math.inf):
        raise typer.BadParameter(f"'{ratio}' is no ratio: write REAL:SYNTHETIC, such as 1:2")
    return parts[1] / parts[0]
