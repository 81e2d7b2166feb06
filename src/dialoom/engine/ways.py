"""How many records of a run took each way through its graph, read from the trails that they left."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from dialoom.corpus import Corpus
from dialoom.engine.rejects import read_rejects
from dialoom.engine.rundir import RunDirectory, require_run
from dialoom.graph.container import Container
from dialoom.graph.drawing.picture import CORPUS, GATE, SOURCE, START, Counted, Step, rejects_of
from dialoom.graph.graph import END, Graph

_RUN = "SELECT seed, lineage FROM dialogues WHERE run = '{run}'"
_AT = "rejected at "


@dataclass(frozen=True, slots=True)
class _Trail:
    """What a record left: its seed, its path, and how it ended."""

    seed: str
    path: Sequence[str]
    state: str = "kept"
    node: str = ""
    reasons: Sequence[str] = ()


def count_ways(graph: Graph, folder: Path) -> Counted:
    """The counts of a run's directory, of what it holds by now. Raises UsageError where there was no run."""
    require_run(folder)
    return counted(graph, _trails(RunDirectory(folder)))


def counted(graph: Graph, trails: Iterable[_Trail]) -> Counted:
    """The counts of some trails.

    Records that come from one share the beginning of their trails, which counts once. A trail names no edges, so a way
    is that from one visit to the next.
    """
    ways: Counter[tuple[str, str, str]] = Counter()
    lost: defaultdict[Step, Counter[str]] = defaultdict(Counter)
    shared: set[int] = set()
    elsewhere = 0
    for trail in trails:
        try:
            taken = list(_ways(graph, trail))
        except KeyError:
            elsewhere += 1
            continue
        last_branch = max((number for number, visit in enumerate(trail.path) if visit.endswith("]")), default=-1)
        so_far = [hash(trail.seed)]
        for visit in trail.path:
            so_far.append(hash((so_far[-1], visit)))
        for number, way in taken:
            # Only before the last branching is anything shared.
            key = hash((so_far[number], way))
            if number > last_branch or key not in shared:
                ways[way] += 1
                if number <= last_branch:
                    shared.add(key)
        if trail.state != "kept" and (where := _lost_at(graph, trail)) is not None:
            lost[where][trail.state] += 1
    return Counted(ways, lost, elsewhere)


def _trails(directory: RunDirectory) -> Iterator[_Trail]:
    report = directory.read_report()
    corpus = report.get("corpus") or directory.corpus
    run = str(report.get("run", "")).replace("'", "''")
    if "://" in str(corpus) or Path(corpus).exists():
        kept = Corpus.open(corpus).query(_RUN.format(run=run))
        for seed, lineage in zip(*(column.to_pylist() for column in kept.columns), strict=True):
            yield _Trail(seed or "", orjson.loads(lineage or "{}").get("path", ()))
    for state, line in read_rejects(directory.rejects):
        told = line["record"].get("lineage", {})
        yield _Trail(line["seed"] or "", told.get("path", ()), state, line["node"], line["reasons"])


def _ways(graph: Graph, trail: _Trail) -> Iterator[tuple[int, tuple[str, str, str]]]:
    """Each way with the number of visits before it, which say whose it is. Raises KeyError for a node unknown."""
    last: dict[str, str] = {"": SOURCE}
    for number, visit in enumerate(trail.path):
        full = _named(visit)
        scene, _, name = full.rpartition("/")
        node = graph.node(full)
        if scene and not _walked(graph, scene):
            yield number, (scene, START, name)
            if trail.node != full and not trail.node.startswith(f"{full}/"):
                yield number, (scene, name, END)
        else:
            yield from _leaving(graph, scene, last, number)
            yield number, (scene, last[scene], name)
            last[scene] = name
        if isinstance(node, Container):
            last[full] = START
    rejected_here = _edge_out(graph, trail)
    at_end = len(trail.path)
    if rejected_here is not None:
        yield at_end, rejected_here
    elif trail.state == "kept" or _of_gate(graph, trail):
        yield from _leaving(graph, "", last, at_end)
        yield at_end, ("", last[""], GATE)
        yield at_end, ("", GATE, CORPUS if trail.state == "kept" else rejects_of(GATE))


def _leaving(graph: Graph, scene: str, last: dict[str, str], number: int) -> Iterator[tuple[int, tuple[str, str, str]]]:
    """The ways out of the nodes that a record was inside of when it goes on in a scene, the innermost first."""
    inner = f"{scene}/{last[scene]}" if scene else last[scene]
    if inner in last:
        yield from _closing(graph, inner, last, number)


def _closing(graph: Graph, inner: str, last: dict[str, str], number: int) -> Iterator[tuple[int, tuple[str, str, str]]]:
    within = [full for full in last if full and full.rpartition("/")[0] == inner]
    for full in within:
        yield from _closing(graph, full, last, number)
    name = last.pop(inner)
    if name != START and _walked(graph, inner):
        yield number, (inner, name, END)


def _walked(graph: Graph, full: str) -> bool:
    node = graph.node(full)
    return isinstance(node, Container) and node.walked


def _edge_out(graph: Graph, trail: _Trail) -> tuple[str, str, str] | None:
    """The way to the rejects, where an edge rejected the record."""
    said = trail.reasons[0] if trail.reasons else ""
    if trail.state != "rejected" or not said.startswith(f"{_AT}{trail.node}"):
        return None
    scene, _, name = trail.node.rpartition("/")
    condition = said.removeprefix(f"{_AT}{trail.node}").removeprefix(": ")
    return scene, name, rejects_of(name, condition)


def _of_gate(graph: Graph, trail: _Trail) -> bool:
    return _lost_at(graph, trail) is None


def _lost_at(graph: Graph, trail: _Trail) -> Step | None:
    """The node that a record was lost at; None where that is the gate, or an edge that rejects."""
    try:
        graph.node(trail.node)
    except KeyError:
        return None
    scene, _, name = trail.node.rpartition("/")
    return None if _edge_out(graph, trail) is not None else (scene, name)


def _named(visit: str) -> str:
    """`subtopic[0]` and `plan (skipped)` are visits of `subtopic` and `plan`."""
    return visit.partition("[")[0].partition(" ")[0]
