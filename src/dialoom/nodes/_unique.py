"""Fields that together come once in a run, each record's share of them told by its position alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import Any

import orjson

from dialoom.errors import DialoomError, Place, RecordError
from dialoom.graph.context import Context
from dialoom.graph.record import Record
from dialoom.graph.template import Condition
from dialoom.nodes._entry import Entry
from dialoom.nodes._permutation import as_one, permuted

_MOST_LISTED = 100_000


class Unique:
    """All combinations of some fields' values, of which each record takes another.

    Args:
        names: the fields; none for nothing to keep apart.
        conditions: of these, those over the fields alone take combinations away beforehand.
    """

    def __init__(self, names: Sequence[str], entries: Sequence[Entry], conditions: Sequence[Condition]) -> None:
        self.names = list(names)
        self._entries = list(entries)
        self._conditions = list(conditions)
        self._domain: list[tuple[str, list[Any]]] = []
        self._allowed: list[int] | None = None

    @property
    def listed(self) -> bool:
        """Whether its combinations could be listed, or there is nothing to list."""
        return not self.names or bool(self._domain)

    def lay_out(self) -> None:
        """List the combinations. Call it once the samplers are prepared."""
        self._domain, self._allowed = [], None
        for each in self._entries:
            if set(each.names) & set(self.names):
                listed = each.sampler.listed()
                if listed is None:
                    self._domain = []
                    return
                different: dict[bytes, Any] = {}
                for value, _ in listed:
                    told = each.spread_out(value)
                    different.setdefault(orjson.dumps([told.get(name) for name in self.names]), value)
                self._domain.append((each.key, list(different.values())))
        held = {name for each in self._entries if set(each.names) & set(self.names) for name in each.names}
        own = [one for one in self._conditions if one.variables and one.variables <= held]
        total = prod(len(values) for _, values in self._domain)
        if own and self._domain and total <= _MOST_LISTED:
            self._allowed = [n for n in range(total) if all(one.holds(self._combination(n)) for one in own)]

    def problems(self) -> Iterator[DialoomError]:
        """Fields that cannot be kept unique."""
        for each in self._entries:
            if not set(each.names) & set(self.names):
                continue
            listed = each.sampler.listed()
            if listed is None:
                why = "is asked for" if each.sampler.asks else "has values that cannot be listed beforehand"
                yield DialoomError(
                    f"'{each.key}' {why}, so it cannot be kept unique",
                    place=Place(field="unique"),
                    remedy="take a list, a range of whole numbers, days or a column of a file",
                )
            elif len({weight for _, weight in listed}) > 1:
                yield DialoomError(
                    f"the weights of '{each.key}' cannot be kept where each value comes once",
                    place=Place(field="unique"),
                    remedy="write its values as a list",
                )

    def size(self) -> int | None:
        """How many different values the unique fields have; None without any."""
        if not self.names:
            return None
        return len(self._allowed) if self._allowed is not None else prod(len(values) for _, values in self._domain)

    def of(self, record: Record, context: Context, part: int, parts: int) -> dict[str, Any]:
        """The values of the unique fields for this record, of which no other record has the same."""
        size = self.size()
        if size is None:
            return {}
        index = as_one(record.position) * parts + part
        if index >= size:
            raise RecordError(
                f"all {size:,} different values of {', '.join(self.names)} are in use",
                remedy="give them more values, take fewer seeds, or leave out 'unique'",
            )
        chosen = permuted(index, size, context.shared_random("unique").getrandbits(64))
        return self._combination(self._allowed[chosen] if self._allowed is not None else chosen)

    def _combination(self, index: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, values in self._domain:
            index, which = divmod(index, len(values))
            each = next(one for one in self._entries if one.key == key)
            found |= each.spread_out(values[which])
        return found
