"""The same records made by several models, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from dialoom.cli import _numbers
from dialoom.cli._console import visible
from dialoom.cli._conversation import shortened, shown
from dialoom.cli._trail import Step, Trail

if TYPE_CHECKING:
    from dialoom.engine import Report
    from dialoom.graph.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Look:
    """What a preview with one model brought: its name as given, the ways of its records, and the run's numbers."""

    model: str
    found: list[Trail]
    numbers: dict[str, Any]
    report: Report

    def to_json(self) -> dict[str, Any]:
        return {"model": self.model, "records": [trail.to_json() for trail in self.found], "run": self.numbers}


def with_model(recipe: Recipe, choice: str) -> None:
    """Let a recipe's nodes ask another model.

    Args:
        choice: a model as a recipe writes it, or the name of one of its own, for all nodes; or NAME=MODEL for those
            that ask NAME.

    Raises UnknownModel.
    """
    from dialoom.models import parse_model

    name, equals, given = choice.partition("=")
    names = [name] if equals and name in recipe.models else list(recipe.models)
    wanted = given if equals and name in recipe.models else choice
    # A price and an endpoint of its own go with a model that the recipe knows.
    model = recipe.models[wanted] if wanted in recipe.models else parse_model(wanted)
    recipe.models = {**recipe.models, **dict.fromkeys(names, model)}


def show_side_by_side(console: Console, looks: Sequence[Look]) -> None:
    """A table for each record, with a column for each model and what its nodes asked, answered and wrote."""
    for number in range(max((len(look.found) for look in looks), default=0)):
        trails = [look.found[number] if number < len(look.found) else None for look in looks]
        table = Table(title=f"record {number + 1}", title_justify="left", title_style="bold", show_lines=True)
        table.add_column("node", style="bold", overflow="fold")
        for look in looks:
            table.add_column(visible(look.model), overflow="fold", ratio=1)
        for place in range(max((len(trail.steps) for trail in trails if trail), default=0)):
            steps = [trail.steps[place] if trail and place < len(trail.steps) else None for trail in trails]
            _add_step(table, steps)
        table.add_row("end", *(Text(visible(trail.ending()) if trail else "-", style="bold") for trail in trails))
        console.print(table)
    for look in looks:
        numbers = look.numbers
        told = f"{_numbers.count(numbers['calls'])} calls, {_numbers.count(numbers['tokens'])} tokens"
        why = f": {look.report.error}" if look.report.error is not None else ""
        console.print(Text(visible(f"{look.model}: {told}, {_numbers.duration(numbers['seconds'])}{why}")))


def _add_step(table: Table, steps: Sequence[Step | None]) -> None:
    names = list(dict.fromkeys(step.node for step in steps if step))
    prompts = [_prompt(step) for step in steps]
    # A prompt that is the same for all says nothing of them, and is shown once.
    alike = len({prompt for prompt in prompts if prompt}) == 1
    head = Text(visible("\n".join(names)))
    if alike:
        head.append("\n" + shortened(visible(next(filter(None, prompts)))), style="dim not bold")
    cells = []
    for step, prompt in zip(steps, prompts, strict=True):
        cell = Text()
        if not alike and prompt:
            cell.append(shortened(visible(prompt)) + "\n", style="dim")
        cell.append("\n".join(_answers(step)), style="green")
        cells.append(cell)
    table.add_row(head, *cells)


def _prompt(step: Step | None) -> str:
    return str(step.calls[0].messages[-1]["content"]) if step and step.calls else ""


def _answers(step: Step | None) -> list[str]:
    if step is None:
        return ["-"]
    said = [visible(call.answer) for call in step.calls]
    wrote = [f"{name} = {shortened(visible(shown(value)))}" for name, value in step.wrote.items()]
    return [*said, *map(visible, step.events), *wrote]
