"""A step of a graph: what it says of itself before a run, and what it does to a record."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, SerializeAsAny

from dialoom.errors import DialoomError
from dialoom.graph.context import Context
from dialoom.graph.edge import Edges
from dialoom.graph.record import Record
from dialoom.graph.template import Condition, Template
from dialoom.models.plain_numbers import PlainNumbers
from dialoom.quality import ColumnType

Fields = dict[str, Any]
# A JSON schema of what a field will hold; {} where nothing is known.
Shape = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Children:
    """A node's result that goes on as several records, each with these fields beside the parent's.

    Attributes:
        calls: for each of them, the ledger keys of what this node asked for it; left out, each has all that was asked.
    """

    fields: list[Fields]
    calls: Sequence[Sequence[str]] | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """What a node costs for each record, as told before a run.

    Attributes:
        least, most: calls to a model.
        children: records that come out, as many as asked for.
        prompt_tokens, completion_tokens: of one call, roughly.
    """

    least: int = 0
    most: int = 0
    children: int = 1
    prompt_tokens: int = 0
    completion_tokens: int = 0


def _as_hooks(value: Any) -> Any:
    """What is written under `before` and `after` as nodes: a function by its name, or fields that are set."""
    # They live a room above, and are found by name.
    from dialoom.graph.kinds import KINDS

    built = []
    for hook in value if isinstance(value, list) else [value]:
        if isinstance(hook, Node):
            built.append(hook)
        elif isinstance(hook, str) or callable(hook):
            built.append(KINDS.load("function").model_validate({"kind": "function", "call": hook}))
        elif isinstance(hook, Mapping) and set(hook) == {"set"}:
            built.append(KINDS.load("set").model_validate({"kind": "set", "fields": hook["set"]}))
        elif isinstance(hook, Mapping) and "call" in hook:
            built.append(KINDS.load("function").model_validate({"kind": "function", **hook}))
        else:
            raise ValueError("expected file.py:name, {set: {FIELD: TEMPLATE}}, or a list of such")
    return built


Hooks = Annotated[
    list[SerializeAsAny["Node"]],
    BeforeValidator(_as_hooks, json_schema_input_type=str | dict[str, Any] | list[str | dict[str, Any]]),
]


class Node(PlainNumbers, ABC):
    """Base of all node kinds: the fields are what a recipe may write, `run` is what happens to a record.

    A node holds no state of a run: the same instance serves all records at once.
    """

    model_config = ConfigDict(extra="forbid", populate_by_name=True, arbitrary_types_allowed=True)

    kind: str = Field(description="What this node does.")
    into: str | None = Field(default=None, description="The field it writes; left out, the node's own name.")
    next: Edges = Field(default_factory=list, description="Where to go next; left out, the next node in the recipe.")
    when: Condition | None = Field(default=None, description="Skip this node where the expression is false.")
    visits: int = Field(default=10, ge=1, description="In a loop: how often a record may come here.")

    before: Hooks = Field(
        default_factory=list,
        description="Done to the record's fields before a visit: `file.py:name`, {set: {FIELD: TEMPLATE}}, or a list.",
    )
    after: Hooks = Field(default_factory=list, description="As `before`, done after each visit.")

    _name: str = PrivateAttr(default="")
    _closing: bool = PrivateAttr(default=False)
    _called: Mapping[str, str] = PrivateAttr(default_factory=dict)

    @property
    def name(self) -> str:
        """The node's key in the recipe."""
        return self._name

    @cached_property
    def field(self) -> str:
        """The field that it writes."""
        return self.into or self._name

    def named(self, name: str) -> Node:
        """Give the node its name; done once, when a recipe takes it."""
        self._name = name
        self.__dict__.pop("field", None)
        for hook in (*self.before, *self.after):
            hook.named(self.field)
        return self

    @property
    def closing(self) -> bool:
        """Whether every record that comes to an end goes through it first."""
        return self._closing

    def close(self) -> Node:
        """Let every record that comes to an end go through it first."""
        self._closing = True
        return self

    def templates(self) -> Iterable[tuple[str, Template]]:
        """(where in the node, template) for all prompts and conditions in it, those of its edges apart."""
        yield from _templates(self, "")

    def provides(self) -> frozenset[str]:
        """Variables that this node itself puts into its templates."""
        return frozenset()

    def makes_records(self) -> bool:
        """Whether one record becomes several at it."""
        return False

    def reads_own(self) -> frozenset[str]:
        """Where in the node the templates are that read what it has written."""
        return frozenset()

    def writes(self) -> Mapping[str, Shape]:
        """The fields that it writes and what is known of their values."""
        return {self.field: {}}

    def draws(self) -> Mapping[str, Shape]:
        """The fields that `for_record` writes."""
        return {}

    def for_record(self, record: Record, context: Context) -> tuple[Node, Fields]:
        """The node as it is for this record, where that is drawn, and the fields that say so.

        Raises RecordError where it cannot be told.
        """
        return self, {}

    def written(self, shapes: Mapping[str, Shape]) -> Mapping[str, Shape]:
        """As `writes`, given the shapes of the fields that reach it."""
        return self.writes()

    def known_at(self, shapes: Mapping[str, Shape]) -> Mapping[str, Shape]:
        """The fields that are there when it runs, given those that reach it: what `before` writes is among them."""
        return {**shapes, **{name: shape for hook in self.before for name, shape in hook.writes().items()}}

    def known_after(self, shapes: Mapping[str, Shape]) -> Mapping[str, Shape]:
        """The fields that are there when it is over, given those that reach it."""
        known = self.known_at(shapes)
        after = {name: shape for hook in self.after for name, shape in hook.writes().items()}
        # What was drawn before is gone on with, and is told more closely there.
        drawn = {name: shape for name, shape in self.draws().items() if "enum" not in known.get(name, {})}
        return {**known, **drawn, **self.written(known), **after}

    def tags(self) -> frozenset[str]:
        """Those of the fields that it writes which are tags of the dialogue and no content."""
        return frozenset()

    def columns(self) -> Mapping[str, ColumnType]:
        """What quality rules may name of these tags: `judge.coherence`, with its type. Known once it is prepared."""
        return {}

    def needs(self) -> Mapping[str, str]:
        """Fields that it reads other than through templates, with the place in the node that says so."""
        return {}

    def files(self) -> Iterable[Path]:
        """The files beside the recipe whose content can alter what it does."""
        return [path for name in type(self).model_fields for path in _paths(getattr(self, name))]

    def code(self) -> str:
        """The source of functions that it was given in Python, which can alter what it does as a file's content can."""
        return ""

    def models(self) -> Mapping[str, str]:
        """The models that it asks: {where in the node: model name}, by their names where it was written."""
        return {}

    def asked(self) -> Mapping[str, str]:
        """The models that it asks: {where in the node: model name}, by their names in the outermost recipe."""
        return {where: self.called(name) for where, name in self.models().items()}

    def called(self, model: str) -> str:
        """A model's name in the outermost recipe, given its name where the node was written."""
        return self._called_kept.get(model, model)

    @cached_property
    def _called_kept(self) -> Mapping[str, str]:
        # Kept, as each call asks, and pydantic takes a while over private attributes.
        return self._called

    def calls(self, names: Mapping[str, str]) -> Node:
        """Tell it what models are called in the outermost recipe that are called otherwise where it was written.

        Its own fields keep the names as written: they are weights, keys of answers, and values of the field `model`.
        """
        self._called = dict(names)
        self.__dict__.pop("_called_kept", None)
        return self

    def work(self, shapes: Mapping[str, Shape]) -> Work:
        """What it costs for each record, given the shapes of the fields that reach it."""
        return Work()

    def prepare(self, folder: Path) -> None:
        """Read what it needs from disk. Raises DialoomError (its field names the place in the node) if it cannot."""

    def problems(self, shapes: Mapping[str, Shape]) -> Iterable[DialoomError]:
        """What is wrong with it beyond its fields' types, given the shapes of the fields that reach it."""
        return ()

    @abstractmethod
    async def run(self, record: Record, context: Context) -> Fields | Children:
        """The fields to merge into the record, or the records that it becomes.

        Raises RecordError if it cannot be done for this record, Rejected if the record should end here.
        """


def _paths(value: Any) -> list[Path]:
    if isinstance(value, Path):
        return [value]
    if isinstance(value, Node):
        # A node inside speaks for itself.
        return []
    if isinstance(value, BaseModel):
        # A part that names files in its own way says which they are.
        told = getattr(value, "files", None)
        names = type(value).model_fields
        return list(told()) if callable(told) else [path for name in names for path in _paths(getattr(value, name))]
    if isinstance(value, Mapping):
        return [path for item in value.values() for path in _paths(item)]
    if isinstance(value, list):
        return [path for item in value for path in _paths(item)]
    return []


def _templates(value: Any, where: str) -> Iterable[tuple[str, Template]]:
    if isinstance(value, Template):
        yield where, value
    elif isinstance(value, Node) and where:
        # A node inside speaks for itself.
        return
    elif isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            if name != "next":
                written = field.alias or name
                yield from _templates(getattr(value, name), f"{where}.{written}" if where else written)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _templates(item, f"{where}.{key}")
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from _templates(item, f"{where}[{index}]")
