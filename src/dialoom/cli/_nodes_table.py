"""What the calls of each node cost, as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

from dialoom.cli import _numbers as numbers
from dialoom.cli._fitted import fitted

_ROOM = {"tokens in": 86, "model": 96, "p99": 106, "from ledger": 118}


def nodes_table(nodes: Sequence[Mapping[str, Any]], width: int) -> Table:
    """One line a node and model, from `nodes` of run.json, which is not empty."""
    rows = [
        {
            "node": node["node"],
            "model": node["model"],
            "calls": numbers.count(node["calls"]),
            "from ledger": numbers.count(node["ledger_hits"]),
            "tokens in": numbers.count(node["prompt_tokens"]),
            "tokens out": numbers.count(node["completion_tokens"]),
            **{name: numbers.seconds(node[name]) for name in ("p50", "p95", "p99")},
            "retries": numbers.count(node["retries"]),
            "money": numbers.money(node["money"]),
        }
        for node in nodes
    ]
    return fitted(rows, width, _ROOM, left=("node", "model"))
