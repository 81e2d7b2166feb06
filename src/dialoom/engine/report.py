"""What became of a run, in numbers that add up."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from dialoom.engine.history import History
from dialoom.errors import DialoomError
from dialoom.models import Endpoints, Meter

if TYPE_CHECKING:
    import pyarrow as pa

    from dialoom.corpus import Corpus
    from dialoom.dialogue import Dialogue


def now() -> str:
    """The time, as run.json tells it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(slots=True)
class Counts:
    """Where the records are. `records` is always `kept + rejected + failed + pending`.

    Attributes:
        seeds: seeds of the runs in the directory: those that are done, and those of the source that are left, as far as
            this run goes (`limit`).
        seeds_done: seeds all of whose records have come to an end.
        kept: records in the corpus, of whichever run in the directory.
        pending: records on their way, and one for each seed that was not started.
        spare: records of this run that were on their way or finished when its target was reached. They are none of
            `records`; what was answered for them is in the ledger.
    """

    seeds: int = 0
    seeds_done: int = 0
    kept: int = 0
    rejected: int = 0
    failed: int = 0
    pending: int = 0
    spare: int = 0

    @property
    def records(self) -> int:
        return self.kept + self.rejected + self.failed + self.pending


@dataclass(slots=True)
class Report:
    """What a run did. Calls, tokens, money and `seconds` are of this run; the counts of all runs in its directory.

    Attributes:
        status: `running`, `finished`, `interrupted` (Ctrl-C), `stopped` (an endpoint or the disk gave out) or `left`
            (batches are under way, and the run was not to wait for them).
        why: why it stopped; `error` is the error that stopped it.
        corpus: the folder of the corpus.
        origin: what the run was started from, as its starter gave it.
        target: how many dialogues are to be kept, where the recipe bounds them.
        waiting: what a target waits for, where that keeps others from being kept.
        reasons: how often each reason for rejecting or failing a record was met in this run.
        started, ended: when, in ISO 8601 and UTC.
        history: the runs in the directory before this one.
        models: what each model that was opened is, as the ledger names it.
        endpoints: those that were called, as `tell_endpoints` tells of them.
        made_from: versions, commit and hashes (Provenance).
        sinks: what was written at the end, in the order of the recipe: path, form, rows (None where it held them
            already or was not written) and error.
    """

    recipe: str
    recipe_hash: str
    run: str = ""
    status: str = "running"
    why: str | None = None
    corpus: str = ""
    origin: dict[str, Any] | None = None
    error: DialoomError | None = None
    target: int | None = None
    waiting: str | None = None
    counts: Counts = field(default_factory=Counts)
    reasons: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    started: str = field(default_factory=now)
    ended: str | None = None
    history: History = field(default_factory=History)
    models: dict[str, str] = field(default_factory=dict)
    endpoints: list[dict[str, Any]] = field(default_factory=list)
    made_from: dict[str, Any] = field(default_factory=dict)
    sinks: list[dict[str, Any]] = field(default_factory=list)

    def dialogues(self) -> list[Dialogue]:
        """The dialogues that are kept, of all runs in the directory, in the order of seeds. Raises StorageError."""
        return list(self._held().dialogues(where=self._own()))

    def table(self) -> pa.Table:
        """The same as a table of Arrow, in the columns of the corpus, for Polars, pandas or DuckDB. Raises
        StorageError."""
        from dialoom.corpus.schema import SCHEMA

        found = self._held().query(f"SELECT * FROM dialogues WHERE {self._own()} ORDER BY position, id")
        return found.select(SCHEMA.names)

    def _held(self) -> Corpus:
        from dialoom.corpus import Corpus

        return Corpus.open(self.corpus)

    def _own(self) -> str:
        return f"run = '{self.run}'"

    def to_json(self, meter: Meter) -> dict[str, Any]:
        """The content of run.json."""
        counts = self.counts
        session = {
            "started": self.started,
            "ended": self.ended,
            "status": self.status,
            "why": self.why,
            "seconds": round(self.seconds, 3),
            "recipe_hash": self.recipe_hash,
        }
        return {
            "recipe": self.recipe,
            "run": self.run,
            **session,
            "corpus": self.corpus,
            "origin": self.origin,
            "target": self.target,
            "seeds": counts.seeds,
            "records": counts.records,
            "kept": counts.kept,
            "rejected": counts.rejected,
            "failed": counts.failed,
            "pending": counts.pending,
            "spare": counts.spare,
            **meter.total.to_json(),
            # Of the run, and not of its calls together.
            "seconds": session["seconds"],
            "reasons": dict(self.reasons.most_common(20)),
            "nodes": [{"node": node, "model": model} | part.to_json() for (node, model), part in meter.parts.items()],
            "models": self.models or self.history.models,
            "endpoints": self.endpoints,
            "made_from": self.made_from,
            "sinks": self.sinks,
            **self.history.with_this(session, meter, self.reasons),
        }


def tell_endpoints(endpoints: Endpoints) -> list[dict[str, Any]]:
    """How many calls each endpoint has answered, how many it may have in flight now and at most, and what holds it."""
    return [
        {
            "url": endpoint.url,
            "answers": endpoint.answers,
            "limit": int(endpoint.limiter.limit),
            "ceiling": endpoint.limiter.ceiling,
            "held_by": endpoint.limiter.held_by,
        }
        for endpoint in endpoints
    ]
