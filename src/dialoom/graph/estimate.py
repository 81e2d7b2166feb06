"""What a run will cost, told before it: records, calls and tokens, node by node."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, prod

from dialoom.graph.check import Checked
from dialoom.graph.fields import FieldFlow
from dialoom.graph.graph import Graph
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

    Nodes behind a condition are counted as if every record came to them; the most calls count a loop as often as its
    limits of visits allow.
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
    records = seeds
    nodes = []
    flow = FieldFlow(checked.graph, ())
    money: float | None = 0.0
    for name, node in recipe.nodes.items():
        work = node.work(flow.at(name))
        least = 0 if node.when is not None else work.least * records
        visits = node.visits if checked.graph.in_loop(name) else 1
        most = work.most * records * visits
        part = NodePlan(
            node=name,
            kind=node.kind,
            records=records,
            least_calls=least,
            most_calls=most,
            prompt_tokens=most * work.prompt_tokens,
            completion_tokens=most * work.completion_tokens,
        )
        nodes.append(part)
        asked = list(node.models().values())
        for model in asked:
            price = recipe.models[model].price
            if price is None or money is None:
                money = None
            else:
                cost = part.prompt_tokens * price.input + part.completion_tokens * price.output
                money += cost / 1e6 / len(asked)
        records *= work.children
    return RunPlan(seeds, records, nodes, money, source_seeds, target, acceptance)


def records_per_seed(recipe: Recipe) -> int:
    """How many records one seed becomes, roughly, told without a check."""
    flow = FieldFlow(Graph(recipe.nodes), ())
    return prod(node.work(flow.at(name)).children for name, node in recipe.nodes.items())
