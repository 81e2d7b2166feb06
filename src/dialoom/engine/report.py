"""What became of a run, in numbers that add up."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from dialoom.errors import DialoomError
from dialoom.models import Meter


@dataclass(slots=True)
class Counts:
    """Where the records are. `records` is always `kept + rejected + failed + pending`.

    Attributes:
        seeds: seed records in the source, as far as this run goes (`limit`).
        seeds_done: seeds all of whose records have come to an end.
        pending: records on their way, and one for each seed that was not started.
    """

    seeds: int = 0
    seeds_done: int = 0
    kept: int = 0
    rejected: int = 0
    failed: int = 0
    pending: int = 0

    @property
    def records(self) -> int:
        return self.kept + self.rejected + self.failed + self.pending


@dataclass(slots=True)
class Report:
    """What a run did. `calls`, `ledger_hits`, tokens, money and `seconds` are of this run; the counts of all runs in
    its directory.

    Attributes:
        status: `running`, `finished`, `interrupted` (Ctrl-C) or `stopped` (an endpoint or the disk gave out).
        why: why it stopped; `error` is the error that stopped it.
        corpus: the folder of the corpus.
        origin: what the run was started from, as its starter gave it.
        reasons: how often each reason for rejecting or failing a record was met in this run.
    """

    recipe: str
    recipe_hash: str
    run: str = ""
    status: str = "running"
    why: str | None = None
    corpus: str = ""
    origin: dict[str, Any] | None = None
    error: DialoomError | None = None
    counts: Counts = field(default_factory=Counts)
    reasons: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def to_json(self, meter: Meter) -> dict[str, Any]:
        """The content of run.json."""
        counts, total = self.counts, meter.total
        return {
            "recipe": self.recipe,
            "recipe_hash": self.recipe_hash,
            "run": self.run,
            "status": self.status,
            "why": self.why,
            "corpus": self.corpus,
            "origin": self.origin,
            "seeds": counts.seeds,
            "records": counts.records,
            "kept": counts.kept,
            "rejected": counts.rejected,
            "failed": counts.failed,
            "pending": counts.pending,
            "calls": total.calls,
            "ledger_hits": total.ledger_hits,
            "tokens": total.prompt_tokens + total.completion_tokens,
            "prompt_tokens": total.prompt_tokens,
            "completion_tokens": total.completion_tokens,
            "money": total.money,
            "seconds": round(self.seconds, 3),
            "reasons": dict(self.reasons.most_common(20)),
            "nodes": meter.by_node(),
        }
