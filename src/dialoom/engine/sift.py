"""The gate over dialogues that are there already: rules, then the choice among those that meet them."""

from __future__ import annotations

import tempfile
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any

from dialoom.dialogue import Dialogue, Event
from dialoom.dialogue.formats._files import write_lines
from dialoom.errors import DialoomError, MissingExtra, Place, RecipeError
from dialoom.graph.recipe import Quality
from dialoom.quality import METRICS, Column, Rules
from dialoom.quality.gate import WholeSet
from dialoom.quality.gate.what_if import Threshold, kept_at, tenths, threshold_of
from dialoom.quality.score import Score
from dialoom.quality.tagged import tag_columns

_BATCH = 256
_LOOKED_AT = 1000
_KEPT, _TURNED_DOWN = 0, 1


@dataclass(slots=True)
class RuleCount:
    """How many dialogues did not pass a rule, and how many passed all others."""

    rule: str
    rejected: int = 0
    alone: int = 0


@dataclass(frozen=True, slots=True)
class Trial:
    """What the rules would keep with one threshold in the place of another.

    Attributes:
        instead_of: the rule whose place it takes; None where it stands beside all of them.
        kept: before quotas, best of n and diversity, which come after.
        now: whether it is the threshold of now.
    """

    rule: str
    instead_of: str | None
    kept: int
    now: bool


@dataclass(slots=True)
class _Range:
    """Thresholds to try: of a rule, or beside all."""

    threshold: Threshold
    numbers: list[float]
    place: int | None
    first: int = 0
    kept: list[int] = field(default_factory=list)


class Sift:
    """Takes dialogues a batch at a time, then chooses, then tells and writes what is kept and what is not.

    Dialogues wait in a temporary file; memory holds a few values of each.

    Args:
        columns: the tags that rules and score may name.
        in_order: quotas are filled in the order in which dialogues come, and else in that of their positions.
        ranges: thresholds whose effect is wanted, as `read_range` reads them.
        sweep: whether the effect of other thresholds is wanted of every rule that has one.
        spool: whether `write` will be called.
    """

    def __init__(
        self,
        quality: Quality,
        columns: Sequence[Column] = (),
        *,
        in_order: bool = True,
        ranges: Sequence[tuple[Threshold, list[float]]] = (),
        sweep: bool = False,
        spool: bool = True,
    ) -> None:
        self.rules = [RuleCount(rule) for rule in quality.rules]
        self.seen = 0
        self.chosen_from = 0
        self.choice: Counter[str] = Counter()
        self._ranges: list[_Range] = []
        for threshold, numbers in ranges:
            first = len(self.rules) + sum(len(one.numbers) for one in self._ranges)
            places = (place for place, one in enumerate(self.rules) if _alike(one.rule, threshold))
            self._ranges.append(_Range(threshold, numbers, next(places, None), first, [0] * len(numbers)))
        tried = [one.threshold.at(number) for one in self._ranges for number in one.numbers]
        self._judge = Rules([*quality.rules, *tried], columns)
        self._swept = self._to_sweep(quality.rules, columns) if sweep else {}
        self._values = {place: array("d") for place in self._swept}
        score = Score(quality.best_of.score, columns) if quality.best_of else None
        self._whole = WholeSet(
            best_of=quality.best_of,
            score=score,
            near=quality.near,
            quotas=quality.quotas,
            diverse=quality.diverse,
            in_order=in_order,
        )
        self._chooses = bool(quality.best_of or quality.near or quality.quotas or quality.diverse)
        self._states = bytearray()
        self._reasons: dict[int, str] = {}
        self._spool = tempfile.TemporaryFile() if spool else None  # noqa: SIM115

    def add(self, dialogues: Sequence[Dialogue]) -> None:
        """Take some dialogues; their tags gain what the rules measure."""
        verdicts = self._judge.judge(dialogues)
        for dialogue, verdict in zip(dialogues, verdicts, strict=True):
            dialogue.tags.update(verdict.tags)
        values = {place: score.of(dialogues) for place, (_, score) in self._swept.items()}
        good: list[Dialogue] = []
        for number, (dialogue, verdict) in enumerate(zip(dialogues, verdicts, strict=True)):
            failed = [place for place in verdict.failed if place < len(self.rules)]
            self._count(failed, frozenset(verdict.failed), {place: each[number] for place, each in values.items()})
            if failed:
                dialogue.lineage.events.append(_rejection(verdict.reasons[: len(failed)]))
            else:
                good.append(dialogue)
            self._states.append(_TURNED_DOWN if failed else _KEPT)
            if self._spool is not None:
                self._spool.write(dialogue.to_json().encode() + b"\n")
        self.seen += len(dialogues)
        if self._chooses:
            self._whole.add(good)

    def choose(self) -> None:
        """Choose among those that met all rules; to be called once, after the last batch."""
        self.chosen_from = self.seen - sum(self._states)
        if not self._chooses:
            return
        good = (place for place, state in enumerate(self._states) if state == _KEPT)
        for place, reason in zip(good, self._whole.choose(), strict=True):
            if reason is not None:
                self._reasons[place] = reason
                self.choice[reason.partition(": ")[0]] += 1

    @property
    def kept(self) -> int:
        """How many are kept."""
        return self.seen - sum(self._states) - len(self._reasons)

    def write(self, kept: Path | None, rejected: Path | None) -> None:
        """Write those that are kept and those that are not, one a line in the order they came; a rejection and its
        reasons are in the lineage of the dialogue. Each file appears whole or not at all."""
        for path, wanted in ((kept, True), (rejected, False)):
            if path is not None:
                write_lines(self._lines(wanted), path)

    def trials(self) -> list[Trial]:
        """What other thresholds would keep, the ranges first."""
        told: list[Trial] = []
        for one in self._ranges:
            instead = None if one.place is None else self.rules[one.place].rule
            current = threshold_of(instead) if instead else None
            for number, kept in zip(one.numbers, one.kept, strict=True):
                now = current is not None and current.number == number and current.sign == one.threshold.sign
                told.append(Trial(one.threshold.at(number), instead, kept, now))
        for place, (threshold, _) in self._swept.items():
            values = sorted(self._values[place])
            for number in sorted({*tenths(values), threshold.number}):
                kept = kept_at(values, threshold.sign, number)
                now = number == threshold.number
                told.append(Trial(threshold.at(number), self.rules[place].rule, kept, now))
        return told

    def _to_sweep(self, rules: Sequence[str], columns: Sequence[Column]) -> dict[int, tuple[Threshold, Score]]:
        found = {place: threshold for place, rule in enumerate(rules) if (threshold := threshold_of(rule)) is not None}
        return {place: (threshold, Score(threshold.left, columns)) for place, threshold in found.items()}

    def _count(self, failed: list[int], all_failed: frozenset[int], values: dict[int, float | None]) -> None:
        for place in failed:
            self.rules[place].rejected += 1
        if len(failed) == 1:
            self.rules[failed[0]].alone += 1
        for one in self._ranges:
            if not failed or failed == [one.place]:
                for step in range(len(one.numbers)):
                    one.kept[step] += one.first + step not in all_failed
        for place, value in values.items():
            if value is not None and (not failed or failed == [place]):
                self._values[place].append(value)

    def _lines(self, wanted: bool) -> Iterator[str]:
        assert self._spool is not None, "nothing was to be written"
        self._spool.seek(0)
        for place, line in enumerate(self._spool):
            reason = self._reasons.get(place)
            if (self._states[place] == _KEPT and reason is None) is not wanted:
                continue
            if reason is None:
                yield line.decode().rstrip("\n")
            else:
                dialogue = Dialogue.from_json(line)
                dialogue.lineage.events.append(_rejection([reason]))
                yield dialogue.to_json()


