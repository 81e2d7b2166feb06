"""Mixing sources of variety by quota."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from dialoom.intents.line import Line
from dialoom.intents.variety._source import SOURCES, Brief, unlike

# A small model brings in what the examples lack, and errs; what is made out of them by rule holds its label.
DEFAULT_SHARES: Mapping[str, float] = {
    "template": 0.1,
    "paraphrase": 0.15,
    "substitution": 0.2,
    "perturbation": 0.05,
    "free": 0.3,
    "transfer": 0.2,
}


def quotas(shares: Mapping[str, float], count: int) -> dict[str, int]:
    """How many of `count` lines each source makes: shares of the whole, the remainders going to the largest (Hamilton).

    Shares of nothing give nothing.
    """
    whole = sum(shares.values())
    if whole <= 0:
        return dict.fromkeys(shares, 0)
    due = {name: count * share / whole for name, share in shares.items()}
    given = {name: int(each) for name, each in due.items()}
    for name in sorted(due, key=lambda each: (given[each] - due[each], each))[: count - sum(given.values())]:
        given[name] += 1
    return given


def mix(brief: Brief, shares: Mapping[str, float], count: int, random: Random) -> list[Line]:
    """At most `count` lines made without a model, all different from each other and from the examples.

    What a source cannot give is made by the others, by their shares: lines are fewer only where all are exhausted.
    """
    found: list[Line] = []
    known = [line.text for line in brief.ground.examples]
    open_shares = {name: share for name, share in shares.items() if share > 0}
    streams = {name: SOURCES.load(name).make(brief, Random(f"{random.random()}/{name}")) for name in open_shares}
    while open_shares and len(found) < count:
        for name, quota in quotas(open_shares, count - len(found)).items():
            got = unlike(streams[name], [*known, *(line.text for line in found)], quota)
            found += got
            if len(got) < quota:
                open_shares.pop(name)
        if not any(quotas(open_shares, count - len(found)).values()):
            break
    return found
