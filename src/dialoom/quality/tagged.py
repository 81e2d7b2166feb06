"""Metrics as tags of dialogues: measured once, and taken from there ever after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from math import isnan
from typing import Any

from dialoom.dialogue import Dialogue
from dialoom.errors import DataError, Place
from dialoom.quality._column import TagColumn, fits
from dialoom.quality.metrics import METRICS
from dialoom.quality.tagging import Tagger, cheap_metrics

_BATCH = 1024


class Tags:
    """Puts metrics on dialogues as tags, each under the metric's name.

    A tag that is there is left as it is; where a metric has no value, as a formula for English has none of another
    language, there is no tag. What a tag is depends on its dialogue alone, not on what is tagged beside it.

    Args:
        metrics: their names; None for all that are cheap and lack nothing here.
        again: measure also what is there.

    Raises UnknownName where no metric has such a name.
    """

    def __init__(self, metrics: Sequence[str] | None = None, *, again: bool = False) -> None:
        self._metrics = tuple(METRICS.load(name) for name in (cheap_metrics() if metrics is None else metrics))
        self._again = again
        self.measured = 0

    @property
    def names(self) -> list[str]:
        """The metrics."""
        return [metric.name for metric in self._metrics]

    def put(self, dialogues: Iterable[Dialogue]) -> Iterator[Dialogue]:
        """Tag a stream of dialogues, some at a time.

        Raises DataError where a tag of a metric's name is not of its type, MissingExtra where one is to be
        measured that lacks something here.
        """
        waiting = iter(dialogues)
        while batch := list(islice(waiting, _BATCH)):
            self._put(batch)
            yield from batch

    def _put(self, batch: list[Dialogue]) -> None:
        names = frozenset(self.names)
        lacking = [one for one in batch if self._again or not names <= one.tags.keys()]
        for dialogue in batch if not self._again else ():
            self._check(dialogue)
        # One that cannot be measured here stops nothing where every dialogue has it.
        tagger = Tagger(one for one in self._metrics if any(self._again or one.name not in d.tags for d in lacking))
        for dialogue, measured in zip(lacking, tagger.tag(lacking), strict=True):
            for name, value in measured.items():
                if not self._again and dialogue.tags.get(name) is not None:
                    continue
                if isinstance(value, float) and isnan(value):
                    dialogue.tags.pop(name, None)
                else:
                    dialogue.tags[name] = value
                    self.measured += 1

    def _check(self, dialogue: Dialogue) -> None:
        for metric in self._metrics:
            held = dialogue.tags.get(metric.name)
            if held is not None and not fits(metric, held):
                raise DataError(
                    f"dialogue '{dialogue.id}' has a tag '{metric.name}' that is {held!r:.40}, and the metric of that "
                    f"name is of type {metric.type}",
                    place=Place(field=f"tags.{metric.name}"),
                    remedy="measure it anew with --again, or rename the tag",
                )


def tag_columns(dialogues: Iterable[Dialogue]) -> list[TagColumn]:
    """The tags that some dialogues have, beside metrics, as columns that rules can name.

    A metric that cannot be measured here is a tag like another, so that rules can read what was measured elsewhere.
    A tag within a tag is named by its path, as `judge.coherence`. One whose type differs between dialogues is left out.
    """
    found: dict[str, str | None] = {}
    measured = frozenset(name for name in METRICS.names() if METRICS.load(name).lacking() is None)
    for dialogue in dialogues:
        for name, value in _leaves(dialogue.tags, ""):
            kind = _type(value)
            if kind is not None and name not in measured:
                found[name] = kind if found.get(name, kind) == kind else None
    outer = {name[:place] for name in found for place, sign in enumerate(name) if sign == "."}
    columns = [TagColumn(name, kind) for name, kind in found.items() if kind is not None and name not in outer]  # type: ignore[arg-type]
    return sorted(columns, key=lambda column: column.name)


def _leaves(tags: Mapping[str, Any], before: str) -> Iterator[tuple[str, Any]]:
    for name, value in tags.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value


def _type(value: Any) -> str | None:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, (int, float)):
        return "float"
    if isinstance(value, str):
        return "text"
    return "texts" if isinstance(value, list) and all(isinstance(item, str) for item in value) else None
