"""Rules: predicates over metrics and tags that decide which dialogues are kept, and say why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isnan

from dialoom.dialogue import Dialogue
from dialoom.quality._column import Column, TagColumn, Value, known, nested, rows_of
from dialoom.quality._predicate import Predicate, connect, read_predicate
from dialoom.quality.metrics import Metric
from dialoom.quality.tagging import Tagger


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say of a dialogue.

    Attributes:
        kept: whether every rule passed.
        tags: the value of each metric that the rules name and the dialogue has one of.
        reasons: one for each rule that did not pass, such as `turns >= 4: turns is 3`.
        fraction: the share of rules that passed, 0..1, which ranks candidates; 1.0 where there are no rules.
        failed: the places of the rules that did not pass, from 0.
    """

    kept: bool
    tags: dict[str, Value] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)
    fraction: float = 1.0
    failed: tuple[int, ...] = ()


class Rules:
    """SQL predicates such as `words between 30 and 400 and judge.overall >= 3`, all of which a dialogue must pass.

    A rule is one expression of DuckDB's SQL over metrics, tags and constants; a rule without an answer (NULL, as where
    a dialogue lacks a tag, or an error of arithmetic) is not passed. Only the metrics that the rules name are computed,
    and not where the dialogue has a tag of that name and type. An object holds one database connection: use it from one
    thread at a time.

    Args:
        rules: the predicates, in the order in which reasons are given.
        tags: the columns beside the metrics that they may name.

    Raises:
        RuleError: a rule cannot be used, before any dialogue is seen.
    """

    def __init__(self, rules: Sequence[str], tags: Sequence[Column] = ()) -> None:
        self._predicates = []
        if rules:
            self._connection = connect()
            known = {tag.name.lower(): tag for tag in tags}
            self._predicates = [read_predicate(rule, self._connection, known) for rule in rules]
        named = {column.name: column for predicate in self._predicates for column in predicate.columns}
        self._columns = list(named.values())
        self._tagger = Tagger(column for column in self._columns if isinstance(column, Metric))
        if self._predicates:
            answers = ", ".join(f"TRY(({predicate.rule}\n))" for predicate in self._predicates)
            query = f"SELECT {answers} FROM ({rows_of(self._columns)})"
            self._statement = self._connection.extract_statements(query)[0]

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules as written."""
        return tuple(predicate.rule for predicate in self._predicates)

    @property
    def metrics(self) -> tuple[str, ...]:
        """The names of the metrics that the rules name, in the order they are first named."""
        return tuple(column.name for column in self._columns if not isinstance(column, TagColumn))

    @property
    def over_text(self) -> tuple[str, ...]:
        """The rules that name no tag: what is known of a dialogue before a model has judged it."""
        return tuple(
            predicate.rule
            for predicate in self._predicates
            if not any(isinstance(column, TagColumn) for column in predicate.columns)
        )

    def judge(self, dialogues: Sequence[Dialogue]) -> list[Verdict]:
        """A verdict for each dialogue, in order."""
        import orjson

        if not self._predicates:
            return [Verdict(kept=True) for _ in dialogues]
        values = self._values(dialogues)
        rows = [nested(row) for row in values]
        answers = self._connection.execute(self._statement, [orjson.dumps(rows).decode()]).fetchall()
        return [self._verdict(row, passed) for row, passed in zip(values, answers, strict=True)]

    def _values(self, dialogues: Sequence[Dialogue]) -> list[dict[str, Value | None]]:
        names = [metric.name for metric in self._tagger.metrics]
        if any(name in one.tags for one in dialogues for name in names):
            return [{column.name: known(column, one) for column in self._columns} for one in dialogues]
        others = [column for column in self._columns if column.name not in names]
        return [
            {**{column.name: known(column, one) for column in others}, **measured}
            for one, measured in zip(dialogues, self._tagger.tag(dialogues), strict=True)
        ]

    def _verdict(self, values: dict[str, Value | None], answers: Sequence[bool | None]) -> Verdict:
        failed = tuple(place for place, passed in enumerate(answers) if not passed)
        return Verdict(
            kept=not failed,
            tags={name: value for name in self.metrics if (value := values[name]) is not None and not _is_nan(value)},
            reasons=[_reason(self._predicates[place], values) for place in failed],
            fraction=1 - len(failed) / len(answers),
            failed=failed,
        )


def _is_nan(value: Value) -> bool:
    return isinstance(value, float) and isnan(value)


def _reason(predicate: Predicate, values: dict[str, Value | None]) -> str:
    facts = ", ".join(f"{column.name} is {_show(values[column.name])}" for column in predicate.columns)
    return f"{predicate.rule}: {facts}"


def _show(value: Value | None) -> str:
    if value is None or _is_nan(value):
        return "not there"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.4g}" if isinstance(value, float) else str(value)
