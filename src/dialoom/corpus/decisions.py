"""Decisions on intents and topics: whether their dialogues are synthesised or collected, why, and who decided."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from dialoom.errors import UsageError

if TYPE_CHECKING:
    from dialoom.corpus.corpus import Corpus

TABLE = "decisions"
DECISIONS = ("synthesise", "collect", "both", "drop")


class Decision(NamedTuple):
    """A decision, and how many dialogues of its subject the newest version of the corpus holds."""

    subject: str
    decision: str
    why: str
    who: str
    at: datetime
    real: int
    synthetic: int


def decide(corpus: Corpus, subject: str, decision: str, *, why: str, who: str) -> None:
    """Records a decision on an intent or topic; the latest one on a subject holds.

    Args:
        decision: `synthesise`, `collect`, `both` or `drop`.

    Raises UsageError for another one, and where subject, reason or name is empty.
    """
    if decision not in DECISIONS:
        raise UsageError(f"'{decision}' is no decision", remedy=f"choose one of {', '.join(DECISIONS)}")
    row = {"subject": subject.strip(), "decision": decision, "why": why.strip(), "who": who.strip()}
    empty = next((name for name, value in row.items() if not value), None)
    if empty is not None:
        raise UsageError(f"a decision needs its '{empty}'", remedy="say it in a word or a sentence")
    corpus.add(TABLE, [row])


def decisions(corpus: Corpus, *, all: bool = False) -> list[Decision]:
    """The decisions by subject; with `all` also those that were replaced, oldest first."""
    rows = corpus.read(TABLE).to_pylist()
    if not rows:
        return []
    there = _counts(corpus)
    found = [
        Decision(
            row["subject"],
            row["decision"],
            row["why"],
            row["who"],
            row["at"],
            there["real", row["subject"]],
            there["synthetic", row["subject"]],
        )
        for row in rows
    ]
    held = found if all else list({one.subject: one for one in found}.values())
    return sorted(held, key=lambda one: (one.subject, one.at))


def _counts(corpus: Corpus) -> Counter[tuple[str, str]]:
    """How many dialogues have a topic, or a turn with an intent, by provenance."""
    sql = """
        WITH named AS (
            SELECT run, id, provenance, unnest(list_distinct(list_concat(
                [topic], json_extract_string(turn_notes, '$[*].intent'), [json_extract_string(fields, '$.intent')]
            ))) AS subject FROM dialogues)
        SELECT provenance, subject, count(*) AS rows FROM named WHERE subject IS NOT NULL GROUP BY ALL"""
    counted = corpus.query(sql).to_pylist()
    return Counter({(row["provenance"], row["subject"]): row["rows"] for row in counted})
