"""Telling which record the others wait for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from time import monotonic

from dialoom.engine.order import Awaited
from dialoom.graph.record import Record

# Seconds that others are held back before it is told, and then again whenever it has been twice as long.
_PATIENCE = 5.0


class Stall:
    """Knows which records are being walked, and names the one that keeps others from being kept.

    Args:
        say: shows a line to whoever watches the run.
    """

    def __init__(self, say: Callable[[str], None], clock: Callable[[], float] = monotonic) -> None:
        self._say = say
        self._clock = clock
        self._walked: dict[str, dict[str, Record]] = {}
        self._told: tuple[str, float] | None = None

    def entered(self, record: Record) -> None:
        """A record is taken up."""
        self._walked.setdefault(record.seed, {})[record.id] = record

    def left(self, record: Record) -> None:
        """It is put down, or at its end."""
        walked = self._walked[record.seed]
        del walked[record.id]
        if not walked:
            del self._walked[record.seed]

    def look(self, awaited: Awaited | None) -> str | None:
        """What is waited for, in words, once that takes some seconds; it is also said, now and then."""
        if awaited is None or (waited := self._clock() - awaited.since) < _PATIENCE:
            return None
        text = self._words(awaited, waited)
        if self._told is None or self._told[0] != awaited.seed or waited >= 2 * self._told[1]:
            self._told = awaited.seed, waited
            self._say(text)
        return text

    def _words(self, awaited: Awaited, waited: float) -> str:
        since = f"since {datetime.fromtimestamp(datetime.now().timestamp() - waited):%H:%M:%S} ({waited:.0f} s)"
        walked = sorted(self._walked.get(awaited.seed, {}).values(), key=lambda record: record.position)
        if walked:
            first = walked[0]
            others = f" and {len(walked) - 1} more of its seed" if len(walked) > 1 else ""
            at = f", at {first.path[-1]}," if first.path else ""
            who = f"record {first.id}{others}, of seed {first.position[0] + 1} of the source{at}"
        else:
            who = f"records of seed {awaited.seed}, which wait for their turn,"
        return (
            f"waiting for {who} {since}: {awaited.held} finished records are held back, as they are kept in the "
            "order of their seeds"
        )
