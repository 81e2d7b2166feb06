"""Rare intents in CLINC150: what each arm brings on the whole untouched test set, beside figures told elsewhere.

    python -m benchmarks.rare_intents [--arms NAME,...] [--seeds N] [--embedder NAME] [--cache DIR]

For each seed 15 of the 35 intents that recorded paraphrases exist for are drawn, 5 random training lines of each and
all lines of the others are kept, and each arm adds up to 45 lines to a rare intent. A logistic regression (C = 20) over
frozen embeddings is tested on CLINC150's test set: macro F1 over the 15, and their perplexity. `chatgpt` and `crowd`
are the recorded paraphrases, `real` is up to 45 of the real lines that were cut, `real_all` all of them.
`--add NAME=FILE` adds an arm of given lines, whose path may hold {seed}. Reads DIALOOM_DATA.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks._figures import Figure, parser, run, tell
from tests.quality.real import data_folder

from dialoom.evaluation.intents import ARMS, Arm, Experiment, Problem, compare, cut, given_arm
from dialoom.evaluation.intents.report import over_seeds, report
from dialoom.intents.embedders import load_embedder
from dialoom.intents.utterances import Reading, Utterance

_ARMS = "none,templates,duplicates,eda,class_weights,chatgpt,crowd,real,real_all"
_RARE, _KEPT, _MOST = 15, 5, 45
_TOLD = {
    "none": 68.8,
    "templates": 79.4,
    "duplicates": 81.2,
    "eda": 82.8,
    "class_weights": 84.1,
    "chatgpt": 93.4,
    "real": 93.9,
}
"""Macro F1 with MiniLM, as measured elsewhere with the same protocol and other code."""


def measure(arguments: argparse.Namespace) -> list[Figure]:
    """Every arm on every seed."""
    folder = data_folder()
    clinc = folder / "clinc150" / "data_full.json"
    if not clinc.is_file():
        return [Figure("rare_intents", "macro F1", None, note=f"no CLINC150 in {folder}; set DIALOOM_DATA")]
    train, test = Reading(split="train").read(clinc), Reading(split="test").read(clinc)
    names = [name.strip() for name in arguments.arms.split(",") if name.strip()]
    among = sorted(json.loads((folder / "paraphrases" / "label_map.json").read_text("utf-8")).values())
    problems = [cut(train, _RARE, _KEPT, seed, among) for seed in range(arguments.seeds)]
    recorded = {"chatgpt": _paraphrases("full_larson_gpt.csv"), "crowd": _paraphrases("full_larson_human.csv")}
    given = dict(each.split("=", 1) for each in arguments.add)

    def arms_of(problem: Problem) -> list[Arm]:
        return [_arm(name, problem, recorded, given) for name in (*names, *given)]

    experiment = Experiment(load_embedder(arguments.embedder, arguments.cache), test, _MOST, perplexity=True)
    comparison = compare(experiment, problems, arms_of, tell)
    found = report(comparison)
    figures = []
    for arm in found.arms:
        rare = over_seeds(comparison.values(arm.arm, "rare_f1"))
        told = f", told elsewhere {_TOLD[arm.arm]:.1f}" if arm.arm in _TOLD and arguments.embedder == "minilm" else ""
        spread = "" if rare.sd is None else f", sd {100 * rare.sd:.1f}"
        figures.append(_figure(f"{arm.arm}: macro F1{spread}{told}", rare.interval.value))
        figures.append(_figure(f"{arm.arm}: accuracy on the others", arm.figures["others_accuracy"].interval.value))
        figures.append(_figure(f"{arm.arm}: out of scope accepted", arm.figures["oos_accepted"].interval.value))
        if arm.perplexity is not None:
            ends = arm.perplexity.interval
            between = "" if ends.low is None or ends.high is None else f" [{ends.low:.0f}, {ends.high:.0f}]"
            figures.append(Figure("rare_intents", f"{arm.arm}: perplexity{between}", ends.value))
        if arm.gap_closed is not None:
            ends = arm.gap_closed
            between = "" if ends.low is None or ends.high is None else f" [{100 * ends.low:.0f}, {100 * ends.high:.0f}]"
            figures.append(_figure(f"{arm.arm}: gap closed from {found.base}{between}", ends.value))
    return figures


def _figure(what: str, value: float | None) -> Figure:
    return Figure("rare_intents", what, None if value is None else 100 * value, "%")


def _arm(name: str, problem: Problem, recorded: dict[str, list[Utterance]], given: dict[str, str]) -> Arm:
    if name in recorded:
        return given_arm(name, _always(recorded[name]))
    if name in ("real", "real_all"):
        return given_arm(name, _always(problem.held_back), ceiling=name == "real", whole=name == "real_all")
    if name in given:
        path = Path(given[name].replace("{seed}", str(problem.seed)))
        return given_arm(name, _always(Reading().read(path).rows))
    return ARMS.load(name)


def _always(rows: Sequence[Utterance]) -> Callable[[int], Sequence[Utterance]]:
    return lambda _: rows


def _paraphrases(name: str) -> list[Utterance]:
    folder = data_folder() / "paraphrases"
    intents = json.loads((folder / "label_map.json").read_text("utf-8"))
    with (folder / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [Utterance(row["text"], intents[row["label"]]) for row in rows if row["label"] in intents]


def options() -> argparse.ArgumentParser:
    """Its options."""
    known = parser(__doc__)
    known.add_argument("--arms", default=_ARMS, help=f"which arms (default: {_ARMS})")
    known.add_argument("--add", action="append", default=[], metavar="NAME=FILE", help="an arm of given lines")
    known.add_argument("--seeds", type=int, default=5, help="how many (default: 5)")
    known.add_argument("--embedder", default="minilm", help="minilm (default) or wordllama")
    known.add_argument("--cache", type=Path, default=None, help="a folder to remember vectors in")
    return known


if __name__ == "__main__":
    sys.exit(run(measure, options()))
