"""The data card: what a data set holds, how it was made, what it cannot do; and the data set beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dialoom.corpus.card.dataset import note_dataset, write_dataset
    from dialoom.corpus.card.page import About, write_card

__all__ = ["About", "note_dataset", "write_card", "write_dataset"]

_HOMES = {"About": "page", "note_dataset": "dataset", "write_card": "page", "write_dataset": "dataset"}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
