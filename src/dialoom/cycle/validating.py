"""What a round brought, on the validation data: the best mixture, what each source did, and what was gained."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from dialoom.cycle.folder import Row
from dialoom.cycle.judging import Judges, Said, gain
from dialoom.cycle.mixtures import MIXTURES, Mixture
from dialoom.evaluation.intents import ARMS


def baselines(judges: Judges, arms: Sequence[str]) -> dict[str, Any]:
    """What needs no made line, and the best of it."""
    rare = judges.sets.rare
    said = {name: judges.say(ARMS.load(name)) for name in dict.fromkeys(("none", *arms))}
    scores = {name: each.rare_f1(rare) for name, each in said.items()}
    best = max(scores, key=lambda name: scores[name])
    return {
        "rare_f1": scores,
        "others_accuracy": {name: each.others(rare) for name, each in said.items()},
        "best": best,
        "none": said["none"].to_json(),
        "said": said[best].to_json(),
    }


def validate(judges: Judges, kept: Sequence[Row], made: Mapping[str, int], before: Said, none: Said) -> dict[str, Any]:
    """What the lines kept so far bring.

    Args:
        made: lines of this round by source.
        before: what was said with the lines of the rounds before, or by the best free arm.
        none: what is said without any help: the others' loss is counted from it.
    """
    rare = judges.sets.rare
    said = {mixture: judges.mixed(mixture, kept) for mixture in MIXTURES}
    scores = {mixture: each.rare_f1(rare) for mixture, each in said.items()}
    best = _best(said, scores, rare)
    won = gain(said[best], before, rare)
    held = Counter(row["variety"] for row in kept)
    sources = {}
    for name in sorted({*made, *held}):
        without = [row for row in kept if row["variety"] != name]
        lost = scores[best] - judges.mixed(best, without).rare_f1(rare) if held[name] else 0.0
        sources[name] = {"made": made.get(name, 0), "kept": held[name], "gain": lost}
    return {
        "rare_f1": {mixture.name: scores[mixture] for mixture in MIXTURES},
        "mixture": best.to_json(),
        "best": scores[best],
        "others_loss": none.others(rare) - said[best].others(rare),
        "gain": won.to_json(),
        "sources": sources,
        "said": said[best].to_json(),
    }


def _best(said: Mapping[Mixture, Said], scores: Mapping[Mixture, float], rare: Sequence[str]) -> Mixture:
    """The best with class weights, which cost nothing, unless one without them is better beyond the noise."""
    # The first of equals: the plainest.
    weighed, plain = (
        max((mixture for mixture in MIXTURES if mixture.weights is weights), key=lambda each: scores[each])
        for weights in (True, False)
    )
    low = gain(said[plain], said[weighed], rare).low
    return plain if low is not None and low > 0 else weighed


def mixture_in(found: Mapping[str, Any]) -> Mixture:
    """The mixture that was best."""
    return Mixture(**found["mixture"])
