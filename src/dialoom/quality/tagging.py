"""Stage one: the metrics of dialogues, measured together, as a stream."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from dialoom.dialogue import Dialogue
from dialoom.errors import MissingExtra
from dialoom.quality.batch import Batch, OfBatch
from dialoom.quality.metrics import METRICS, Metric, Value

_CHUNK = 1024


def cheap_metrics() -> list[str]:
    """The names of the metrics that take microseconds and lack nothing here, sorted."""
    known = map(METRICS.load, METRICS.names())
    return [metric.name for metric in known if metric.cost == "cheap" and metric.lacking() is None]


class Tagger:
    """Measures metrics; what they share of a dialogue, such as its words, is read once.

    The tags of a dialogue depend on it alone: not on the others, on their order, or on what runs beside it. Threads may
    share an object.

    Args:
        metrics: names of metrics, or metrics; left out, the cheap ones.

    Raises:
        UnknownName: there is no metric of a name.
        MissingExtra: one that is named lacks something, such as an extra.
    """

    def __init__(self, metrics: Iterable[str | Metric] | None = None) -> None:
        asked = cheap_metrics() if metrics is None else metrics
        self.metrics: tuple[Metric, ...] = tuple(METRICS.load(one) if isinstance(one, str) else one for one in asked)
        for metric in self.metrics:
            if (lacking := metric.lacking()) is not None:
                raise MissingExtra(f"the metric '{metric.name}' cannot be measured here", remedy=lacking)

    def tag(self, dialogues: Sequence[Dialogue]) -> list[dict[str, Value]]:
        """The value of each metric by name, for each dialogue, in order."""
        return [
            values
            for start in range(0, len(dialogues), _CHUNK)
            for values in self._rows(dialogues[start : start + _CHUNK])
        ]

    def _rows(self, dialogues: Sequence[Dialogue]) -> list[dict[str, Value]]:
        batch = Batch(dialogues)
        columns = [_values(metric, batch) for metric in self.metrics]
        names = [metric.name for metric in self.metrics]
        return (
            [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
            if columns
            else [{} for _ in dialogues]
        )

    def stream(self, dialogues: Iterable[Dialogue]) -> Iterator[tuple[Dialogue, dict[str, Value]]]:
        """Each dialogue and its tags, a few at a time, so that memory does not grow with their number."""
        source = iter(dialogues)
        while chunk := list(islice(source, _CHUNK)):
            yield from zip(chunk, self.tag(chunk), strict=True)


def _values(metric: Metric, batch: Batch) -> Sequence[Value]:
    if isinstance(metric.measure, OfBatch):
        return metric.measure.listed(batch)
    if metric.measure_many is not None:
        return metric.measure_many(batch.dialogues)
    return [metric.measure(one) for one in batch.dialogues]
