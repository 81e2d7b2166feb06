"""What a signal is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dialoom.evaluation.drift.units import Unit
from dialoom.registry import Registry

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dialoom.intents.classifier import Vectors
    from dialoom.quality.embedding import Embed

    Places = NDArray[np.int64]

Statistic = Callable[[Any, Any], float]
"""How much the units at some places differ from those at others: more is more. `(reference, other)`."""


@dataclass(slots=True)
class Pool:
    """Real and made units together, real ones first; signals look at them once and are asked often.

    Attributes:
        real: how many of them are real.
        embed: from texts to vectors of length 1.
    """

    units: Sequence[Unit]
    real: int
    embed: Embed
    _vectors: Vectors | None = field(default=None, repr=False)

    @property
    def vectors(self) -> Vectors:
        """The vectors of the units' texts."""
        if self._vectors is None:
            self._vectors = self.embed([unit.text for unit in self.units])
        return self._vectors


@dataclass(frozen=True, slots=True)
class Measured:
    """A signal made ready for a pool.

    Attributes:
        statistic: how much two parts of the pool differ.
        explain: what differs between real and made data, in words; called once.
    """

    statistic: Statistic
    explain: Callable[[Places, Places], list[str]]


@dataclass(frozen=True, slots=True)
class Signal:
    """A way in which made data can differ from real data.

    Attributes:
        about: one line for people, with the statistic.
        fits: whether the pool has what it looks at.
        make: makes it ready.
    """

    name: str
    about: str
    fits: Callable[[Pool], bool]
    make: Callable[[Pool], Measured]


SIGNALS: Registry[Signal] = Registry("dialoom.evaluation.drift.signals", "SIGNAL", "signal")
