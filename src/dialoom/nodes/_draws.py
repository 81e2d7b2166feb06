"""Drawing several fields together: in the order they need each other, within conditions, each once where wanted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import product
from math import prod
from pathlib import Path
from random import Random
from typing import Any

import orjson

from dialoom.errors import DialoomError, Place, RecordError, nearest
from dialoom.graph.context import Context
from dialoom.graph.record import Record
from dialoom.graph.template import Condition, Template
from dialoom.nodes._draw import spread
from dialoom.nodes._permutation import as_one, permuted
from dialoom.nodes._sampler import Asked, Listed, Sampler
from dialoom.nodes._samplers.given import Given
from dialoom.nodes._written_sampler import sampler_of

# How often fields are drawn for one record until they meet the conditions, and how often a model or function is asked.
_TRIES = 1000
ASKED = 4
# How many draws are made before a run, to see whether the conditions can be met.
_TRIALS = 10_000
_MOST_LISTED = 100_000


@dataclass(frozen=True, slots=True)
class _Drawn:
    """One entry: the fields that it writes, as written, and how."""

    key: str
    names: tuple[str, ...]
    sampler: Sampler
    series: int

    def spread_out(self, value: Any) -> dict[str, Any]:
        """The value as fields; of a row, the columns that are named."""
        if len(self.names) == 1:
            return {self.names[0]: value}
        return {name: value[name] for name in self.names}


class Draws:
    """Fields and how each is drawn.

    Args:
        fields: distributions by field, or by several such as `name, job`, which then are columns of one row.
        conditions: what the fields must meet; they are drawn anew until they do.
        unique: fields that together are never the same twice in a run.

    Raises ValueError that says which field is wrong, and how.
    """

    def __init__(self, fields: Mapping[str, Any], conditions: Sequence[Condition], unique: Sequence[str]) -> None:
        self._conditions = list(conditions)
        self._unique = list(unique)
        self._drawn: list[_Drawn] = []
        for series, (key, written) in enumerate(fields.items()):
            names = tuple(part.strip() for part in key.split(","))
            try:
                sampler = sampler_of(written)
                if len(names) > 1:
                    sampler = _for_columns(sampler, names)
            except ValueError as error:
                raise ValueError(f"{key}: {error}") from error
            self._drawn.append(_Drawn(key, names, sampler, series))
        self.names = tuple(name for each in self._drawn for name in each.names)
        twice = next((name for name in self.names if self.names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"'{twice}' is drawn twice")
        for name in unique:
            if name not in self.names:
                raise ValueError(f"unique: no field is called '{name}': {nearest(name, list(self.names))}")
        self._ordered: list[_Drawn] = []
        self._domain: list[tuple[str, list[Any]]] = []
        self._allowed: list[int] | None = None

    # What is known before a run.

    def templates(self) -> Iterator[tuple[str, Template]]:
        """(the entry's key, template) of all."""
        for each in self._drawn:
            for template in each.sampler.templates():
                yield each.key, template

    def needs(self) -> dict[str, str]:
        """Fields of the record that are read other than in templates, with the entry that does."""
        found = {}
        for each in self._drawn:
            told = {name for template in each.sampler.templates() for name in template.variables}
            for name in each.sampler.reads() - told - set(self.names):
                found[name] = each.key
        return found

    def files(self) -> list[Path]:
        """The files that are read."""
        return [path for each in self._drawn for path in each.sampler.files()]

    def models(self) -> dict[str, str]:
        """The model that each entry asks."""
        return {each.key: name for each in self._drawn for name in each.sampler.models()}

    def prepare(self, folder: Path) -> None:
        """Read what is needed from disk. Raises DialoomError, with the entry as the field of its place."""
        for each in self._drawn:
            try:
                each.sampler.prepare(folder)
            except DialoomError as error:
                at_file = error.place is not None and error.place.file
                what = f"{error.place}: {error.what}" if at_file else error.what
                raise _same_kind(error)(what, place=Place(field=each.key), remedy=error.remedy) from error
        try:
            self._ordered = self._in_order()
        except ValueError:
            # Told by `problems`.
            self._ordered = list(self._drawn)
        self._lay_out_unique()

    def problems(self) -> Iterator[DialoomError]:
        """What is wrong with the fields together: circles, conditions that cannot be met, values that never come."""
        try:
            self._in_order()
        except ValueError as error:
            yield DialoomError(str(error), place=Place(field=""), remedy="let one of them be drawn without another")
            return
        for each in self._drawn:
            yield from (_within(each.key, problem) for problem in each.sampler.problems())
            if isinstance(each.sampler, Given) and (listed := self._listed_of(each.sampler.given)) is not None:
                never = each.sampler.never([value for value, _ in listed])
                yield from (_within(each.key, problem) for problem in never)
        yield from self._unique_problems()
        yield from self._condition_problems()

    def listed(self, name: str) -> set[str] | None:
        """The different values of a field as texts, where they can be listed."""
        listed = self._listed_of(name)
        return None if listed is None else {str(value) for value, _ in listed}

    def size(self) -> int | None:
        """How many different values the unique fields have; None without any."""
        if not self._unique:
            return None
        return len(self._allowed) if self._allowed is not None else prod(len(values) for _, values in self._domain)

    # Drawing.

    async def draw(
        self,
        record: Record,
        context: Context,
        *,
        quota: bool,
        part: int | None = None,
        parts: int = 1,
        other_than: Mapping[str, Sequence[Any]] | None = None,
    ) -> dict[str, Any]:
        """The fields for a record.

        Args:
            part: of several draws for one record, which.
            parts: how many these are.
            other_than: values that a field must not have.

        Raises RecordError where no draw meets the conditions.
        """
        fixed = self._fixed(record, context, part or 0, parts)
        shown: list[str] = []
        for attempt in range(_TRIES):
            drawn, failed = self._free(record, context, quota, part, fixed, attempt, other_than or {})
            if failed is None:
                return await self._asked(drawn, record, context, part, other_than or {})
            if failed not in shown:
                shown.append(failed)
            if fixed.keys() >= set(self.names):
                break
        raise RecordError(
            f"in {_TRIES:,} draws the fields did not meet: {'; '.join(shown)}",
            remedy="let the conditions be met more often",
        )

    def _free(
        self,
        record: Record,
        context: Context,
        quota: bool,
        part: int | None,
        fixed: Mapping[str, Any],
        attempt: int,
        other_than: Mapping[str, Sequence[Any]],
    ) -> tuple[dict[str, Any], str | None]:
        """The fields that need no asking, and the first condition that they do not meet."""
        drawn: dict[str, Any] = dict(fixed)
        left = self._conditions
        for each in self._ordered:
            if each.sampler.asks or each.names[0] in fixed:
                continue
            salt = each.key if part is None else f"{part}.{each.key}"
            at = self._place(salt, each, quota and attempt == 0, record, context, part, attempt)
            random = context.random(salt, "more", attempt)
            drawn |= each.spread_out(each.sampler.at(at, {**record.fields, **drawn}, random))
            if (same := _same_as(other_than, drawn, each.names)) is not None:
                return drawn, same
            failed, left = self._check(left, record, drawn)
            if failed is not None:
                return drawn, failed
        return drawn, self._check(left, record, drawn)[0]

    async def _asked(
        self,
        drawn: dict[str, Any],
        record: Record,
        context: Context,
        part: int | None,
        other_than: Mapping[str, Sequence[Any]],
    ) -> dict[str, Any]:
        for each in self._ordered:
            if not each.sampler.asks:
                continue
            salt = each.key if part is None else f"{part}.{each.key}"
            failed: str | None = None
            for attempt in range(ASKED):
                random = context.random(salt, "asked", attempt)
                # Another number for each part, so that two people of one record are not the same answer.
                asked = Asked(context, random, each.names[0], attempt + ASKED * (part or 0))
                value = await each.sampler.ask(random.random(), {**record.fields, **drawn}, asked)
                made = {**drawn, **each.spread_out(value)}
                concerned = [one for one in self._conditions if set(each.names) & one.variables]
                failed = _same_as(other_than, made, each.names) or self._check(concerned, record, made)[0]
                if failed is None:
                    drawn = made
                    break
            if failed is not None:
                raise RecordError(f"asked {ASKED} times, '{each.key}' did not meet: {failed}")
        failed, _ = self._check(self._conditions, record, drawn)
        if failed is not None:
            raise RecordError(f"the fields do not meet: {failed}")
        return {name: drawn[name] for name in self.names}

    def _check(
        self, conditions: list[Condition], record: Record, drawn: Mapping[str, Any]
    ) -> tuple[str | None, list[Condition]]:
        """The first of the conditions that can be told now and does not hold, and those that cannot be told yet."""
        open_names = set(self.names) - drawn.keys()
        later = []
        for condition in conditions:
            if condition.variables & open_names:
                later.append(condition)
            elif not condition.holds({**record.fields, **drawn}):
                return condition.source, later
        return None, later

    def _place(
        self, salt: str, each: _Drawn, quota: bool, record: Record, context: Context, part: int | None, attempt: int
    ) -> float:
        if quota:
            position = record.position if part is None else (*record.position, part)
            return spread(context.shared_random(each.key).random(), position, each.series)
        return (context.random(salt) if attempt == 0 else context.random(salt, attempt)).random()

    def _fixed(self, record: Record, context: Context, part: int, parts: int) -> dict[str, Any]:
        """The values of the unique fields for this record, of which no other record has the same."""
        size = self.size()
        if size is None:
            return {}
        index = as_one(record.position) * parts + part
        if index >= size:
            raise RecordError(
                f"all {size:,} different values of {', '.join(self._unique)} are in use",
                remedy="give them more values, take fewer seeds, or leave out 'unique'",
            )
        chosen = permuted(index, size, context.shared_random("unique").getrandbits(64))
        return self._combination(self._allowed[chosen] if self._allowed is not None else chosen)

    def _combination(self, index: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, values in self._domain:
            index, which = divmod(index, len(values))
            each = next(one for one in self._drawn if one.key == key)
            found |= each.spread_out(values[which])
        return found

    # Looking ahead.

    def _in_order(self) -> list[_Drawn]:
        """The entries so that each comes after what it reads, those that ask last. Raises ValueError on a circle."""
        left = list(self._drawn)
        done: set[str] = set()
        ordered: list[_Drawn] = []
        while left:
            ready = [each for each in left if not (each.sampler.reads() & set(self.names)) - done]
            if not ready:
                raise ValueError(f"these need each other: {', '.join(each.key for each in left)}")
            each = next((one for one in ready if not one.sampler.asks), ready[0])
            ordered.append(each)
            done |= set(each.names)
            left.remove(each)
        asking: set[str] = set()
        for index, each in enumerate(ordered):
            if each.sampler.asks or each.sampler.reads() & asking:
                asking |= set(each.names)
                if not each.sampler.asks:
                    ordered[index] = replace(each, sampler=_After(inner=each.sampler))
        return ordered

    def _lay_out_unique(self) -> None:
        self._domain, self._allowed = [], None
        for each in self._drawn:
            if set(each.names) & set(self._unique):
                listed = each.sampler.listed()
                if listed is None:
                    self._domain = []
                    return
                different: dict[bytes, Any] = {}
                for value, _ in listed:
                    told = each.spread_out(value)
                    different.setdefault(orjson.dumps([told.get(name) for name in self._unique]), value)
                self._domain.append((each.key, list(different.values())))
        held = {name for each in self._drawn if set(each.names) & set(self._unique) for name in each.names}
        own = [one for one in self._conditions if one.variables and one.variables <= held]
        total = prod(len(values) for _, values in self._domain)
        if own and self._domain and total <= _MOST_LISTED:
            self._allowed = [n for n in range(total) if all(one.holds(self._combination(n)) for one in own)]

    def _unique_problems(self) -> Iterator[DialoomError]:
        for each in self._drawn:
            if not set(each.names) & set(self._unique):
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

    def _condition_problems(self) -> Iterator[DialoomError]:
        """Conditions over what is drawn here alone, which no draw meets."""
        closed = [(one, needed) for one in self._conditions if (needed := self._needed(one)) is not None]
        if not closed or (self._unique and not self._domain):
            return
        conditions = [one for one, _ in closed]
        entries = [each for each in self._ordered if any(each.key in needed for _, needed in closed)]
        said = " and ".join(f"'{one.source}'" for one in conditions)
        what = f"these fields can never meet {said}"
        listed = [each.sampler.listed() for each in entries]
        whole = all(values is not None for values in listed) and not any(each.sampler.reads() for each in entries)
        if whole and prod(len(values or ()) for values in listed) <= _MOST_LISTED:
            combined: Iterable[dict[str, Any]] = _all_of(entries, listed)
            why = "all their values were tried together"
        else:
            combined, why = self._trials(entries), f"none of {_TRIALS:,} draws did"
        for values in combined:
            try:
                if all(one.holds(values) for one in conditions):
                    return
            except RecordError as error:
                yield DialoomError(error.what, place=Place(field="such_that"), remedy=error.remedy)
                return
        yield DialoomError(f"{what}: {why}", place=Place(field="such_that"), remedy="change one of them")

    def _trials(self, entries: list[_Drawn]) -> Iterator[dict[str, Any]]:
        random = Random(0)
        for _ in range(_TRIALS):
            values: dict[str, Any] = {}
            # A draw that cannot be made meets nothing either.
            with suppress(RecordError):
                for each in entries:
                    values |= each.spread_out(each.sampler.at(random.random(), values, random))
                yield values

    def _needed(self, condition: Condition) -> set[str] | None:
        """The entries that decide about a condition; None where the record, a model or a function does too."""
        waiting = list(condition.variables | condition.guarded)
        needed: set[str] = set()
        while waiting:
            name = waiting.pop()
            each = next((one for one in self._drawn if name in one.names), None)
            if each is None or each.sampler.asks:
                return None
            if each.key not in needed:
                needed.add(each.key)
                waiting += each.sampler.reads()
        return needed

    def _listed_of(self, name: str) -> Listed | None:
        each = next((one for one in self._drawn if one.names == (name,)), None)
        return None if each is None else each.sampler.listed()


class _After(Sampler):
    """What is made of an answer, once it is there."""

    inner: Sampler

    asks = True

    def reads(self) -> frozenset[str]:
        return self.inner.reads()

    def templates(self) -> Iterable[Template]:
        return self.inner.templates()

    def files(self) -> Iterable[Path]:
        return self.inner.files()

    def models(self) -> Iterable[str]:
        return self.inner.models()

    def prepare(self, folder: Path) -> None:
        self.inner.prepare(folder)

    def problems(self) -> Iterable[DialoomError]:
        return self.inner.problems()

    def at(self, at: float, known: Mapping[str, Any], random: Random) -> Any:
        return self.inner.at(at, known, random)

    async def ask(self, at: float, known: Mapping[str, Any], asked: Asked) -> Any:
        return self.inner.at(at, known, asked.random)


def _same_as(others: Mapping[str, Sequence[Any]], drawn: Mapping[str, Any], names: Iterable[str]) -> str | None:
    name = next((name for name in names if drawn[name] in others.get(name, ())), None)
    return None if name is None else f"another {name} than {', '.join(map(str, others[name]))}"


def _all_of(entries: list[_Drawn], listed: Sequence[Listed | None]) -> Iterator[dict[str, Any]]:
    for combination in product(*([value for value, _ in values or ()] for values in listed)):
        made: dict[str, Any] = {}
        for each, value in zip(entries, combination, strict=True):
            made |= each.spread_out(value)
        yield made


def _for_columns(sampler: Sampler, names: tuple[str, ...]) -> Sampler:
    """A sampler of rows that gives these columns."""
    from dialoom.nodes._samplers.file import FromFile

    if not isinstance(sampler, FromFile) or sampler.column is not None or sampler.columns is not None:
        raise ValueError("several fields at once are the columns of a file's row: {file: people.csv}")
    return sampler.model_copy(update={"columns": list(names)})


def _same_kind(error: DialoomError) -> type[DialoomError]:
    """The error's class, which decides the exit code; the base class for one that is built in another way."""
    return type(error) if type(error).__init__ is DialoomError.__init__ else DialoomError


def _within(key: str, error: DialoomError) -> DialoomError:
    inner = f".{error.place.field}" if error.place and error.place.field else ""
    return DialoomError(error.what, place=Place(field=f"{key}{inner}"), remedy=error.remedy)
