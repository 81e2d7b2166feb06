"""A dialogue policy as a node uses it: from a file or in the recipe, its speakers matched to those of the talk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from jinja2 import TemplateSyntaxError
from pydantic import BeforeValidator, ConfigDict, Field, PrivateAttr, model_validator

from dialoom.dialogue.policy import Policy, State, Walks, read_policy
from dialoom.dialogue.policy.policy import Weights
from dialoom.errors import DataError, DialoomError, Place, RecordError, nearest
from dialoom.graph.context import Context
from dialoom.graph.record import Record
from dialoom.graph.template import Template
from dialoom.models.plain_numbers import PlainNumbers
from dialoom.nodes._acts import instruction
from dialoom.nodes._cast import position
from dialoom.nodes._draw import place

# Quotas of the steering hooks have the numbers from 0 on.
_SERIES = 10


@dataclass(frozen=True, slots=True)
class Step:
    """One turn of a walk: its state, who speaks, the acts, and what the speaker is told."""

    state: str
    speaker: str
    acts: Sequence[str]
    say: Template


def _as_field(value: Any) -> Any:
    return {"file": value} if isinstance(value, (str, Path)) else value


class PolicyField(PlainNumbers):
    """A policy: its file, or its states in the recipe itself; and who of the talk plays which of its speakers."""

    model_config = ConfigDict(extra="forbid")

    file: Path | None = Field(default=None, description="A policy file, beside the recipe.")
    roles: dict[str, str] = Field(
        default_factory=dict,
        description="Which speaker of the talk is which of the policy, {user: Customer, assistant: Agent}; left out, "
        "by name, or else in order.",
    )
    quota: bool = Field(
        default=False, description="Spread the walks evenly over the records, and not by chance alone: less noise."
    )
    policy: str | None = Field(default=None, description="Its name.")
    about: str | None = Field(default=None, description="What it is of.")
    speakers: list[str] | None = Field(default=None, min_length=1, description="Who speaks in it, in order.")
    start: Weights | None = Field(default=None, description="How talks begin; left out, with the first state.")
    states: dict[str, State] | None = Field(default=None, min_length=1, description="The states by name.")

    _policy: Policy | None = PrivateAttr(default=None)
    _say: dict[str, Template] = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _one_of(self) -> PolicyField:
        if (self.file is None) == (self.states is None):
            raise ValueError("give either 'file' or 'states'")
        if self.file is not None and self.model_fields_set & {"policy", "about", "speakers", "start"}:
            raise ValueError("beside 'file' only 'roles' and 'quota' can be given: the rest is in the file")
        return self

    def load(self, folder: Path) -> None:
        """Read it. Raises DialoomError whose place is a field of this, or in the file."""
        if self.file is not None:
            self._policy = read_policy(folder / self.file)
        else:
            assert self.states is not None
            policy = Policy(start=self.start, speakers=self.speakers, states=self.states)
            for flaw in policy.flaws():
                raise DataError(flaw.what, place=Place(field=".".join(flaw.path)), remedy=flaw.remedy)
            self._policy = policy
        for name, state in self._policy.states.items():
            try:
                self._say[name] = Template(state.say or instruction(self._policy.acts(name)))
            except TemplateSyntaxError as error:
                place = Place(str(self.file) if self.file else None, field=f"states.{name}.say")
                raise DataError(f"the template does not parse: {error.message}", place=place) from error

    @property
    def loaded(self) -> Policy:
        """The policy, once it is loaded."""
        assert self._policy is not None
        return self._policy

    def templates(self) -> Iterable[tuple[str, Template]]:
        """The instructions of its states, once it is loaded."""
        for name, template in self._say.items():
            yield ("" if self.file is not None else f"states.{name}.say"), template

    def problems(self, least: int, most: int, speakers: Sequence[str] | None) -> Iterable[DialoomError]:
        """What is wrong with it in a talk of `least` to `most` turns by these speakers, as far as they are known."""
        if self._policy is None:
            return
        roles = self._policy.roles()
        for role in self.roles:
            if role not in roles:
                what = f"no speaker of the policy is called '{role}'"
                yield DialoomError(what, place=Place(field=f"roles.{role}"), remedy=nearest(role, roles))
        if speakers is not None:
            try:
                self.played_by(speakers)
            except RecordError as error:
                yield DialoomError(error.what, place=Place(field="roles"), remedy=error.remedy)
        try:
            Walks(self._policy, least, most)
        except DataError as error:
            yield DialoomError(error.what, remedy=error.remedy)

    def played_by(self, speakers: Sequence[str]) -> Mapping[str, str]:
        """Which speaker of the talk plays each of the policy's. Raises RecordError where that cannot be told."""
        roles = self.loaded.roles()
        found: dict[str, str] = {}
        for role in roles:
            at = position(self.roles.get(role, role), speakers)
            if at is None and role in self.roles:
                raise RecordError(f"no speaker is called '{self.roles[role]}'", remedy=f"one of {', '.join(speakers)}")
            if at is not None:
                found[role] = speakers[at]
        left = [speaker for speaker in speakers if speaker not in found.values()]
        for role in roles:
            if role not in found:
                if not left:
                    what = f"the policy has {len(roles)} speakers ({', '.join(roles)}), and the talk {len(speakers)}"
                    raise RecordError(what, remedy="match them by 'roles'")
                found[role] = left.pop(0)
        return found

    def walk(self, least: int, most: int, speakers: Sequence[str], record: Record, context: Context) -> list[Step]:
        """The turns of one talk, drawn by seed from the walks of `least` to `most` turns.

        Raises RecordError where there is none of such a length.
        """
        played = self.played_by(speakers)
        try:
            drawn = Walks(self.loaded, least, most).at(place("policy", _SERIES, self.quota, record, context))
        except DataError as error:
            raise RecordError(error.what, remedy=error.remedy) from error
        states = self.loaded.states
        return [Step(name, played[states[name].by], self.loaded.acts(name), self._say[name]) for name in drawn]


UsedPolicy = Annotated[PolicyField, BeforeValidator(_as_field, json_schema_input_type=str | PolicyField)]
