"""The tables beside the dialogues, as a query sees them."""

from __future__ import annotations

import re

from dialoom.corpus import tables
from dialoom.corpus._lance import Location
from dialoom.corpus._sql import Source
from dialoom.corpus.tables import TABLES

# `tags` is a column of the dialogues too, so the word alone does not make a table meant.
_MEANT = re.compile(r'(?:\b(?:from|join|describe|summarize|show|pivot|unpivot)\b|,)\s*"?(\w+)')


def beside(location: Location, sql: str) -> dict[str, Source]:
    """The tables that a statement reads from, by name; one that was never written is empty."""
    meant = set(_MEANT.findall(sql.lower()))
    if "tables" in meant:
        meant |= TABLES.keys()
    found: dict[str, Source] = {}
    for name in sorted(meant & TABLES.keys()):
        table = tables.opened(location, name)
        found[name] = tables.read(location, name) if table is None else table
    return found
