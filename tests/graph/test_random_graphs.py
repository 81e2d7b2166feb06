"""Any graph: either check finds a problem, or every record's walk comes to an end."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dialoom
from dialoom.errors import RecipeError

NAMES = ["a", "b", "c", "d"]
conditions = st.sampled_from(["n < 3", "n % 2 == 0", "n > 100", "n >= 0", "missing is defined"])
edges = st.fixed_dictionaries(
    {"to": st.sampled_from([*NAMES, "end", "reject", "nowhere"])}, optional={"if": conditions}
)
functions = st.sampled_from(["count", "double", "none"])
nodes = st.fixed_dictionaries(
    {"next": st.lists(edges, max_size=3), "visits": st.integers(1, 3), "call": functions},
    optional={"when": conditions},
)
graphs = st.lists(nodes, min_size=1, max_size=len(NAMES))


def count(n: int) -> dict[str, Any]:
    return {"n": n + 1}


def double(n: int) -> list[dict[str, Any]]:
    # Bounded, since a loop that doubles at each visit is a legal way to many records.
    return [{"n": n + 1}, {"n": n + 2}] if n < 3 else [{"n": n + 1}]


def none(n: int) -> None:
    return None


FUNCTIONS = {"count": count, "double": double, "none": none}


@given(graphs)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_checked_graph_ends(graph: list[dict[str, Any]]) -> None:
    recipe = dialoom.Recipe("g", source=[{"n": 0}, {"n": 1}])
    for name, node in zip(NAMES, graph, strict=False):
        recipe.add(name, "function", **{**node, "call": FUNCTIONS[node["call"]]}, fields=["n", name])
    with tempfile.TemporaryDirectory() as folder:
        try:
            report = dialoom.run(recipe, Path(folder))
        except RecipeError:
            # Found before anything was made.
            assert not list(Path(folder).iterdir())
            return
    counts = report.counts
    assert report.status == "finished", report.why
    assert (counts.pending, counts.failed, counts.seeds_done) == (0, 0, 2), report.reasons
    assert counts.records >= 2


def test_a_loop_goes_round_until_its_condition_or_its_limit() -> None:
    def ending(condition: str, visits: int) -> tuple[int, int]:
        recipe = dialoom.Recipe("g", source=[{"n": 0}])
        recipe.add("a", "function", call=count, fields=["n"], visits=visits)
        recipe.add(
            "b", "function", call=none, next=[{"if": condition, "to": "a"}, {"if": "n > 4", "to": "end"}, "reject"]
        )
        with tempfile.TemporaryDirectory() as folder:
            report = dialoom.run(recipe, Path(folder))
        return report.counts.kept, report.counts.rejected

    assert ending("n < 5", 10) == (1, 0)
    assert ending("n < 5", 3) == (0, 1)
    assert ending("n < 2", 10) == (0, 1)
