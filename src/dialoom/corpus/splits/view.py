"""One version of a corpus as splits read it: columns by SQL, dialogues by row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from dialoom.corpus._lance import storage
from dialoom.corpus._sql import OFFSET, arrow, matching
from dialoom.corpus.schema import dialogues_of, hash_of
from dialoom.dialogue import Dialogue
from dialoom.errors import DataError, UsageError

if TYPE_CHECKING:
    from dialoom.corpus.corpus import Corpus

_CHUNK = 256
# What is asked for so often that a user should not have to write it: the first intent that a turn is marked with, the
# words, and their number as a band that doubles (32-63, 64-127).
_DERIVED = r"""
    list_filter(json_extract_string(turn_notes, '$[*].intent'), lambda note: note IS NOT NULL)[1] AS intent,
    coalesce(list_sum(list_transform(turn_texts, lambda each: len(regexp_extract_all(each, '\S+')))), 0)::BIGINT
        AS words,
    CASE WHEN words > 0 THEN (2 ** floor(log2(words)))::BIGINT || '-' || (2 ** (floor(log2(words)) + 1) - 1)::BIGINT
    ELSE '0' END AS length"""


class View:
    """A version of a corpus.

    Attributes:
        version: its number.
        columns: names that SQL over it may use beside the corpus's own: `intent`, `words`, `length`.
    """

    columns = ("intent", "words", "length")

    def __init__(self, corpus: Corpus, version: int | None = None) -> None:
        self.version = corpus.version if version is None else version
        self._table = corpus.at(self.version)
        self._place = corpus.place

    def select(self, columns: Sequence[str], where: str | None = None) -> pa.Table:
        """The row's offset, and a text for each SQL expression, in the order of `Corpus.dialogues`.

        Raises UsageError where an expression is wrong, and DataError where the condition leaves nothing.
        """
        if not all(column.strip() for column in columns):
            raise UsageError("an expression is empty", remedy="write a column, or SQL over columns")
        wanted = "".join(f",\n((\n{column}\n))::VARCHAR AS c{number}" for number, column in enumerate(columns))
        condition = matching(where)
        sql = f"""WITH seen AS (SELECT *,{_DERIVED}\nFROM dialogues)
            SELECT {OFFSET} AS row{wanted}\nFROM seen{condition}\nORDER BY run, position, id"""
        found = arrow(self._table, sql)
        if not len(found):
            raise DataError(
                "there are no dialogues" + (" that meet the condition" if where else " in the corpus"),
                remedy="loosen the condition" if where else "run a recipe or import a file into it first",
            )
        return found

    def hashes(self, rows: Sequence[int]) -> list[bytes]:
        """The content hashes of the dialogues at these offsets, in this order."""
        if "hash" not in self._table.schema.names:
            return [hash_of(one) for one in self.dialogues(rows)]
        with storage("read", self._place):
            found = self._table.take(pa.array(rows, type=pa.uint64()), columns=["hash"])
        return found.column(0).to_pylist()  # type: ignore[no-any-return]

    def dialogues(self, rows: Sequence[int]) -> Iterator[Dialogue]:
        """The dialogues at these offsets, streamed in this order."""
        for start in range(0, len(rows), _CHUNK):
            with storage("read", self._place):
                found = self._table.take(pa.array(rows[start : start + _CHUNK], type=pa.uint64()))
                made = list(dialogues_of(found))
            yield from made
