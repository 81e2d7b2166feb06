"""The queue of lines on which the views disagree, for a person to decide."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import orjson

from dialoom.errors import DataError, Place
from dialoom.intents.line import Line
from dialoom.intents.realism import Verified

_FIELDS = ("text", "intent", "other", "margin", "second", "variety", "why", "decision")


def write_review(path: Path, verified: Iterable[Verified]) -> int:
    """Write what is to be reviewed as JSON lines, each with an empty `decision`; returns how many there are.

    A person sets `decision` to the right intent, or to `drop`.
    """
    rows = [
        {
            "text": each.line.text,
            "intent": each.line.intent,
            "other": each.realism.other,
            "margin": round(each.realism.margin, 4),
            "second": each.realism.second,
            "variety": each.line.variety,
            "why": each.why,
            "decision": "",
        }
        for each in verified
        if each.verdict == "review"
    ]
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    return len(rows)


def read_review(path: Path) -> list[Line]:
    """The lines that were decided on, with the intent they were given; those dropped or not decided are left out.

    Raises DataError with file and line.
    """
    found = []
    for number, raw in enumerate(path.read_bytes().splitlines(), 1):
        try:
            row = orjson.loads(raw)
            text, decision, variety = row["text"], row["decision"], row.get("variety", "")
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise DataError(
                f"no reviewed line: {error}", place=Place(str(path), number), remedy=f"each has {', '.join(_FIELDS)}"
            ) from error
        if decision and decision != "drop":
            found.append(Line(text, decision, variety=variety))
    return found
