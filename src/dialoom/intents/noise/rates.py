"""How often real lines show each kind of noise, and lines made to show it as often."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from random import Random

from pydantic import BaseModel, ConfigDict, Field, field_validator

from dialoom.errors import DataError, nearest
from dialoom.intents.line import Line
from dialoom.intents.noise._kind import KINDS


class Rates(BaseModel):
    """The share of lines that show each kind of noise, 0..1; kinds that are not named have none."""

    model_config = ConfigDict(extra="forbid")

    kinds: dict[str, float] = Field(default_factory=dict)

    @field_validator("kinds")
    @classmethod
    def _known(cls, kinds: dict[str, float]) -> dict[str, float]:
        known = KINDS.names()
        for name, rate in kinds.items():
            if name not in known:
                raise ValueError(
                    f"no kind of noise is called '{name}'; {nearest(name, known) or 'there are ' + ', '.join(known)}"
                )
            if not 0 <= rate <= 1:
                raise ValueError(f"the rate of '{name}' is {rate}, not a share from 0 to 1")
        return kinds


def fit_rates(texts: Iterable[str]) -> Rates:
    """The share of real lines that show each kind.

    Lower-casing and abbreviations are seen exactly; typos by common slips alone, so that their rate is a lower bound.

    Raises DataError where there is no line.
    """
    lines = [text for text in texts if text.strip()]
    if not lines:
        raise DataError("rates of noise are fitted to real lines, and there are none")
    return Rates(kinds={name: sum(map(KINDS.load(name).found, lines)) / len(lines) for name in KINDS.names()})


def roughen(line: Line, rates: Rates, random: Random) -> Line:
    """The line with each kind of noise put in as often as its rate says, so far as the line does not show it already.

    Marks and words go in first and case comes last, so that what was put in is in small letters too.
    """
    for name in sorted(rates.kinds, key=lambda each: (each == "lower_case", each)):
        # Drawn for every kind, so that one more kind leaves the others as they were.
        due = random.random() < rates.kinds[name]
        inner = Random(random.getrandbits(64))
        kind = KINDS.load(name)
        if due and not kind.found(line.text):
            line = kind.make(line, inner)
    return line


def told(rates: Mapping[str, float], most: int = 10) -> Sequence[str]:
    """The rates in words, highest first."""
    return [f"{name} {rate:.1%}" for name, rate in sorted(rates.items(), key=lambda each: -each[1])[:most]]
