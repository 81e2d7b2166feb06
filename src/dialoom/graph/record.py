"""What travels through a graph: named fields, and the trail they leave."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from dialoom.dialogue import Dialogue, Event, Lineage

# Record fields that are fields of a dialogue; all others are kept in Dialogue.fields.
_LIFTED = ("topic", "scenario", "personas", "style", "plan", "summary")


def digest(*parts: object) -> str:
    """A short, stable name for some values: 16 hex digits."""
    return blake2b("\x1f".join(map(str, parts)).encode(), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class Frame:
    """What a record had when it went into a subgraph, to be taken up again when it leaves.

    Attributes:
        node: the subgraph, by its full name.
        fields, tags: as they were outside.
        given: the fields as they were at its start inside.
        visits: how often it had come to each node by then.
    """

    node: str
    fields: dict[str, Any]
    tags: frozenset[str]
    given: dict[str, Any]
    visits: dict[str, int]


@dataclass(slots=True)
class Record:
    """The named fields that travel through a graph, with their lineage.

    Attributes:
        id: the same in every run of the same source, whatever the concurrency.
        seed: id of the seed record it descends from.
        position: index of the seed in the source, then of each child taken.
        tags: the fields that are tags of the dialogue.
        visits: how often it has come to each node.
        seconds: what its calls and functions have taken in this run.
        frames: the subgraphs that it is in, the innermost last.
    """

    id: str
    seed: str
    fields: dict[str, Any]
    position: tuple[int, ...] = ()
    path: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)
    visits: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    frames: tuple[Frame, ...] = ()

    def child(self, node: str, index: int, fields: dict[str, Any], calls: Iterable[str] | None = None) -> Record:
        """The record that `node`, which is being visited, makes as its `index`-th out of this one.

        Args:
            calls: ledger keys of all that was asked for it; left out, what was asked for this one.
        """
        return Record(
            id=digest(self.id, node, self.visits.get(node, 0), index),
            seed=self.seed,
            fields=self.fields | fields,
            position=(*self.position, index),
            path=[*self.path[:-1], f"{node}[{index}]"],
            calls=list(self.calls if calls is None else calls),
            examples=list(self.examples),
            events=list(self.events),
            tags=set(self.tags),
            visits=dict(self.visits),
            frames=self.frames,
        )

    def enter(self, node: str, given: dict[str, Any]) -> None:
        """Go into a subgraph with these fields alone."""
        frame = Frame(node, self.fields, frozenset(self.tags), given, dict(self.visits))
        self.frames = (*self.frames, frame)
        self.fields, self.tags = dict(given), self.tags & given.keys()

    def leave(self, fields: dict[str, Any], tags: Iterable[str]) -> None:
        """Come out of the innermost subgraph, with these of its fields beside those from outside."""
        frame = self.frames[-1]
        self.frames = self.frames[:-1]
        self.fields, self.tags = frame.fields | fields, {*frame.tags, *tags}

    def surface(self) -> None:
        """Come out of all subgraphs at once, with all fields: it ended inside."""
        while self.frames:
            self.leave(self.fields, self.tags)

    def times(self, node: str) -> int:
        """How often it has come to a node since it entered the subgraph that it is in."""
        before = self.frames[-1].visits.get(node, 0) if self.frames else 0
        return self.visits.get(node, 0) - before

    def to_dialogue(self, recipe: str, recipe_hash: str) -> Dialogue:
        """The record as a dialogue.

        The turns are those of the field `dialogue`, or else of the last field that holds turns; fields of a dialogue go
        to their places, tags to `tags`, the rest to `fields`. Raises pydantic.ValidationError where a field does not
        have its type.
        """
        spoken = self._spoken()
        tags = {name: value for name, value in self.fields.items() if name in self.tags and name != spoken}
        rest = {name: value for name, value in self.fields.items() if name not in tags and name != spoken}
        lifted = {name: rest.pop(name) for name in _LIFTED if name in rest}
        turns = self.fields[spoken]["turns"] if spoken else []
        for name, kind in (("topic", str), ("scenario", str), ("style", str), ("summary", str), ("plan", dict)):
            if name in lifted and not isinstance(lifted[name], kind):
                rest[name] = lifted.pop(name)
        personas = lifted.get("personas")
        if personas is not None and not (
            isinstance(personas, list) and all(isinstance(p, dict) and isinstance(p.get("name"), str) for p in personas)
        ):
            rest["personas"] = lifted.pop("personas")
        return Dialogue.model_validate(
            {
                "id": self.id,
                "turns": turns,
                **lifted,
                "tags": tags,
                "fields": rest,
                "lineage": Lineage(
                    recipe=recipe,
                    recipe_hash=recipe_hash,
                    seed=self.seed,
                    path=self.path,
                    position=list(self.position),
                    calls=self.calls,
                    examples=self.examples,
                    events=self.events,
                ),
            }
        )

    def _spoken(self) -> str | None:
        holders = [
            name
            for name, value in self.fields.items()
            if isinstance(value, dict) and isinstance(value.get("turns"), list)
        ]
        return "dialogue" if "dialogue" in holders else (holders[-1] if holders else None)


def fields_of(dialogue: Dialogue) -> dict[str, Any]:
    """A dialogue as record fields, the inverse of `Record.to_dialogue`: how dialogues serve as seeds and examples."""
    fields: dict[str, Any] = dict(dialogue.fields)
    turns = [turn.model_dump(exclude_defaults=True) for turn in dialogue.turns]
    fields["dialogue"] = {"turns": turns, "script": dialogue.script()}
    for name in ("topic", "scenario", "style", "summary"):
        if getattr(dialogue, name) is not None:
            fields[name] = getattr(dialogue, name)
    if dialogue.personas:
        fields["personas"] = [persona.model_dump(exclude_none=True) for persona in dialogue.personas]
    if dialogue.plan is not None:
        fields["plan"] = dialogue.plan.model_dump(exclude_none=True)
    fields["source_id"] = dialogue.id
    return fields
