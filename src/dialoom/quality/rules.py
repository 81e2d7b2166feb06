"""Rules: predicates over metrics that decide which dialogues are kept, and say why not."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from dialoom.dialogue import Dialogue
from dialoom.quality._predicate import SQL_TYPES, Predicate, connect, read_predicate
from dialoom.quality.metrics import Value
from dialoom.quality.tagging import Tagger


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say of a dialogue.

    Attributes:
        kept: whether every rule passed.
        tags: the value of each metric that the rules name.
        reasons: one for each rule that did not pass, such as `turns >= 4: turns is 3`.
        fraction: the share of rules that passed, 0..1, which ranks candidates; 1.0 where there are no rules.
    """

    kept: bool
    tags: dict[str, Value] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)
    fraction: float = 1.0


class Rules:
    """SQL predicates over metric names, such as `words between 30 and 400`, all of which a dialogue must pass.

    A rule is one expression of DuckDB's SQL over metrics and constants; a rule without an answer (NULL, or an error of
    arithmetic) is not passed. Only the metrics that the rules name are computed. An object holds one database
    connection: use it from one thread at a time.

    Args:
        rules: the predicates, in the order in which reasons are given.

    Raises:
        RuleError: a rule cannot be used, before any dialogue is seen.
    """

    def __init__(self, rules: Sequence[str]) -> None:
        self._connection = connect()
        self._predicates = [read_predicate(rule, self._connection) for rule in rules]
        self._metrics = {metric.name: metric for predicate in self._predicates for metric in predicate.metrics}
        self._tagger = Tagger(self._metrics.values())
        if self._predicates:
            answers = ", ".join(f"TRY(({predicate.rule}\n))" for predicate in self._predicates)
            shape = json.dumps([{name: SQL_TYPES[metric.type] for name, metric in self._metrics.items()}])
            rows = f"SELECT unnest(from_json(?, '{shape}'), recursive := true)"
            self._statement = self._connection.extract_statements(f"SELECT {answers} FROM ({rows})")[0]

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules as written."""
        return tuple(predicate.rule for predicate in self._predicates)

    @property
    def metrics(self) -> tuple[str, ...]:
        """The names of the metrics that the rules name, in the order they are first named."""
        return tuple(self._metrics)

    def judge(self, dialogues: Sequence[Dialogue]) -> list[Verdict]:
        """A verdict for each dialogue, in order."""
        import orjson

        if not self._predicates:
            return [Verdict(kept=True) for _ in dialogues]
        tags = self._tagger.tag(dialogues)
        answers = self._connection.execute(self._statement, [orjson.dumps(tags).decode()]).fetchall()
        return [self._verdict(row, passed) for row, passed in zip(tags, answers, strict=True)]

    def _verdict(self, tags: dict[str, Value], answers: Sequence[bool | None]) -> Verdict:
        failed = [predicate for predicate, passed in zip(self._predicates, answers, strict=True) if not passed]
        return Verdict(
            kept=not failed,
            tags=tags,
            reasons=[_reason(predicate, tags) for predicate in failed],
            fraction=1 - len(failed) / len(answers),
        )


def _reason(predicate: Predicate, tags: dict[str, Value]) -> str:
    facts = ", ".join(f"{metric.name} is {_show(tags[metric.name])}" for metric in predicate.metrics)
    return f"{predicate.rule}: {facts}"


def _show(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.4g}" if isinstance(value, float) else str(value)
