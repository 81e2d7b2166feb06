"""Looking through a corpus for what gives its held-out sets, or the dialogues of some files, away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from dialoom.corpus.held_out import held_out, text_key
from dialoom.corpus.splits.leaks import NEAR, USUAL, Embed, LeakReport, find_leaks
from dialoom.dialogue import Dialogue
from dialoom.dialogue.formats import read_dialogues
from dialoom.errors import DataError, Place

if TYPE_CHECKING:
    from dialoom.corpus.corpus import Corpus


def leaks_against(
    corpus: Corpus,
    files: Sequence[Path] | None = None,
    *,
    where: str | None = None,
    near: float = NEAR,
    usual: float = USUAL,
    embed: Embed | None = None,
) -> LeakReport:
    """The dialogues of the newest version that give a protected one away.

    Args:
        files: dialogues to protect, in any format that is read; left out, those that the corpus holds out.
        where, near, usual, embed: as `find_leaks` and `Corpus.dialogues` take them.

    Raises DataError where nothing is to be protected, or a file cannot be read.
    """
    version = corpus.version
    if files:
        protected: Iterable[Dialogue] = chain.from_iterable(map(read_dialogues, files))
        candidates: Iterable[Dialogue] = corpus.dialogues(version, where=where)
    else:
        marks = held_out(corpus).texts
        if not marks:
            raise DataError(
                "this corpus holds nothing out",
                place=Place(corpus.location),
                remedy="name files with --against, or hold dialogues out first: dialoom corpus hold",
            )
        protected = (one for one in corpus.dialogues(version) if text_key(one.text()) in marks)
        chosen = corpus.dialogues(version, where=where)
        candidates = (one for one in chosen if text_key(one.text()) not in marks)
    return find_leaks(candidates, protected, near=near, usual=usual, embed=embed)
