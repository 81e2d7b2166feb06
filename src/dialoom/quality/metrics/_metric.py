"""What a metric is: a named fact about a dialogue."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal

from dialoom.dialogue import Dialogue

Value = bool | int | float | str


@dataclass(frozen=True, slots=True)
class Needs:
    """What has to be there before a metric can be measured.

    Args:
        extra: the extra of this package that brings it.
        modules: what the extra installs, by import name.
        setting: an environment variable that has to be set; None where none has to.
    """

    extra: str
    modules: tuple[str, ...]
    setting: str | None = None

    def lacking(self) -> str | None:
        """What to do before the metric can be measured; None where nothing is lacking."""
        if not all(map(find_spec, self.modules)):
            return f"pip install 'dialoom[{self.extra}]'"
        if self.setting and not os.environ.get(self.setting):
            return f"set {self.setting}"
        return None


@dataclass(frozen=True, slots=True)
class Metric:
    """A fact that rules may name.

    Args:
        name: what rules call it; the name of its module.
        about: one line for people who choose rules, with unit or range.
        type: of the value, so that rules can be checked before there is a dialogue.
        measure: computes it from the text of the turns alone, never from speaker labels; total, on any script. An
            `OfBatch` shares what it reads with the other metrics.
        range: the least and the greatest value of a number; None where that says nothing.
        source: the paper or formula that it is from.
        cost: `cheap` takes microseconds; `model` runs a model, so that it is measured where it is asked for by name.
        needs: what has to be installed or set; None where nothing has to.
        measure_many: the same for several dialogues at once, where that is quicker; equal to `measure` of each.
    """

    name: str
    about: str
    type: Literal["bool", "int", "float", "text"]
    measure: Callable[[Dialogue], Value]
    range: tuple[float, float] | None = None
    source: str = ""
    cost: Literal["cheap", "model"] = "cheap"
    needs: Needs | None = None
    measure_many: Callable[[Sequence[Dialogue]], Sequence[Value]] | None = None

    def lacking(self) -> str | None:
        """What to do before it can be measured; None where nothing is lacking."""
        return self.needs.lacking() if self.needs else None
