"""The versioned store: dialogues in Lance tables, appended batch by batch, read in order, queried with SQL.

Names are loaded when first used, because Lance, Arrow and DuckDB take a quarter of a second to import.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dialoom.corpus.corpus import Corpus, Version

__all__ = ["Corpus", "Version"]


def __getattr__(name: str) -> object:
    if name in __all__:
        from dialoom.corpus import corpus

        return getattr(corpus, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
