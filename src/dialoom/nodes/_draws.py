"""Drawing several fields together: in the order they need each other, within conditions, each once where wanted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dialoom.errors import DialoomError, Place, RecordError, nearest
from dialoom.graph.context import Context
from dialoom.graph.record import Record
from dialoom.graph.template import Condition, Template
from dialoom.nodes._draw import spread
from dialoom.nodes._entry import Entry, for_columns, in_order
from dialoom.nodes._foresight import condition_problems
from dialoom.nodes._sampler import Asked, Listed
from dialoom.nodes._samplers.given import Given
from dialoom.nodes._unique import Unique
from dialoom.nodes._written_sampler import sampler_of

# How often fields are drawn for one record until they meet the conditions, and how often a model or function is asked.
_TRIES = 1000
ASKED = 4


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
        self._drawn: list[Entry] = []
        for series, (key, written) in enumerate(fields.items()):
            names = tuple(part.strip() for part in key.split(","))
            try:
                sampler = sampler_of(written)
                if len(names) > 1:
                    sampler = for_columns(sampler, names)
            except ValueError as error:
                raise ValueError(f"{key}: {error}") from error
            self._drawn.append(Entry(key, names, sampler, series))
        self.names = tuple(name for each in self._drawn for name in each.names)
        twice = next((name for name in self.names if self.names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"'{twice}' is drawn twice")
        for name in unique:
            if name not in self.names:
                raise ValueError(f"unique: no field is called '{name}': {nearest(name, list(self.names))}")
        self._ordered: list[Entry] = []
        self._unique = Unique(unique, self._drawn, self._conditions)

    # What is known before a run.

    def templates(self) -> Iterator[tuple[str, Template]]:
        """(the entry's key, template) of all."""
        for each in self._drawn:
            for template in each.sampler.templates():
                yield each.key, template

    def needs(self) -> dict[str, str]:
        """Fields of the record that are read other than in templates, or under a name that is drawn, with the entry."""
        found = {}
        for each in self._drawn:
            told = {name for template in each.sampler.templates() for name in template.variables}
            for name in each.sampler.reads() - told - set(self.names) | (each.sampler.reads() & set(each.names)):
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
            self._ordered = in_order(self._drawn)
        except ValueError:
            # Told by `problems`.
            self._ordered = list(self._drawn)
        self._unique.lay_out()

    def problems(self) -> Iterator[DialoomError]:
        """What is wrong with the fields together: circles, conditions that cannot be met, values that never come."""
        try:
            in_order(self._drawn)
        except ValueError as error:
            yield DialoomError(str(error), place=Place(field=""), remedy="let one of them be drawn without another")
            return
        for each in self._drawn:
            yield from (_within(each.key, problem) for problem in each.sampler.problems())
            if isinstance(each.sampler, Given) and (listed := self._listed_of(each.sampler.given)) is not None:
                never = each.sampler.never([value for value, _ in listed])
                yield from (_within(each.key, problem) for problem in never)
        yield from self._unique.problems()
        if self._unique.listed:
            yield from condition_problems(self._conditions, self._drawn, self._ordered)

    def listed(self, name: str) -> set[str] | None:
        """The different values of a field as texts, where they can be listed."""
        listed = self._listed_of(name)
        return None if listed is None else {str(value) for value, _ in listed}

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
        fixed = self._unique.of(record, context, part or 0, parts)
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
        self, salt: str, each: Entry, quota: bool, record: Record, context: Context, part: int | None, attempt: int
    ) -> float:
        if quota:
            position = record.position if part is None else (*record.position, part)
            return spread(context.shared_random(each.key).random(), position, each.series)
        return (context.random(salt) if attempt == 0 else context.random(salt, attempt)).random()

    def _listed_of(self, name: str) -> Listed | None:
        each = next((one for one in self._drawn if one.names == (name,)), None)
        return None if each is None else each.sampler.listed()


def _same_as(others: Mapping[str, Sequence[Any]], drawn: Mapping[str, Any], names: Iterable[str]) -> str | None:
    name = next((name for name in names if drawn[name] in others.get(name, ())), None)
    return None if name is None else f"another {name} than {', '.join(map(str, others[name]))}"


def _same_kind(error: DialoomError) -> type[DialoomError]:
    """The error's class, which decides the exit code; the base class for one that is built in another way."""
    return type(error) if type(error).__init__ is DialoomError.__init__ else DialoomError


def _within(key: str, error: DialoomError) -> DialoomError:
    inner = f".{error.place.field}" if error.place and error.place.field else ""
    return DialoomError(error.what, place=Place(field=f"{key}{inner}"), remedy=error.remedy)