def _alike(rule: str, threshold: Threshold) -> bool:
    own = threshold_of(rule)
    return own is not None and own.like(threshold)


def _rejection(reasons: list[str]) -> Event:
    return Event(node="gate", what="rejected", detail={"reasons": reasons})


def sift(
    dialogues: Iterable[Dialogue],
    quality: Quality,
    *,
    place: Callable[[int], Place | None] = lambda index: None,
    again: bool = False,
    in_order: bool = True,
    ranges: Sequence[tuple[Threshold, list[float]]] = (),
    sweep: bool = False,
    spool: bool = True,
) -> Sift:
    """Put dialogues through a gate. The tags that rules may name are those that the first thousand dialogues have.

    Args:
        place: where a rule stands, for errors.
        again: measure metrics also where a dialogue has them as tags.

    Raises RuleError where a rule or score cannot be used, DataError where the data lack what is to be chosen by.
    """
    waiting = map(_untagged, dialogues) if again else iter(dialogues)
    first = list(islice(waiting, _LOOKED_AT))
    columns = tag_columns(first)
    for index, rule in enumerate(quality.rules):
        try:
            Rules([rule], columns)
        except MissingExtra as error:
            raise MissingExtra(error.what, place=place(index), remedy=error.remedy) from error
        except DialoomError as error:
            raise RecipeError([DialoomError(error.what, place=place(index), remedy=error.remedy)]) from error
    made = Sift(quality, columns, in_order=in_order, ranges=ranges, sweep=sweep, spool=spool)
    waiting = chain(first, waiting)
    while batch := list(islice(waiting, _BATCH)):
        made.add(batch)
    made.choose()
    return made


def _untagged(dialogue: Dialogue) -> Dialogue:
    metrics = METRICS.names()
    tags = {name: value for name, value in dialogue.tags.items() if name not in metrics}
    return dialogue.model_copy(update={"tags": tags})


def to_json(sift: Sift) -> dict[str, Any]:
    """What became of the dialogues, in numbers."""
    return {
        "dialogues": sift.seen,
        "kept": sift.kept,
        "rejected": sift.seen - sift.kept,
        "rules": [{"rule": one.rule, "rejected": one.rejected, "alone": one.alone} for one in sift.rules],
        "choice": {"among": sift.chosen_from, "rejected": dict(sift.choice.most_common())},
        "thresholds": [
            {"rule": one.rule, "instead_of": one.instead_of, "kept": one.kept, "now": one.now} for one in sift.trials()
        ],
    }
