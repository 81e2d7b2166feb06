"""The intents whose real lines look most like those of an intent: what it is taken for, and what it can learn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from dialoom.intents.line import Line

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dialoom.quality.embedding import Embed

_MOST = 3
_MOST_PAIRS = 5


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An intent that looks like another.

    Attributes:
        lines: its real lines.
        pairs: (a line of it, a line of the other that is most like that one), each line once.
    """

    intent: str
    lines: tuple[Line, ...]
    pairs: tuple[tuple[Line, Line], ...]


@dataclass(frozen=True)
class Neighbourhood:
    """Real lines of all intents, and how near they are to each other.

    Attributes:
        embed: from texts to vectors of length 1, one a row.
    """

    lines: Mapping[str, tuple[Line, ...]]
    embed: Embed

    def of(self, intent: str, examples: Sequence[Line], most: int = _MOST) -> tuple[Neighbour, ...]:
        """The intents nearest to the mean of some lines, the nearest first; none where there are no lines.

        Only intents with more lines than these: of others there is nothing to learn.
        """
        others = [name for name, lines in self.lines.items() if name != intent and len(lines) > len(examples)]
        if not examples or not others:
            return ()
        own = self.embed([line.text for line in examples])
        centre = own.mean(axis=0)
        nearest = sorted(others, key=lambda name: (-float(self._centres[name] @ centre), name))[:most]
        return tuple(Neighbour(name, self.lines[name], self._pairs(name, examples, own)) for name in nearest)

    @cached_property
    def _centres(self) -> dict[str, NDArray[np.float32]]:
        found = {}
        for name, lines in self.lines.items():
            centre = self.embed([line.text for line in lines]).mean(axis=0)
            found[name] = centre / max(float((centre @ centre) ** 0.5), 1e-9)
        return found

    def _pairs(self, name: str, examples: Sequence[Line], own: NDArray[np.float32]) -> tuple[tuple[Line, Line], ...]:
        lines = self.lines[name]
        likeness = own @ self.embed([line.text for line in lines]).T
        found: list[tuple[Line, Line]] = []
        taken: set[int] = set()
        for row, example in enumerate(examples[:_MOST_PAIRS]):
            likest = max((place for place in range(len(lines)) if place not in taken), key=lambda at: likeness[row, at])
            taken.add(likest)
            found.append((lines[likest], example))
        return tuple(found)
