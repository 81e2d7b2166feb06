"""`dialoom corpus split`: training, validation and test set."""

from __future__ import annotations

from typing import Annotated

import typer

from dialoom.cli.corpus._choice import Choice, choosing

_Share = typer.Option(min=0, max=1, help="The share of this set.")


@choosing
def command(
    choice: Choice,
    train: Annotated[float | None, _Share] = None,
    validation: Annotated[float | None, _Share] = None,
    test: Annotated[float | None, _Share] = None,
    group: Annotated[
        list[str] | None,
        typer.Option(metavar="SQL", help="Keep dialogues of equal value together, besides kin and near-duplicates."),
    ] = None,
    hold: Annotated[
        list[str] | None,
        typer.Option(metavar="SET", help="Hold this set out from now on: no recipe may use it, no split train on it."),
    ] = None,
) -> None:
    """Split a corpus so that no set knows another's dialogues.

    Dialogues of one seed, of one source and near-duplicates stay together; what gives a test dialogue away is withheld
    from training. Without shares: 0.8, 0.1, 0.1; without that of `train`, what the others leave.

    \b
    Example:
      dialoom corpus split -o splits --by intent --by length --hold validation --hold test
      dialoom corpus split -o splits --train 0.9 --test 0.1 --where "provenance = 'real'" --seed 7
    """
    from dialoom.corpus.splits import split

    plan = split(choice.opened, _shares(train, validation, test), group=group or (), **choice.how())
    choice.write(plan, hold or ())


def _shares(train: float | None, validation: float | None, test: float | None) -> dict[str, float]:
    given = {"train": train, "validation": validation, "test": test}
    shares = {name: share for name, share in given.items() if share is not None}
    if not shares:
        return {"train": 0.8, "validation": 0.1, "test": 0.1}
    return shares if "train" in shares else {"train": round(1 - sum(shares.values()), 9)} | shares
