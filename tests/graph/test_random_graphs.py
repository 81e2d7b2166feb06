"""Any graph: either check finds a problem, or every record's walk comes to an end."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dialoom
from dialoom.engine.rejects import read_rejects
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


FUNCTIONS: dict[str, Callable[[int], Any]] = {"count": count, "double": double, "none": none}


def wrong(n: int) -> None:
    if n % 3 == 0:
        raise ValueError(f"{n} is a multiple of three")


def refused(n: int) -> None:
    if n % 5 == 0:
        raise dialoom.Rejected("a multiple of five")


FUNCTIONS |= {"wrong": wrong, "refused": refused}


@given(graphs)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_checked_graph_ends(graph: list[dict[str, Any]]) -> None:
    recipe = dialoom.Recipe("g", source=[{"n": 0}, {"n": 1}])
    for name, node in zip(NAMES, graph, strict=False):
        recipe.add(name, "function", **{**node, "call": FUNCTIONS[node["call"]]}, fields=["n", name])
    run_to_its_end(recipe)


hooks = st.sampled_from(
    [{"set": {"m": "{{ n * 2 }}"}}, {"set": {"n": "{{ n + 1 }}"}}, {"call": wrong, "fields": []}, {"call": refused}]
)
others = st.sampled_from(
    [
        {"kind": "set", "fields": {"n": "{{ n + 1 }}"}},
        {"kind": "sample", "fields": {"n": "{{ n }}", "s": {"x": 2, "y": 1}}},
        {"kind": "persona", "fields": {"name": ["Ana", "Tom"], "age": "{{ n + 18 }}"}},
        {"kind": "combine", "from": "l"},
        {"kind": "say", "turns": [{"Ana": "{{ n }}"}]},
    ]
)


def hooked(node: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """A node with something done before or after it, now and then."""
    around = st.fixed_dictionaries({}, optional={"before": hooks, "after": st.lists(hooks, max_size=2)})
    return st.one_of(node, st.builds(lambda one, rest: {**one, **rest}, node, around))


def step(calls: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    """A node of the kind `function`."""
    return st.builds(
        lambda call, rest: {"kind": "function", "call": FUNCTIONS[call], "fields": ["n"], **rest},
        st.sampled_from(calls),
        st.fixed_dictionaries({}, optional={"when": conditions, "visits": st.integers(1, 3)}),
    )


def beside(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Nodes side by side; those that write one field, or make records, have to be found by check."""
    own = step(["none", "wrong", "refused"]).map(lambda node: {**node, "fields": []})
    branches = st.dictionaries(st.sampled_from(NAMES), st.one_of(own, own, inner), min_size=2, max_size=3)
    return st.builds(lambda nodes: {"kind": "parallel", "nodes": nodes}, branches)


def within(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Nodes in one, with fields of their own or without."""
    ways = st.fixed_dictionaries({}, optional={"in": st.just(["n"]), "out": st.sampled_from([["n"], {"m": "n"}])})
    return st.builds(lambda nodes, way: {"kind": "subgraph", "nodes": nodes, **way}, walked(inner), ways)


@st.composite
def walked(draw: st.DrawFn, node: st.SearchStrategy[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Nodes with edges between them, forwards and backwards, now and then to nowhere or without a way out."""
    names = NAMES[: draw(st.integers(1, 3))]
    to = st.sampled_from([*names, "end", "end", "reject"])
    nodes = {}
    for name in names:
        ways = draw(st.lists(st.fixed_dictionaries({"if": conditions, "to": to}), max_size=2))
        last = draw(st.sampled_from([None, None, None, "end", "reject", *names, "nowhere"]))
        nodes[name] = {**draw(node), "next": [*ways, *([{"to": last}] if last else [])]}
    return nodes


steps = hooked(st.one_of(step(list(FUNCTIONS)), others))
kinds = st.recursive(steps, lambda inner: hooked(st.one_of(beside(inner), within(inner))), max_leaves=5)


@given(walked(kinds))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_nodes_within_nodes_end_too(nodes: dict[str, dict[str, Any]]) -> None:
    try:
        recipe = dialoom.Recipe("g", source=[{"n": 0, "l": [1, 2]}, {"n": 1, "l": [1, 2, 3]}], nodes=nodes)
    except RecipeError:
        return
    run_to_its_end(recipe)


def run_to_its_end(recipe: dialoom.Recipe) -> None:
    """Run it in memory of two seeds, unless check finds it wrong; all counts must add up."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            report = dialoom.run(recipe, Path(folder))
        except RecipeError:
            # Found before anything was made.
            assert not list(Path(folder).iterdir())
            return
        left = Counter(state for state, _ in read_rejects(Path(folder) / "rejects"))
        corpus = Path(folder) / "corpus"
        kept = dialoom.Corpus.open(corpus).count() if corpus.exists() else 0
    counts = report.counts
    assert report.status == "finished", report.why
    assert (counts.pending, counts.seeds_done) == (0, 2), report.reasons
    assert (counts.kept, counts.rejected, counts.failed) == (kept, left["rejected"], left["failed"])
    assert counts.kept + counts.rejected + counts.failed == counts.records >= 2


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
