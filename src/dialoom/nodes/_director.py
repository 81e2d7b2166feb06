"""Steering one talk: draws what happens in it, tells the speakers at their turns, and notes each in the lineage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import SerializeAsAny

from dialoom.dialogue import Turn
from dialoom.errors import DialoomError, Place, nearest
from dialoom.graph.context import Context
from dialoom.graph.record import Record
from dialoom.graph.template import Template
from dialoom.nodes._by_kind import ByKind
from dialoom.nodes._cast import POSITIONS, position, within
from dialoom.nodes._draw import place, read_range
from dialoom.nodes._steer import Hook, Moment, Nudge, Stage
from dialoom.nodes._turns import longest
from dialoom.nodes.steering import HOOKS

Steer = list[Annotated[SerializeAsAny[Hook], ByKind(HOOKS, short=True)]]
_DASH = "—"
_ENDS = " \t.,;:!?…-–—\"'"


def happening(hooks: Sequence[Hook], record: Record, context: Context) -> list[tuple[int, Hook]]:
    """The hooks that strike in this record's talk, with their numbers: by chance, or by quota over the records."""
    return [
        (index, hook)
        for index, hook in enumerate(hooks)
        if hook.chance >= 1 or place(f"steer {index}", index, hook.quota, record, context) < hook.chance
    ]


@dataclass(frozen=True, slots=True)
class _Due:
    """A nudge on its way, of the hook with this number."""

    index: int
    hook: Hook
    nudge: Nudge


@dataclass
class Director:
    """The steering of one talk. `fields` and `personas` are what templates of hooks read."""

    hooks: Sequence[tuple[int, Hook]]
    stage: Stage
    fields: Mapping[str, Any]
    personas: Sequence[Mapping[str, Any]]
    sample: int
    context: Context
    _due: list[_Due] = field(default_factory=list)
    _struck: Counter[int] = field(default_factory=Counter)
    _cut: dict[int, tuple[str, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for index, hook in self.hooks:
            by = None
            if hook.by is not None:
                at = position(hook.by, self.stage.names)
                if at is None:
                    self._missed(hook, f"no speaker is called '{hook.by}'")
                    continue
                by = self.stage.names[at]
            planned = hook.plan(self.stage, by, self.context.random("steer", index, hook.kind))
            self._due += [_Due(index, hook, nudge) for nudge in planned]
            if not planned and type(hook).plan is not Hook.plan and not _reacts(hook):
                self._missed(hook, "no turn of the talk is in its window")

    def told(self, turn: int, speaker: str, so_far: Sequence[Turn]) -> list[str]:
        """What the speaker of a turn is told by the hooks; each is noted."""
        variables = self._variables(turn, speaker, so_far)
        found: list[str] = []
        striking: set[int] = set()
        for due in sorted(self._due, key=lambda each: (each.nudge.turn, each.index)):
            nudge = due.nudge
            if nudge.turn <= turn and nudge.speaker in (speaker, "") and due.index not in striking:
                striking.add(due.index)
                self._due.remove(due)
                if nudge.cut is not None:
                    self._cut[turn] = (speaker, nudge.cut)
                if nudge.then is not None:
                    self._due.append(_Due(due.index, due.hook, Nudge(turn + 1, "", nudge.then)))
                found.append(self._note(due.index, due.hook, turn, speaker, nudge.instruction, variables))
        for index, hook in self.hooks:
            if hook.by is not None and position(hook.by, self.stage.names) != self.stage.names.index(speaker):
                continue
            instruction = hook.react(Moment(turn, speaker, so_far, self._struck[index], variables))
            if instruction is not None:
                found.append(self._note(index, hook, turn, speaker, instruction, variables))
        return found

    def shaped(self, turn: int, said: Turn) -> Turn:
        """A turn as it stands in the talk: cut short where it was interrupted."""
        speaker, share = self._cut.pop(turn, (None, 1.0))
        if speaker != said.speaker or said.tool_calls:
            return said
        text = cut_short(said.text, share)
        if text != said.text:
            self.context.note("cut short", turn=turn, speaker=said.speaker, whole=said.text, candidate=self.sample)
        slots = [slot for slot in said.slots if slot.end is None or slot.end < len(text)]
        return said.model_copy(update={"text": text, "slots": slots})

    def over(self) -> None:
        """Note what had no turn before the talk ended."""
        for due in self._due:
            self._missed(due.hook, "the talk ended before its turn")

    def _note(
        self, index: int, hook: Hook, turn: int, speaker: str, instruction: Template, variables: Mapping[str, Any]
    ) -> str:
        self._struck[index] += 1
        told = instruction.render(variables)
        self.context.note(
            "steered", hook=hook.kind, turn=turn, speaker=speaker, instruction=told, candidate=self.sample
        )
        return told

    def _missed(self, hook: Hook, why: str) -> None:
        self.context.note("not steered", hook=hook.kind, why=why, candidate=self.sample)

    def _variables(self, turn: int, speaker: str, so_far: Sequence[Turn]) -> dict[str, Any]:
        me = next(persona for persona in self.personas if str(persona["name"]) == speaker)
        return {
            **self.fields,
            "me": me,
            "others": [persona for persona in self.personas if persona is not me],
            "said": [{"speaker": each.speaker, "text": each.text} for each in so_far],
            "turn": turn,
        }


def steer_problems(
    hooks: Sequence[Hook], turns: str, speakers: Sequence[str] | None, script: bool, policy: bool
) -> Iterable[DialoomError]:
    """What is wrong with the hooks of a node with this range of turns, as far as its speakers are known."""
    for index, hook in enumerate(hooks):
        where = f"steer[{index}]"
        if script and hook.NOT_IN_SCRIPTS is not None:
            what = f"'{hook.kind}' does not apply in mode script"
            yield DialoomError(what, place=Place(field=f"{where}.kind"), remedy=hook.NOT_IN_SCRIPTS)
        if policy and hook.band() is not None:
            what = f"'{hook.kind}' does not go with a policy, whose walks are as long as 'turns' says"
            yield DialoomError(what, place=Place(field=f"{where}.kind"), remedy="set 'turns'")
        bounds = read_range(hook.turns)
        if bounds is not None and bounds[0] > longest(turns):
            what = f"its window begins at turn {int(bounds[0])}, and the talk has at most {longest(turns)}"
            yield DialoomError(what, place=Place(field=f"{where}.turns"))
        if hook.by is not None and speakers is not None and position(hook.by, speakers) is None:
            known = [*speakers, *POSITIONS[: len(speakers)]]
            what = f"no speaker is called '{hook.by}'"
            yield DialoomError(what, place=Place(field=f"{where}.by"), remedy=nearest(hook.by, known))
        for error in hook.problems(turns, script):
            yield within(error, where)


def cut_short(text: str, share: float) -> str:
    """A text that breaks off with a dash after a share of its words, two at least; one that does so already stays."""
    if text.rstrip().endswith(("-", "–", _DASH)):
        return text
    parts = text.split()
    if len(parts) < 3:
        return text.rstrip(_ENDS) + f" {_DASH}" if parts else text
    kept = parts[: min(max(2, round(len(parts) * share)), len(parts) - 1)]
    return " ".join(kept).rstrip(_ENDS) + f" {_DASH}"


def _reacts(hook: Hook) -> bool:
    return getattr(hook, "condition", None) is not None
