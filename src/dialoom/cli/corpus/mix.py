"""`dialoom corpus mix`: real and synthetic dialogues in one training set."""

from __future__ import annotations

import math
from typing import Annotated, Literal

import typer

from dialoom.cli.corpus._choice import Choice, choosing


@choosing
def command(
    choice: Choice,
    ratio: Annotated[str, typer.Option(metavar="REAL:SYNTHETIC", help="Such as 1:2, two synthetic for each real one.")],
    spread: Annotated[
        Literal["ratio", "even"],
        typer.Option(help="Synthetic ones in proportion to the real ones, or to the smallest strata first."),
    ] = "ratio",
    size: Annotated[int | None, typer.Option(min=1, help="How many in all; left out, every real one counts.")] = None,
) -> None:
    """Mix real and synthetic dialogues for training; what is held out, or gives that away, is left out first.

    \b
    Example:
      dialoom corpus mix -o mixed --ratio 1:2 --by intent
      dialoom corpus mix -o mixed --ratio 1:1 --by intent --spread even --to messages
    """
    from dialoom.corpus.splits import mix

    choice.write(mix(choice.opened, _parsed(ratio), spread=spread, size=size, **choice.how()))


def _parsed(ratio: str) -> float:
    real, _, synthetic = ratio.partition(":")
    try:
        parts = float(real), float(synthetic)
    except ValueError:
        parts = 0.0, 0.0
    if not (0 < parts[0] < math.inf and 0 <= parts[1] < math.inf):
        raise typer.BadParameter(f"'{ratio}' is no ratio: write REAL:SYNTHETIC, such as 1:2")
    return parts[1] / parts[0]
