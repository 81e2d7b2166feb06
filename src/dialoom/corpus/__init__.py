"""The versioned store: dialogues in Lance tables, appended batch by batch, read in order, queried with SQL.

Names are loaded when first used, because Lance, Arrow and DuckDB take a quarter of a second to import.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dialoom.corpus.corpus import Corpus
    from dialoom.corpus.descent import Derived, derived
    from dialoom.corpus.differences import Diff, diff
    from dialoom.corpus.edits import Changed
    from dialoom.corpus.exporting import Exported, export
    from dialoom.corpus.exports import Export, exports_holding, exports_of, note_export
    from dialoom.corpus.history import Version
    from dialoom.corpus.life import Life, Stay, lives
    from dialoom.corpus.log import changelog
    from dialoom.corpus.search import Search
    from dialoom.corpus.verification import Verified, verify

_HOMES = {
    "Changed": "edits",
    "Corpus": "corpus",
    "Derived": "descent",
    "Diff": "differences",
    "Export": "exports",
    "Exported": "exporting",
    "Life": "life",
    "Search": "search",
    "Stay": "life",
    "Verified": "verification",
    "Version": "history",
    "changelog": "log",
    "derived": "descent",
    "diff": "differences",
    "export": "exporting",
    "exports_holding": "exports",
    "exports_of": "exports",
    "lives": "life",
    "note_export": "exports",
    "verify": "verification",
}

__all__ = [
    "Changed",
    "Corpus",
    "Derived",
    "Diff",
    "Export",
    "Exported",
    "Life",
    "Search",
    "Stay",
    "Verified",
    "Version",
    "changelog",
    "derived",
    "diff",
    "export",
    "exports_holding",
    "exports_of",
    "lives",
    "note_export",
    "verify",
]


def __getattr__(name: str) -> object:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
