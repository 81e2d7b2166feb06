"""Splits and mixtures of a corpus: stratified, grouped, seeded, and looked through for leaks.

Names are loaded when first used, because Arrow and NumPy take a tenth of a second to import.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dialoom.corpus.splits.held_leaks import leaks_against
    from dialoom.corpus.splits.leaks import Embed, Leak, LeakReport, find_leaks
    from dialoom.corpus.splits.mixing import mix
    from dialoom.corpus.splits.plan import Plan
    from dialoom.corpus.splits.splitting import split
    from dialoom.corpus.splits.write import write_split

__all__ = ["Embed", "Leak", "LeakReport", "Plan", "find_leaks", "leaks_against", "mix", "split", "write_split"]

_HOMES = {
    "Embed": "leaks",
    "Leak": "leaks",
    "LeakReport": "leaks",
    "Plan": "plan",
    "find_leaks": "leaks",
    "leaks_against": "held_leaks",
    "mix": "mixing",
    "split": "splitting",
    "write_split": "write",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
