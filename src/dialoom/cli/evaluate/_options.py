"""What the subcommands of `dialoom evaluate` share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from dialoom.dialogue import Dialogue
    from dialoom.evaluation.agreement import Interval

Form = Annotated[
    str | None,
    typer.Option(metavar="FORM", help="long, label_studio or argilla; left out, told by the file's content."),
]
Resamples = Annotated[int, typer.Option(min=0, help="Draws for the intervals; 0 for none.")]
Seed = Annotated[int, typer.Option(help="Another seed draws otherwise.")]
Format = Annotated[
    str | None,
    typer.Option("--format", metavar="FORMAT", help="The format of a file of dialogues; left out, by its name."),
]


def dialogues(path: str, form: str | None) -> Iterator[Dialogue]:
    """The dialogues of a run or a corpus, or in a file."""
    from dialoom.corpus import Corpus
    from dialoom.dialogue.formats import read_dialogues
    from dialoom.engine.corpora import corpus_of

    if "://" not in path and not Path(path).is_dir():
        return read_dialogues(Path(path), form)
    meant = corpus_of(path)
    return Corpus.open(meant.location).dialogues(where=None if meant.run is None else f"run = '{meant.run}'")


def shown(interval: Interval) -> str:
    """A figure with the ends of its interval."""
    if interval.value is None:
        return "-"
    if interval.low is None or interval.high is None:
        return f"{interval.value:.3f}"
    return f"{interval.value:.3f} [{interval.low:.3f}, {interval.high:.3f}]"
