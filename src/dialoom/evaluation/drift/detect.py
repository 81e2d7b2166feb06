"""Alarms: made data against real data, beside real data against itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any

from dialoom.errors import DataError
from dialoom.evaluation.drift.signals import SIGNALS, Measured, Pool, Signal
from dialoom.evaluation.drift.units import Unit

if TYPE_CHECKING:
    import numpy as np

    from dialoom.evaluation.drift.signals._signal import Places
    from dialoom.quality.embedding import Embed

_HELD = 300
_REFERENCE = 3000
_FEW = 20
_DRAWS = 40


@dataclass(frozen=True, slots=True)
class Alarm:
    """What a signal says.

    Attributes:
        value: the statistic of made data against real data, mean over the splits.
        usual: its median of real data against itself; `threshold` what it exceeds too seldom to be chance.
        p: the share of splits of real data that differ as much, after Holm 1979 over all signals.
        details: what differs, in words.
    """

    signal: str
    about: str
    value: float
    usual: float
    threshold: float
    p: float
    alarm: bool
    details: list[str]

    @property
    def size(self) -> float | None:
        """How far the value is beyond what is usual, in distances from there to the threshold: 1 is at the threshold.

        None where real data does not vary at all.
        """
        width = self.threshold - self.usual
        return (self.value - self.usual) / width if width > 0 else None

    def to_json(self) -> dict[str, Any]:
        return {
            "size": self.size,
            "signal": self.signal,
            "about": self.about,
            "value": self.value,
            "usual": self.usual,
            "threshold": self.threshold,
            "p": self.p,
            "alarm": self.alarm,
            "details": self.details,
        }


@dataclass(frozen=True, slots=True)
class Drift:
    """All signals of a batch.

    Attributes:
        compared: how many made units were compared at once with as many real ones of the same intents.
        notes: what a user should know.
    """

    real: int
    made: int
    compared: int
    alarms: list[Alarm]
    notes: list[str]

    @property
    def alarmed(self) -> list[str]:
        return [each.signal for each in self.alarms if each.alarm]

    def to_json(self) -> dict[str, Any]:
        return {
            "real": self.real,
            "made": self.made,
            "compared": self.compared,
            "alarmed": self.alarmed,
            "signals": [each.to_json() for each in self.alarms],
            "notes": self.notes,
        }


def detect_drift(
    real: Sequence[Unit],
    made: Sequence[Unit],
    embed: Embed,
    *,
    signals: Sequence[str] | None = None,
    splits: int = 200,
    alpha: float = 0.05,
    seed: int = 0,
    told: Callable[[str], None] = lambda _: None,
) -> Drift:
    """Signals of drift with alarms.

    Real data is split again and again: a part is held out, and the rest is the reference. How the held part differs
    from it is what is usual; made units, as many of each intent as the part has, are measured against the same
    reference. So neither the mix of intents nor the number of units can raise an alarm.

    Args:
        splits: how many; the least p-value is one over them.
        alpha: how often real data would raise any alarm.

    Raises DataError where there is too little real data to be split.
    """
    import numpy as np

    pool = Pool([*real, *made], len(real), embed)
    quotas = _quotas(real, made)
    compared = sum(quotas.values())
    if compared < 2:
        raise DataError(
            "real data cannot be split beside the made data",
            remedy="name real data that has two lines or more of the same intents, or use --any-intent",
        )
    drawn = list(_splits(real, made, quotas, splits, np.random.default_rng(seed)))
    chosen = [SIGNALS.load(name) for name in (signals if signals is not None else SIGNALS.names())]
    values: list[tuple[Signal, Measured, list[float], list[float]]] = []
    for signal in chosen:
        if signal.fits(pool):
            told(signal.name)
            ready = signal.make(pool)
            usual = [ready.statistic(reference, held) for reference, held, _ in drawn]
            seen = [ready.statistic(reference, other) for reference, _, other in drawn[:_DRAWS]]
            values.append((signal, ready, usual, seen))
    raw = [(1 + sum(one >= float(np.mean(seen)) for one in usual)) / (1 + len(usual)) for _, _, usual, seen in values]
    adjusted = holm(raw)
    everything = np.arange(len(real)), np.arange(len(real), len(real) + len(made))
    # What is told in words is of the same intents on both sides, but where the whole of the data is asked.
    matched = drawn[0][1], drawn[0][2]
    alarms = [
        Alarm(
            signal=signal.name,
            about=signal.about,
            value=float(np.mean(seen)),
            usual=float(np.median(usual)),
            threshold=float(np.quantile(usual, 1 - alpha / len(values))),
            p=p,
            alarm=p <= alpha,
            details=ready.explain(*(everything if signal.name in _WHOLE else matched)),
        )
        for (signal, ready, usual, seen), p in zip(values, adjusted, strict=True)
    ]
    return Drift(len(real), len(made), compared, alarms, _notes(real, made, quotas, compared))


_WHOLE = ("improbable_words", "label_consistency")


def holm(values: Sequence[float]) -> list[float]:
    """p-values adjusted for how many there are (Holm 1979): each keeps its place."""
    order = sorted(range(len(values)), key=values.__getitem__)
    found = [0.0] * len(values)
    most = 0.0
    for rank, place in enumerate(order):
        most = max(most, min(1.0, (len(values) - rank) * values[place]))
        found[place] = most
    return found


def _by_intent(units: Sequence[Unit]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for place, unit in enumerate(units):
        found[unit.intent].append(place)
    return found


def _quotas(real: Sequence[Unit], made: Sequence[Unit]) -> dict[str, int]:
    """How many of each intent are compared: in the shares of the made data, and no more than half of the real ones."""
    held, given = _by_intent(real), _by_intent(made)
    scale = min(1.0, _HELD / max(len(made), 1))
    # Rounded up, so that rare intents take part.
    return {
        intent: number
        for intent, places in sorted(given.items())
        if (number := min(ceil(len(places) * scale), len(held.get(intent, ())) // 2))
    }


def _splits(
    real: Sequence[Unit], made: Sequence[Unit], quotas: dict[str, int], splits: int, random: np.random.Generator
) -> Iterator[tuple[Places, Places, Places]]:
    """Places of the reference, of the held real units and of made ones, each split anew."""
    import numpy as np

    by_real, by_made = _by_intent(real), _by_intent(made)
    everything = np.arange(len(real))
    for _ in range(splits):
        held: list[int] = []
        other: list[int] = []
        for intent, number in quotas.items():
            held += random.permutation(by_real[intent])[:number].tolist()
            drawn = random.permutation(by_made[intent])[:number] + len(real)
            other += drawn.tolist()
        rest = np.setdiff1d(everything, np.array(held), assume_unique=True)
        reference = random.permutation(rest)[:_REFERENCE]
        yield reference, random.permutation(np.array(held)), random.permutation(np.array(other))


def _notes(real: Sequence[Unit], made: Sequence[Unit], quotas: dict[str, int], compared: int) -> list[str]:
    found = []
    left = sorted({unit.intent for unit in made} - quotas.keys())
    if left:
        number = sum(unit.intent in left for unit in made)
        names = ", ".join(name or "(none)" for name in left[:5])
        found.append(f"{number} made dialogues are of {len(left)} intents without two real ones each: {names}")
    if compared < _FEW:
        found.append(f"only {compared} could be compared at once: no more than coarse drift can be seen")
    return found
