"""A number by which dialogues are ranked: one SQL expression over metrics and tags."""

from __future__ import annotations

from collections.abc import Sequence

from dialoom.dialogue import Dialogue
from dialoom.quality._column import Column, known, nested, rows_of
from dialoom.quality._predicate import connect, read_score


class Score:
    """An expression such as `distinct_2 + judge.overall`, of which more is better; true counts as 1 and false as 0.

    What a rule may hold, a score may. An object holds one database connection: use it from one thread at a time.

    Args:
        tags: the columns beside the metrics that it may name.

    Raises:
        RuleError: the expression cannot be used, or is no number.
    """

    def __init__(self, expression: str, tags: Sequence[Column] = ()) -> None:
        self._connection = connect()
        self._read = read_score(expression, self._connection, {tag.name.lower(): tag for tag in tags})
        query = f"SELECT TRY((({expression}\n))::DOUBLE) FROM ({rows_of(self._read.columns)})"
        self._statement = self._connection.extract_statements(query)[0]

    @property
    def expression(self) -> str:
        """The expression as written."""
        return self._read.rule

    @property
    def columns(self) -> tuple[Column, ...]:
        """What it names."""
        return self._read.columns

    def of(self, dialogues: Sequence[Dialogue]) -> list[float | None]:
        """The score of each dialogue, in order; None where it has none, as without a tag that the score names."""
        import orjson

        if not dialogues:
            return []
        rows = [nested({column.name: known(column, one) for column in self._read.columns}) for one in dialogues]
        answers = self._connection.execute(self._statement, [orjson.dumps(rows).decode()]).fetchall()
        return [None if score is None or score != score else float(score) for (score,) in answers]
