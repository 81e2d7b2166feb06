"""What a metric is: a named fact about a dialogue, computed without a model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from dialoom.dialogue import Dialogue


@dataclass(frozen=True, slots=True)
class Metric:
    """A fact that rules may name.

    Args:
        name: what rules call it; the name of its module.
        about: one line for people who choose rules, with unit or range.
        type: of the value, so that rules can be checked before there is a dialogue.
        measure: computes it from the text of the turns alone, never from speaker labels; total, on any script.
    """

    name: str
    about: str
    type: Literal["bool", "int", "float"]
    measure: Callable[[Dialogue], bool | int | float]
