"""Talks over a policy learnt from real dialogues: do they keep to it, and come as often as it says?

    python -m benchmarks.policy [--records N] [--seed N]

Learns a policy from SGD (two of its dev files), runs a recipe whose `converse` walks it turn by turn on the fault
server, and reads the dialogues back from the corpus. Counts transitions that were never seen in the data, and the
Jensen-Shannon divergence (base 2) and its square root, the distance, between the bigrams of acts in the corpus and

- what the policy is expected to give within the band of lengths, computed exactly;
- what was counted in the data.

The recipe spreads the walks evenly over the records (`quota`). Beside these: the same for walks drawn by chance alone,
without any model, 20 seeds of as many walks, which is sampling noise alone; and
between expectation and data, which is what a policy of one step's memory cannot know.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from math import sqrt
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory

from benchmarks._figures import Figure, parser, run
from tests.quality.real import data_folder
from tests.support.fault_server import FaultServer

import dialoom
from dialoom.dialogue.formats import read_dialogues
from dialoom.dialogue.policy import Walks, bigrams_of, divergence, expected_bigrams, learn_policy, write_policy

_NAME = "policy"
_SEEDS = 20
_NEAR = 0.05


def measure(arguments: argparse.Namespace) -> Sequence[Figure]:
    """The figures."""
    folder = data_folder() / "sgd"
    if not folder.is_dir():
        return [Figure(_NAME, "distance to the policy", None, note=f"no {folder}")]
    real = list(read_dialogues(folder, "sgd"))
    learnt = learn_policy(real)
    walks = Walks(learnt.policy, learnt.shortest, learnt.longest)
    expected, seen = expected_bigrams(walks), bigrams_of(real)
    with TemporaryDirectory() as there, FaultServer(keep_log=False, keep_bodies=False) as server:
        out = Path(there)
        write_policy(learnt.policy, out / "sgd.yaml")
        recipe = dialoom.Recipe(
            _NAME,
            models={"writer": server.url},
            source=[{"topic": f"request {n}"} for n in range(arguments.records)],
            seed=arguments.seed,
        )
        band = f"{learnt.shortest}..{learnt.longest}"
        recipe.add(
            "dialogue",
            "converse",
            mode="agents",
            speakers=["Ana", "Desk"],
            turns=band,
            policy={"file": str(out / "sgd.yaml"), "quota": True},
        )
        dialoom.run(recipe, out / "run")
        made = bigrams_of(dialoom.Corpus.open(out / "run" / "corpus").dialogues())
        kept = sum(1 for _ in dialoom.Corpus.open(out / "run" / "corpus").dialogues())
    drawn = [_drawn(walks, arguments.records, seed) for seed in range(_SEEDS)]
    noise = [divergence(one, expected) for one in drawn]
    unseen = sum(times for pair, times in made.items() if pair not in seen)
    to_policy, to_data = divergence(made, expected), divergence(made, seen)
    off = divergence(expected, seen)
    states = f"{len(learnt.policy.states)} states, {len(seen)} bigrams seen in {len(real)} dialogues"
    return [
        Figure(_NAME, f"dialogues kept, of {arguments.records}", kept, least=arguments.records, note=states),
        Figure(_NAME, "transitions that the data does not have", unseen, most=0),
        Figure(_NAME, "corpus to policy in the band, divergence", to_policy, most=_NEAR),
        Figure(_NAME, "corpus to policy in the band, distance", sqrt(to_policy), most=_NEAR),
        Figure(_NAME, "corpus to data, divergence", to_data, most=_NEAR),
        Figure(_NAME, "corpus to data, distance", sqrt(to_data)),
        Figure(_NAME, "walks by chance to policy, mean distance, 20 seeds", mean(map(sqrt, noise))),
        Figure(_NAME, "walks by chance to policy, greatest distance", sqrt(max(noise))),
        Figure(_NAME, "policy to data, without sampling, distance", sqrt(off)),
    ]


def _drawn(walks: Walks, count: int, seed: int) -> Counter[tuple[tuple[str, ...], tuple[str, ...]]]:
    found: Counter[tuple[tuple[str, ...], tuple[str, ...]]] = Counter()
    generator = random.Random(seed)
    for _ in range(count):
        found.update(pairwise(tuple(walks.policy.acts(state)) for state in walks.draw(generator)))
    return found


def options() -> argparse.ArgumentParser:
    """Its options."""
    known = parser(__doc__)
    known.add_argument("--records", type=int, default=500, metavar="N", help="dialogues")
    known.add_argument("--seed", type=int, default=7, help="the run's seed")
    return known


if __name__ == "__main__":
    sys.exit(run(measure, options()))
