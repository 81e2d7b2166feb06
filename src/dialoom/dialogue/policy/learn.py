"""Learning a policy: counting which acts follow which in annotated dialogues."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dialoom.dialogue.dialogue import Dialogue
from dialoom.dialogue.policy.policy import END, Policy, State
from dialoom.errors import DataError

_MOST_SPEAKERS = 8
_POSITIONS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")


@dataclass(frozen=True, slots=True)
class Learnt:
    """A learnt policy, from how many dialogues, and how many were left out since some turn of theirs has no act."""

    policy: Policy
    dialogues: int
    left_out: int
    turns: int
    shortest: int
    longest: int


def learn_policy(dialogues: Iterable[Dialogue], name: str | None = None, smoothing: float = 0.0) -> Learnt:
    """The policy that dialogues with acts follow: a state for each speaker and set of acts, weights as counted.

    Speakers keep their names where there are few of them in all (`user`, `assistant`); else they are `first`, `second`
    and so on, by when they first spoke.

    Args:
        smoothing: added to the count of each transition between states whose speakers follow each other in the data,
            and to the end of each state (Lidstone); 0 allows only what was seen.

    Raises DataError where no dialogue has acts on all of its turns.
    """
    talks: list[list[tuple[str, tuple[str, ...]]]] = []
    speakers: list[str] = []
    left_out = 0
    for dialogue in dialogues:
        if dialogue.turns and all(turn.acts for turn in dialogue.turns):
            talks.append([(turn.speaker, tuple(dict.fromkeys(turn.acts))) for turn in dialogue.turns])
            speakers = list(dict.fromkeys([*speakers, *dialogue.speakers()]))[: _MOST_SPEAKERS + 1]
        else:
            left_out += 1
    if not talks:
        raise DataError(
            f"none of {left_out} dialogues has dialogue acts on all of its turns",
            remedy="learn from annotated dialogues, such as --format sgd",
        )
    if len(speakers) > _MOST_SPEAKERS:
        talks = [_by_position(talk) for talk in talks]
        speakers = list(dict.fromkeys(speaker for talk in talks for speaker, _ in talk))
    counts = _count(talks)
    states = {state: None for talk in talks for state in talk}
    turns = list(states)
    if smoothing > 0:
        _smooth(counts, turns, smoothing)
    policy = Policy(
        policy=name,
        speakers=speakers,
        start={_name(state): times for state, times in Counter(talk[0] for talk in talks).most_common()},
        states={
            _name(state): State(
                by=state[0],
                acts=list(state[1]),
                next={END if after is None else _name(after): times for after, times in counts[state].most_common()},
            )
            for state in turns
        },
    )
    lengths = [len(talk) for talk in talks]
    return Learnt(policy, len(talks), left_out, sum(lengths), min(lengths), max(lengths))


_Turn = tuple[str, tuple[str, ...]]


def _count(talks: list[list[_Turn]]) -> Mapping[_Turn, Counter[_Turn | None]]:
    counts: dict[_Turn, Counter[_Turn | None]] = defaultdict(Counter)
    for talk in talks:
        for turn, after in zip(talk, [*talk[1:], None], strict=True):
            counts[turn][after] += 1
    return counts


def _smooth(counts: Mapping[_Turn, Counter[_Turn | None]], turns: list[_Turn], smoothing: float) -> None:
    pairs = {(turn[0], after[0]) for turn, following in counts.items() for after in following if after is not None}
    for turn in turns:
        for after in turns:
            if (turn[0], after[0]) in pairs:
                counts[turn][after] += smoothing  # type: ignore[assignment]
        counts[turn][None] += smoothing  # type: ignore[assignment]


def _by_position(talk: list[_Turn]) -> list[_Turn]:
    order = list(dict.fromkeys(speaker for speaker, _ in talk))
    return [(_POSITIONS[order.index(speaker) % len(_POSITIONS)], acts) for speaker, acts in talk]


def _name(turn: _Turn) -> str:
    return f"{turn[0]}:{'+'.join(turn[1])}"
