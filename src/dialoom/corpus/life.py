"""When a dialogue came into a corpus, and when it went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dialoom.corpus import history
from dialoom.corpus.schema import dialogue_of
from dialoom.corpus.search import Search
from dialoom.dialogue import Dialogue

if TYPE_CHECKING:
    from dialoom.corpus.corpus import Corpus


class Stay(NamedTuple):
    """Versions that hold a dialogue: from `first` to `last`, or to this day where that is None."""

    first: int
    last: int | None


class Life(NamedTuple):
    """A dialogue as it was last held, whose it is, and in which versions it was there."""

    dialogue: Dialogue
    run: str
    batch: str
    stays: tuple[Stay, ...]


def lives(corpus: Corpus, name: str, search: Search | None = None) -> list[Life]:
    """All that is known of the dialogues with an id, the newest version's and those that were taken out; one a run.

    Args:
        search: one for the same dialogue, so that what it has read is not read again.
    """
    told = history.versions(corpus)
    newest = told[-1].number
    # Rows go, or come from earlier versions, only by these; and only what lies about them has to be looked at.
    turns = {version.number for version in told if version.kind not in ("append", *history.SAME_ROWS_KINDS)}
    numbers = {version.number for version in told}
    looked = sorted(({turn - 1 for turn in turns} | turns | {newest}) & numbers)
    search = search or Search(name)
    rows = {number: {row["run"]: row for row in search.rows(corpus.at(number)).to_pylist()} for number in looked}
    came = {
        (version.run, version.batch): version.number
        for version in reversed(told)
        if version.kind == "append" and version.run is not None and version.batch is not None
    }
    runs = dict.fromkeys(run for at in looked for run in rows[at])
    return [_life(run, looked, rows, came) for run in runs]


def _life(
    run: str, looked: list[int], rows: dict[int, dict[str, dict[str, Any]]], came: dict[tuple[str, str], int]
) -> Life:
    stays: list[Stay] = []
    last: dict[str, Any] = {}
    before = 0
    for number in looked:
        row = rows[number].get(run)
        here = bool(stays) and stays[-1].last is None
        if row is not None and not here:
            # It came with its batch's commit, unless that lies further back: then this version brought it again.
            appended = came.get((run, row["batch"]), number)
            stays.append(Stay(appended if before < appended <= number else number, None))
        if row is None and here:
            stays[-1] = Stay(stays[-1].first, number - 1)
        last = row or last
        before = number
    return Life(dialogue_of(last), run, last["batch"], tuple(stays))
