"""Which corpus a path means."""

from __future__ import annotations

from pathlib import Path

import orjson

_REPORT = "run.json"


def corpus_at(path: Path) -> Path | str:
    """Where the corpus lies that a folder is, or that of the run whose directory it is."""
    try:
        told = orjson.loads((path / _REPORT).read_bytes())["corpus"]
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError):
        return path  # No run's.
    # A directory that was moved holds its corpus still.
    return path / "corpus" if (path / "corpus").exists() or not told else str(told)
