"""Labelled data as a user names it: a file or folder in a known format, a corpus, or a run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dialoom.dialogue import Dialogue


def dialogues_in(named: str, format: str | None = None) -> Iterator[Dialogue]:
    """The dialogues of `PATH`, or with `PATH::SQL` those of a corpus that meet a condition.

    A folder that is neither a corpus nor a run is read as data in a format, such as that of ATIS or of the hub.
    """
    from dialoom.corpus import Corpus
    from dialoom.dialogue.formats import read_dialogues
    from dialoom.engine.corpora import corpus_of

    location, sign, sql = named.partition("::")
    folder = Path(location)
    kept = any((folder / name).exists() for name in ("dialogues.lance", "run.json"))
    if not sign and "://" not in location and not kept:
        return read_dialogues(folder, format)
    meant = corpus_of(location)
    mine = None if meant.run is None else f"run = '{meant.run}'"
    where = " AND ".join(f"({part})" for part in (mine, sql) if part) or None
    return Corpus.open(meant.location).dialogues(where=where)
