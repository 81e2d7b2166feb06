"""The way that a record went, read back from a run's directory: its nodes, prompts, answers and end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson

from dialoom.corpus import Corpus
from dialoom.dialogue import Dialogue
from dialoom.engine.rejects import read_rejects
from dialoom.engine.rundir import RunDirectory
from dialoom.graph.recipe import Recipe
from dialoom.graph.record import fields_of
from dialoom.models import ReadLedger
from dialoom.models.chat import read_completion
from dialoom.models.thoughts import apart


@dataclass(slots=True)
class Call:
    """A prompt as it was sent, its answer, and what was thought before it, where that is told apart."""

    messages: list[dict[str, Any]]
    answer: str
    tokens: int
    seconds: float
    thoughts: str | None = None


@dataclass(slots=True)
class Step:
    """A node's visit: its calls, what else it noted, and the fields it wrote where it made no call."""

    node: str
    kind: str
    calls: list[Call] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    wrote: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Trail:
    """A record's way. `state` is kept, rejected or failed."""

    dialogue: Dialogue
    steps: list[Step]
    state: str
    reasons: list[str]

    def ending(self) -> str:
        """How it ended, in a line."""
        return f"{self.state}: {'; '.join(self.reasons)}" if self.reasons else self.state

    def to_json(self) -> dict[str, Any]:
        return {
            "state": self.state,
            "reasons": self.reasons,
            "steps": [asdict(step) for step in self.steps],
            "dialogue": orjson.loads(self.dialogue.to_json()),
        }


def trails(folder: Path, recipe: Recipe) -> Iterator[Trail]:
    """The ways of all records of a run that came to an end, in the order of the source."""
    directory = RunDirectory(folder)
    ended = [(dialogue, "kept", list[str]()) for dialogue in Corpus.open(directory.corpus).dialogues()]
    for state, line in read_rejects(directory.rejects):
        ended.append((Dialogue.model_validate(line["record"]), state, line["reasons"]))
    ledger = ReadLedger(directory.ledger)
    try:
        for dialogue, how, reasons in sorted(ended, key=lambda end: end[0].lineage.position):
            yield Trail(dialogue, _steps(dialogue, recipe, ledger), how, reasons)
    finally:
        ledger.close()


def _steps(dialogue: Dialogue, recipe: Recipe, ledger: ReadLedger) -> list[Step]:
    # `subtopic[0]` and `plan (skipped)` are visits of `subtopic` and `plan`.
    names = [visit.partition("[")[0].partition(" ")[0] for visit in dialogue.lineage.path]
    nodes = {part.name: part.node for part in recipe.parts() if not part.hook}
    steps = [Step(visit, nodes[name].kind) for visit, name in zip(dialogue.lineage.path, names, strict=True)]
    at = dict(zip(reversed(names), reversed(steps), strict=True))
    here = 0
    for key in dialogue.lineage.calls:
        entry = ledger.get(key)
        if entry is not None and entry.node in at:
            # Calls are in the order of the visits, so in a loop each goes with the next visit of its node.
            here = next((place for place in range(here, len(names)) if names[place] == entry.node), here)
            answer = apart(read_completion(entry.answer, entry.latency))
            messages = orjson.loads(entry.request)["messages"]
            call = Call(messages, answer.shown, answer.completion_tokens, answer.latency, answer.reasoning)
            (steps[here] if names[here] == entry.node else at[entry.node]).calls.append(call)
    for event in dialogue.lineage.events:
        if event.node in at:
            detail = ", ".join(f"{name}: {value}" for name, value in event.detail.items())
            at[event.node].events.append(f"{event.what} ({detail})" if detail else event.what)
    fields = fields_of(dialogue) | dialogue.tags
    for name, step in zip(names, steps, strict=True):
        if not step.calls:
            step.wrote = {field: fields[field] for field in nodes[name].writes() if field in fields}
    return steps
