"""Several samples of what a node makes, and the choice of the best."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from pydantic import Field

from dialoom.errors import DialoomError, Place, RecordError
from dialoom.graph.context import Context
from dialoom.graph.node import Shape
from dialoom.nodes._prompted import Prompted
from dialoom.nodes._side_by_side import side_by_side

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rating:
    """What is thought of a candidate.

    Attributes:
        score: a finite number; more is better.
        enough: whether it is good enough for no other to be asked for.
        reasons: why it is not.
    """

    score: float
    enough: bool
    reasons: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class _Candidate(Generic[T]):
    value: T
    rating: Rating


class BestOf(Prompted):
    """A node that may make the same thing several times, and keeps the best."""

    candidates: int = Field(default=1, ge=1, description="Write at most this many and keep the best.")
    together: int = Field(
        default=1, ge=1, description="Candidates asked for at a time: 1 is the cheapest, all of them the fastest."
    )

    def problems(self, shapes: Mapping[str, Shape]) -> Iterable[DialoomError]:
        yield from super().problems(shapes)
        if self.together > self.candidates:
            yield DialoomError(
                f"{self.together} candidates are asked for together, of {self.candidates} in all",
                place=Place(field="together"),
                remedy=f"set 'candidates' to {self.together} or more, or lower 'together'",
            )

    async def best(
        self,
        make: Callable[[int, Context], Awaitable[T]],
        rate: Callable[[T], Rating],
        context: Context,
    ) -> T:
        """The first candidate that is good enough, or where none is, the first of those with the highest score.

        They are asked for in waves of `together`, and a wave with one that is good enough is the last. The choice
        depends on their numbers and ratings alone, not on which came first, nor on the size of the waves.

        Args:
            make: makes a candidate, given its number from 0, which goes into its calls as the sample. A RecordError
                costs this candidate alone; what else is raised ends the asking, once the calls on their way are over.
            rate: rates one; a RecordError costs it, too. A single candidate is not rated.

        Raises:
            RecordError: no candidate can be used.
        """
        if self.candidates == 1:
            return await make(0, context)
        tried: list[_Candidate[T] | RecordError] = []
        while len(tried) < self.candidates and not any(_good(one) for one in tried):
            samples = range(len(tried), min(len(tried) + self.together, self.candidates))
            tried += await _wave(samples, make, rate, context)
        usable = {number: one for number, one in enumerate(tried) if isinstance(one, _Candidate)}
        if not usable:
            reasons = dict.fromkeys(str(one) for one in tried)
            raise RecordError(f"none of {len(tried)} candidates can be used: {'; '.join(reasons)}")
        good = [number for number, one in usable.items() if one.rating.enough]
        number = good[0] if good else max(usable, key=lambda number: usable[number].rating.score)
        context.note(
            "chosen among candidates",
            tried=len(tried),
            chosen=number,
            scores=[round(one.rating.score, 3) if isinstance(one, _Candidate) else None for one in tried],
            reasons=list(usable[number].rating.reasons),
        )
        return usable[number].value


def _good(one: _Candidate[T] | RecordError) -> bool:
    return isinstance(one, _Candidate) and one.rating.enough


async def _wave(
    samples: range, make: Callable[[int, Context], Awaitable[T]], rate: Callable[[T], Rating], context: Context
) -> list[_Candidate[T] | RecordError]:
    """The candidates with these numbers, made side by side, and the errors of those that cannot be used."""

    async def one(sample: int, context: Context) -> _Candidate[T] | RecordError:
        try:
            value = await make(sample, context)
            return _Candidate(value, rate(value))
        except RecordError as error:
            context.note("a candidate cannot be used", candidate=sample, why=str(error))
            return error

    if len(samples) == 1:
        return [await one(samples[0], context)]
    return await side_by_side([partial(one, sample) for sample in samples], context)
