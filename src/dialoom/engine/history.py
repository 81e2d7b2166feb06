"""The runs of a directory before this one: what each was, and what they cost together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from dialoom.engine.told import ToldHistory
from dialoom.models import Ledger, Meter, Price, Tally
from dialoom.models.quantiles import Quantiles

# Rows of sessions that run.json keeps; older ones are in the totals alone.
_MOST_SESSIONS = 200
_SPENT = ("calls", "ledger_hits", "tokens", "prompt_tokens", "completion_tokens", "money", "retries", "given_up")
_UNKNOWN = {"started": None, "ended": None, "status": "unknown", "why": None, "seconds": 0.0, "recipe_hash": None}
Parts = dict[tuple[str, str], Tally]


@dataclass(slots=True)
class History:
    """The sessions of a run directory that are over, and what they cost by node and model.

    Attributes:
        sessions: one object each, the oldest first; `count` may be more than are told of.
        started: when the first began.
        seconds: how long all took.
        rows: how many calls were in the ledger when this was read.
        models: what each model was, as the ledger names it.
        reasons: for rejecting or failing the records that are among the rejects.
    """

    sessions: list[dict[str, Any]] = field(default_factory=list)
    count: int = 0
    started: str | None = None
    seconds: float = 0.0
    parts: Parts = field(default_factory=dict)
    rows: int = 0
    models: dict[str, str] = field(default_factory=dict)
    reasons: Counter[str] = field(default_factory=Counter)

    @classmethod
    def read(cls, content: Mapping[str, Any], ledger: Ledger, prices: Mapping[str, Price | None]) -> History:
        """What run.json told last, and the calls that reached the ledger after it was written for the last time.

        A killed run has such calls, at most those of a few seconds. Where run.json is missing or of another form, all
        calls are counted from the ledger, as those of one session.
        """
        try:
            told = ToldHistory.model_validate(content)
            history, known = cls._of(told), told.ledger_rows
        except ValidationError:
            history, known = cls(), 0
        if history.sessions and history.sessions[-1]["status"] == "running":
            # This run holds the directory's lock, so that one is over.
            history.sessions[-1]["status"] = "killed"
        history.rows = ledger.last_row()
        if history.rows > known:
            history._add_late(known, ledger, prices)
        return history

    @classmethod
    def _of(cls, told: ToldHistory) -> History:
        return cls(
            sessions=[session.model_dump() for session in told.sessions],
            count=told.totals.sessions,
            started=told.totals.started,
            seconds=told.totals.seconds,
            parts={
                (node.node, node.model): Tally(
                    calls=node.calls,
                    ledger_hits=node.ledger_hits,
                    prompt_tokens=node.prompt_tokens,
                    completion_tokens=node.completion_tokens,
                    seconds=node.seconds,
                    money=node.money,
                    retries=node.retries,
                    given_up=node.given_up,
                    faults=Counter(node.faults),
                    latencies=Quantiles.from_text(node.latencies),
                )
                for node in told.totals.nodes
            },
            models=told.models,
        )

    def spent(self) -> Tally:
        """What all of them cost together."""
        return _sum(self.parts)

    def _add_late(self, known: int, ledger: Ledger, prices: Mapping[str, Price | None]) -> None:
        names = {identity: name for name, identity in self.models.items()}
        late: Parts = {}
        for node, identity, prompt_tokens, completion_tokens, latency in ledger.calls_after(known):
            model = names.get(identity, identity)
            tally = late.setdefault((node, model), Tally())
            tally.count(prompt_tokens, completion_tokens, latency, prices.get(model))
        if not self.sessions:
            self.sessions.append(_UNKNOWN | _spent(Tally()))
            self.count = 1
        _merge(self.parts, late)
        last = self.sessions[-1]
        for name, spent in _spent(_sum(late)).items():
            last[name] = spent if last[name] is None else last[name] + (spent or 0)

    def with_this(self, session: Mapping[str, Any], meter: Meter, reasons: Counter[str]) -> dict[str, Any]:
        """What run.json tells of all sessions, the running one included: `sessions`, `totals` and `ledger_rows`."""
        together: Parts = {}
        _merge(together, self.parts)
        _merge(together, meter.parts)
        return {
            "sessions": [*self.sessions, {**session, **_spent(meter.total)}][-_MOST_SESSIONS:],
            "totals": {
                "sessions": self.count + 1,
                "started": self.started or session["started"],
                **_sum(together).to_json(),
                "seconds": round(self.seconds + session["seconds"], 3),
                "reasons": dict((self.reasons + reasons).most_common(20)),
                "nodes": [
                    {"node": node, "model": model, **tally.to_json(), "latencies": tally.latencies.to_text()}
                    for (node, model), tally in together.items()
                ],
            },
            # Calls are counted before they are written, and written in the order in which they were counted.
            "ledger_rows": self.rows + meter.total.calls,
        }


def _merge(into: Parts, more: Parts) -> None:
    for name, tally in more.items():
        into.setdefault(name, Tally()).merge(tally)


def _sum(parts: Parts) -> Tally:
    total = Tally()
    for tally in parts.values():
        total.merge(tally)
    return total


def _spent(tally: Tally) -> dict[str, Any]:
    told = tally.to_json()
    return {name: told[name] for name in _SPENT}
