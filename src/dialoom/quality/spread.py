"""How the values of a metric are spread over many dialogues."""

from __future__ import annotations

from array import array
from collections import Counter
from typing import Any

QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
_MOST_TEXTS = 1000
_TEXTS_TOLD = 10


class Spread:
    """Collects values: numbers exactly, at eight bytes each; of true and false, and of texts, how often each came."""

    def __init__(self) -> None:
        self._numbers = array("d")
        self._others: Counter[str] = Counter()
        self._missing = 0

    def add(self, value: Any) -> None:
        """Take a value; what is neither number, truth value nor text is counted as missing."""
        if isinstance(value, bool):
            self._others[str(value).lower()] += 1
        elif isinstance(value, (int, float)) and value == value:
            self._numbers.append(value)
        elif isinstance(value, str):
            known = value in self._others or len(self._others) < _MOST_TEXTS
            self._others[value if known else "others"] += 1
        else:
            self._missing += 1

    def numbers(self) -> array[float]:
        """The numbers, in the order they came."""
        return self._numbers

    def to_json(self) -> dict[str, Any]:
        """`count` and `missing`; of numbers `mean` and `quantiles` (by their share, interpolated linearly); of all else
        the `values` that came most often, with how often."""
        import numpy as np

        told: dict[str, Any] = {"count": len(self._numbers) + self._others.total(), "missing": self._missing}
        if self._numbers:
            numbers = np.frombuffer(self._numbers, dtype=np.float64)
            told["mean"] = float(numbers.mean())
            told["quantiles"] = dict(zip(map(str, QUANTILES), np.quantile(numbers, QUANTILES).tolist(), strict=True))
        if self._others:
            told["values"] = dict(self._others.most_common(_TEXTS_TOLD))
        return told
