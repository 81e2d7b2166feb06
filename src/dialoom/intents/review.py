"""The queue of lines on which the views disagree, for a person to decide: a file that is written and edited."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson

from dialoom.dialogue.formats import write_lines
from dialoom.errors import DataError, Place, nearest

DROP = "drop"
_SHOWN = ("text", "intent", "other", "variety", "why")


def write_review(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write what is to be reviewed as JSON lines, each with an empty `decision`, whole or not at all.

    A person sets `decision` to the right intent, or to `drop`. Decisions that the file holds already stay in it.
    Raises DataError where it cannot be read, StorageError where it cannot be written.
    """
    decided = {row["text"]: row for row in _rows(path) if row["decision"]}
    queue = [{name: row[name] for name in _SHOWN} | {"decision": ""} for row in rows if row["text"] not in decided]
    write_lines((orjson.dumps(row).decode() for row in (*decided.values(), *queue)), path)


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
