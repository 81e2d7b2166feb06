"""What a run will cost, told before it: records, calls and tokens, node by node."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil, prod

from dialoom.graph.check import Checked
from dialoom.graph.container import Container
from dialoom.graph.fields import FieldFlow
from dialoom.graph.graph import Graph
from dialoom.graph.node import Node, Shape
from dialoom.graph.recipe import Recipe


@dataclass(frozen=True, slots=True)
class NodePlan:
    """One node's share: records that come to it, calls that it makes, tokens of these calls if all are made."""

    node: str
    kind: str
    records: int
    least_calls: int
    most_calls: int
    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True, slots=True)
class RunPlan:
    """The whole. `money` counts the most calls and is None where a model has no price.

    `acceptance` is the share of records that is taken to be kept, and `kept` how many that makes: the target, where the
    recipe has one. `source_seeds` is how many seeds one reading of the source gives.

    Records and the most calls are counted as if every record came to each node, and went round a loop as often as its
    limits of visits allow; the least calls are those of nodes that no record can pass by.
    """

    seeds: int
    records: int
    nodes: list[NodePlan]
    money: float | None
    source_seeds: int
    target: int | None = None
    acceptance: float = 1.0

    @property
    def kept(self) -> int:
        return self.target if self.target is not None else round(self.records * self.acceptance)

    @property
    def least_calls(self) -> int:
        return sum(node.least_calls for node in self.nodes)

    @property
    def most_calls(self) -> int:
        return sum(node.most_calls for node in self.nodes)

    @property
    def prompt_tokens(self) -> int:
        return sum(node.prompt_tokens for node in self.nodes)

    @property
    def completion_tokens(self) -> int:
        return sum(node.completion_tokens for node in self.nodes)


def estimate(recipe: Recipe, checked: Checked, limit: int | None = None, acceptance: float = 1.0) -> RunPlan:
    """The plan of a run over the first `limit` seeds of a checked recipe, or over as many as its target takes.

    Args:
        acceptance: the share of records that is kept, more than 0.
    """
    limit = recipe.bounds.limit if limit is None else limit
    source_seeds = min(checked.seeds, limit) if limit is not None else checked.seeds
    seeds, target = source_seeds, recipe.bounds.target
    if target is not None and seeds:
        seeds = ceil(target / acceptance / max(1, records_per_seed(recipe)))
    nodes = []
    money: float | None = 0.0
    for part, node in _plans(checked.graph, {}, _Coming(seeds)):
        nodes.append(part)
        for model in (asked := list(node.asked().values())):
            price = recipe.models[model].price
            if price is None or money is None:
                money = None
            else:
                cost = part.prompt_tokens * price.input + part.completion_tokens * price.output
                money += cost / 1e6 / len(asked)
    return RunPlan(seeds, seeds * records_per_seed(recipe), nodes, money, source_seeds, target, acceptance)


@dataclass(frozen=True, slots=True)
class _Coming:
    """What comes to a graph: records, how often each at most, whether all surely do, and whether edges are walked."""

    records: int
    times: int = 1
    surely: bool = True
    prefix: str = ""
    edges: bool = True


def _plans(graph: Graph, shapes: Mapping[str, Shape], coming: _Coming) -> Iterator[tuple[NodePlan, Node]]:
    """The share of each node in the order written, of those inside others instead of that of the ones around them."""
    flow = FieldFlow(graph, shapes)
    records = coming.records
    for name, node in graph.nodes.items():
        at = flow.at(name)
        times = coming.times * (node.visits if graph.in_loop(name) else 1)
        # Nodes side by side have no edges, and all of them are visited.
        avoidable = coming.edges and graph.avoidable(name)
        surely = coming.surely and node.when is None and not avoidable
        work = node.work(at)
        if isinstance(node, Container) and node.nodes:
            inner = _Coming(records, times, surely, f"{coming.prefix}{name}/", node.walked)
            yield from _plans(graph.inside(name), node.enters(at), inner)
        else:
            most = work.most * records * times
            plan = NodePlan(
                node=coming.prefix + name,
                kind=node.kind,
                records=records,
                least_calls=work.least * records if surely else 0,
                most_calls=most,
                prompt_tokens=most * work.prompt_tokens,
                completion_tokens=most * work.completion_tokens,
            )
            yield plan, node
        records *= work.children


def records_per_seed(recipe: Recipe) -> int:
    """How many records one seed becomes, roughly, told without a check."""
    flow = FieldFlow(Graph(recipe.nodes), ())
    return prod(node.work(flow.at(name)).children for name, node in recipe.nodes.items())
