"""Walks over a policy whose lengths keep to a band, drawn as the policy itself would give them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from random import Random
from typing import TypeVar

from dialoom.dialogue.policy.policy import END, Policy
from dialoom.errors import DataError

K = TypeVar("K")
_ALMOST_ONE = 1 - 2**-53
# Lengths that are looked at to say which ones a policy has.
_FURTHER = 60


class Walks:
    """The walks of a policy that have `least` to `most` turns.

    A walk is drawn from the policy's own distribution, given that its length is in the band: nothing is cut off and
    nothing is bent towards the end. For that, `_ways` holds the chance to be over in exactly k further turns (a
    backward recursion, O(most × transitions)), and each step is drawn by its weight times that chance.

    Raises DataError where no walk has such a length.
    """

    def __init__(self, policy: Policy, least: int, most: int) -> None:
        self.policy = policy
        self.least = least
        self.most = most
        self._next = {name: policy.follows(name) for name in policy.states}
        self._ways = self._backward(most)
        if not self.lengths:
            further = self._backward(most + _FURTHER)
            possible = [k + 1 for k, ways in enumerate(further) if self._starting(ways) > 0]
            have = ", ".join(map(str, possible[:8])) + (" ..." if len(possible) > 8 else "")
            raise DataError(
                f"no walk of the policy has {least}{'' if least == most else f' to {most}'} turns",
                remedy=f"its walks have {have or f'more than {most + _FURTHER}'} turns: set 'turns' to fit",
            )

    @cached_property
    def lengths(self) -> Mapping[int, float]:
        """The chance of each length, given that it is in the band."""
        chances = {k + 1: self._starting(self._ways[k]) for k in range(self.least - 1, self.most)}
        total = sum(chances.values())
        return {length: chance / total for length, chance in chances.items() if chance > 0}

    def draw(self, random: Random) -> list[str]:
        """The states of one walk, in order."""
        return self.at(random.random())

    def at(self, where: float) -> list[str]:
        """The walk at a place in [0, 1): all walks lie there side by side, each as wide as its chance, shorter ones and
        those that begin alike next to each other. So places that run evenly over [0, 1) give evenly chosen walks."""
        length, where = _pick(self.lengths, where)
        walk: list[str] = []
        steps: Mapping[str, float] = self.policy.starts()
        for left in range(length - 1, -1, -1):
            ways = self._ways[left]
            able = {name: share * ways[name] for name, share in steps.items() if name != END and ways[name] > 0}
            state, where = _pick(able, where)
            walk.append(state)
            steps = self._next[state]
        return walk

    def expected(self) -> dict[tuple[str, str], float]:
        """How often a walk is expected to hold each pair of states, one after the other.

        Of all its turns: (START, first) and (last, END) are not among them.
        """
        chance_of_band = sum(self._starting(self._ways[k]) for k in range(self.least - 1, self.most))
        # Those that are still to come, at each number of turns left, are summed over the lengths of the band.
        found: dict[tuple[str, str], float] = {}
        at: Mapping[str, float] = self.policy.starts()
        for turn in range(1, self.most):
            following: dict[str, float] = {}
            for name, chance in at.items():
                for after, share in self._next[name].items():
                    if after == END:
                        continue
                    onward = chance * share
                    following[after] = following.get(after, 0.0) + onward
                    # After this step `turn + 1` turns are taken.
                    ends = range(max(self.least - turn - 1, 0), self.most - turn)
                    over = onward * sum(self._ways[left][after] for left in ends)
                    if over > 0:
                        found[name, after] = found.get((name, after), 0.0) + over / chance_of_band
            at = following
        return found

    def _starting(self, ways: Mapping[str, float]) -> float:
        return sum(chance * ways[name] for name, chance in self.policy.starts().items())

    def _backward(self, most: int) -> list[dict[str, float]]:
        ways = [{name: self._next[name].get(END, 0.0) for name in self._next}]
        while len(ways) < most:
            after = ways[-1]
            ways.append(
                {
                    name: sum(share * after[following] for following, share in shares.items() if following != END)
                    for name, shares in self._next.items()
                }
            )
        return ways


def _pick(weights: Mapping[K, float], where: float) -> tuple[K, float]:
    """What lies at a place in [0, 1) of cumulative weights, and the place within it, again in [0, 1)."""
    left = where * sum(weights.values())
    for key, weight in weights.items():
        if left < weight:
            return key, left / weight
        left -= weight
    # Sums of floats may fall a hair short.
    return list(weights)[-1], _ALMOST_ONE
