"""A dialogue policy: states, each a turn's speaker and acts, and weighted transitions between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from dialoom.errors import nearest

# Where a talk goes when it is over.
END = "end"


def _no_truth(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("expected a number")
    return value


Weight = Annotated[float, BeforeValidator(_no_truth), Field(gt=0, allow_inf_nan=False)]


def _as_weights(value: Any) -> Any:
    if isinstance(value, str):
        return {value: 1}
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return dict.fromkeys(value, 1)
    return value


Weights = Annotated[
    dict[str, Weight],
    BeforeValidator(_as_weights, json_schema_input_type=str | list[str] | dict[str, float]),
    Field(min_length=1),
]


class Flaw(NamedTuple):
    """Something wrong with a policy: the keys that lead to it, what, and the remedy."""

    path: tuple[str, ...]
    what: str
    remedy: str | None


class State(BaseModel):
    """One kind of turn: who speaks, by which acts, and what may follow."""

    model_config = ConfigDict(extra="forbid")

    by: str = Field(description="Who speaks: one of the policy's speakers.")
    acts: list[str] | None = Field(
        default=None, min_length=1, description="The dialogue acts of the turn; left out, the state's own name."
    )
    say: str | None = Field(
        default=None,
        description="What the speaker is told to do in this turn, a Jinja template; left out, what its acts mean.",
    )
    next: Weights = Field(description=f"What follows: states, or `{END}`, each with its weight; a list has equal ones.")


class Policy(BaseModel):
    """Which turn follows which, as a Markov chain that walks draw from.

    A state is a kind of turn, so a walk says of each turn of a talk who speaks and by which acts.
    """

    model_config = ConfigDict(extra="forbid")

    policy: str | None = Field(default=None, description="Its name.")
    about: str | None = Field(default=None, description="What it is of.")
    speakers: list[str] | None = Field(
        default=None, min_length=1, description="Who speaks in it, in order; left out, in the order of the states."
    )
    start: Weights | None = Field(default=None, description="How talks begin; left out, with the first state.")
    states: dict[str, State] = Field(min_length=1, description="The states by name.")

    def starts(self) -> Mapping[str, float]:
        """The chances of the first state."""
        return _shares(self.start or {next(iter(self.states)): 1.0})

    def follows(self, state: str) -> Mapping[str, float]:
        """The chances of what comes after a state, END among them."""
        return _shares(self.states[state].next)

    def roles(self) -> list[str]:
        """Its speakers, in order."""
        return self.speakers or list(dict.fromkeys(state.by for state in self.states.values()))

    def acts(self, state: str) -> list[str]:
        """The acts of a turn in this state."""
        return self.states[state].acts or [state]

    def flaws(self) -> Iterator[Flaw]:
        """What is wrong with it beyond the types of its fields."""
        known = [*self.states, END]
        if END in self.states:
            yield Flaw(("states", END), f"'{END}' is where a talk is over, and no state", "give the state another name")
        for name in self.start or ():
            if name not in self.states:
                yield Flaw(("start", name), f"no state is called '{name}'", nearest(name, list(self.states)))
        for name, state in self.states.items():
            for following in state.next:
                if following not in known:
                    where = ("states", name, "next", following)
                    yield Flaw(where, f"no state is called '{following}'", nearest(following, known))
            if self.speakers is not None and state.by not in self.speakers:
                what = f"no speaker of the policy is called '{state.by}'"
                yield Flaw(("states", name, "by"), what, nearest(state.by, self.speakers))
        begun = self._reached(self.start or list(self.states)[:1])
        for name in self.states:
            if name not in begun:
                yield Flaw(("states", name), "no talk can come to this state", "name it in a 'next', or take it out")
            elif END not in self._reached([name]):
                remedy = f"give it, or a state after it, a way to '{END}'"
                yield Flaw(("states", name, "next"), "from this state a talk can never come to an end", remedy)

    def _reached(self, names: Iterable[str]) -> set[str]:
        found: set[str] = set()
        ahead = list(names)
        while ahead:
            name = ahead.pop()
            if name not in found:
                found.add(name)
                ahead += self.states[name].next if name in self.states else ()
        return found


def _shares(weights: Mapping[str, float]) -> Mapping[str, float]:
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()}
