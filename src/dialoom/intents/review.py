"""The queue of lines on which the views disagree, for a person to decide: a file that is written and edited."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson

from dialoom.dialogue.formats import alone, write_lines
from dialoom.errors import DataError, Place, nearest

DROP = "drop"
_SHOWN = ("text", "intent", "other", "variety", "why")


def write_review(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write what is to be reviewed as JSON lines, each with an empty `decision`, whole or not at all.

    A person sets `decision` to the right intent, or to `drop`. Decisions that the file holds already stay in it.
    Raises DataError where it cannot be read, StorageError where it cannot be written.
    """
    with alone(path):
        decided = {row["text"]: row for row in _rows(path) if row["decision"]}
        queue = [{name: row[name] for name in _SHOWN} | {"decision": ""} for row in rows if row["text"] not in decided]
        _write(path, (*decided.values(), *queue))


def read_review(path: Path, intents: Collection[str]) -> dict[str, str]:
    """What was decided: the intent or `drop` by the line's text; nothing where there is no file.

    Raises DataError with file and line, for a decision that is no intent too.
    """
    found = {}
    for number, row in enumerate(_rows(path), 1):
        decision = row["decision"]
        if decision and decision != DROP and decision not in intents:
            raise DataError(
                f"the decision '{decision}' is no intent",
                place=Place(str(path), number),
                remedy=nearest(decision, [*intents, DROP]),
            )
        if decision:
            found[row["text"]] = decision
    return found


def queued(path: Path) -> list[dict[str, Any]]:
    """Every line of the queue, decided or not, as it lies there. Raises DataError with file and line."""
    return _rows(path)


def decide(path: Path, row: Mapping[str, Any], decision: str) -> None:
    """Put a decision on a line of the queue, or take it back with an empty one; all else in the file stays.

    The file is read anew: a cycle or another person may have written it since. A line that a cycle has taken out of its
    queue meanwhile is put back with its decision.

    Raises DataError where the file cannot be read, StorageError where it cannot be written.
    """
    with alone(path):
        rows = _rows(path)
        same = [each for each in rows if each["text"] == row["text"]]
        for each in same:
            each["decision"] = decision
        if not same and decision:
            rows.append({**row, "decision": decision})
        _write(path, rows)


def _write(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    write_lines((orjson.dumps(row).decode() for row in rows), path)


def _rows(path: Path) -> list[dict[str, Any]]:
    found = []
    for number, raw in enumerate(path.read_bytes().splitlines() if path.is_file() else (), 1):
        try:
            row = orjson.loads(raw)
            if not isinstance(row["text"], str) or not isinstance(row["decision"], str):
                raise TypeError("'text' and 'decision' are texts")
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise DataError(
                f"no reviewed line: {error}",
                place=Place(str(path), number),
                remedy=f"each has {', '.join(_SHOWN)} and decision",
            ) from error
        found.append(row)
    return found
