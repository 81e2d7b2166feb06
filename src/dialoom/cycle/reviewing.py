"""Where in a cycle's folder the lines lie that people are to decide on, and the intents they can decide for."""

from __future__ import annotations

from pathlib import Path

from dialoom.cycle.folder import Folder, read_rows
from dialoom.errors import DataError, Place

_QUEUE = "review.jsonl"
_ROUND = "round-"


def find_queues(named: Path) -> list[Path]:
    """The queues that a path means: the file, that of a round's folder, or those of all rounds of a cycle, in order.

    Raises DataError where there is none.
    """
    if named.is_file():
        return [named]
    if not named.exists():
        raise DataError(
            "there is no such file or folder",
            place=Place(str(named)),
            remedy=f"check the path; relative paths start at {Path.cwd()}",
        )
    if (named / _QUEUE).is_file():
        return [named / _QUEUE]
    found = [each for each in named.glob(f"{_ROUND}*/{_QUEUE}") if _number(each) is not None]
    if not found:
        raise DataError(
            "no round of a cycle has put lines up for review in it",
            place=Place(str(named)),
            remedy="name the folder of a cycle or a review.jsonl; to rate dialogues, name a rubric with --rubric",
        )
    return sorted(found, key=lambda each: _number(each) or 0)


def intents_beside(queue: Path) -> list[str] | None:
    """The intents of the cycle that a queue is of, sorted; None for a queue that lies in no cycle.

    Raises StorageError where the cycle's real lines cannot be read.
    """
    real = Folder(queue.resolve().parent.parent).real
    if _number(queue.resolve()) is None or not real.is_file():
        return None
    return sorted({str(row["intent"]) for row in read_rows(real)})


def _number(queue: Path) -> int | None:
    written = queue.parent.name.removeprefix(_ROUND)
    return int(written) if queue.parent.name.startswith(_ROUND) and written.isdigit() else None
