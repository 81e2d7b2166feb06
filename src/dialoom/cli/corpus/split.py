"""`dialoom corpus split`: training, validation and test set."""

from __future__ import annotations

from typing import Annotated

import typer

from dialoom.cli import _options
from dialoom.cli.corpus import _options as corpora
from dialoom.cli.corpus import _sets

_Share = typer.Option(min=0, max=1, help="The share of this set.")


def command(
    out: _sets.Out,
    corpus: corpora.Folder = corpora.DEFAULT,
    train: Annotated[float | None, _Share] = None,
    validation: Annotated[float | None, _Share] = None,
    test: Annotated[float | None, _Share] = None,
    by: _sets.By = None,
    group: Annotated[
        list[str] | None,
        typer.Option(metavar="SQL", help="Keep dialogues of equal value together, besides kin and near-duplicates."),
    ] = None,
    where: corpora.Where = None,
    seed: _sets.Seed = 0,
    hold: Annotated[
        list[str] | None,
        typer.Option(metavar="SET", help="Hold this set out from now on: no recipe may use it, no split train on it."),
    ] = None,
    near: _sets.Near = 0.6,
    usual: _sets.Usual = 0.999,
    meaning: _sets.Meaning = None,
    to: _sets.To = "jsonl",
    force: _options.Force = False,
    json: _options.Json = False,
) -> None:
    """Split a corpus so that no set knows another's dialogues.

    Dialogues of one seed, of one source and near-duplicates stay together; what gives a test dialogue away is withheld
    from training. Without shares: 0.8, 0.1, 0.1; without that of `train`, what the others leave.

    \b
    Example:
      dialoom corpus split -o splits --by intent --by length --hold validation --hold test
      dialoom corpus split -o splits --train 0.9 --test 0.1 --where "provenance = 'real'" --seed 7
    """
    from dialoom.cli._console import print_json
    from dialoom.corpus.splits import split, write_split

    opened = corpora.opened(corpus)
    plan = split(
        opened,
        _shares(train, validation, test),
        by=by or (),
        group=group or (),
        where=where,
        seed=seed,
        near=near,
        usual=usual,
        embed=_sets.embedding(meaning),
    )
    manifest = write_split(opened, plan, out, to=to, hold=hold or (), force=force)
    if json:
        print_json(manifest)
    else:
        _sets.show(manifest, out)


def _shares(train: float | None, validation: float | None, test: float | None) -> dict[str, float]:
    given = {"train": train, "validation": validation, "test": test}
    shares = {name: share for name, share in given.items() if share is not None}
    if not shares:
        return {"train": 0.8, "validation": 0.1, "test": 0.1}
    return shares if "train" in shares else {"train": round(1 - sum(shares.values()), 9)} | shares
