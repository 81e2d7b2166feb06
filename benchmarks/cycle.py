"""`dialoom cycle` on data cut to few lines: what made lines bring on untouched test data, beside what costs nothing.

    python -m benchmarks.cycle [--set clinc|snips|sgd] [--seeds N] [--model embedded|none] [--embedder NAME] [--out DIR]

`clinc`: 15 of the 35 CLINC150 intents that recorded paraphrases exist for are cut to 5 random training lines for each
seed; all of the others are kept; the whole test set. `snips`: 3 of 7 intents cut to 5. `sgd`: turns of users in SGD,
a quarter of the dialogues to learn from and the rest to test on, its own rare intents. Every seed is a cycle of its
own, as `dialoom cycle` runs it, with its own folder under --out, where the same command goes on; told are mean and sd
over seeds, the share of made lines whose label a classifier that learned from all real lines agrees with (of all
training lines that were cut away too; in SGD of all lines), and the seconds that the cycles took, which are those of
this call alone. `--model replay`: recorded paraphrases stand for a model, 30% of them of a wrong intent. Reads
DIALOOM_DATA.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from statistics import mean
from typing import Any

import orjson
from benchmarks._figures import Figure, parser, run, tell
from tests.quality.real import data_folder
from tests.support.replay import replay

from dialoom.cli._recipe import find
from dialoom.cycle import cycle, make_settings
from dialoom.evaluation.intents import cut
from dialoom.evaluation.intents.report import over_seeds
from dialoom.intents.classifier import LogisticClassifier
from dialoom.intents.embedders import load_embedder
from dialoom.intents.utterances import Labelled, Reading, Utterance

_NAME = "cycle"
_CLINC_RARE, _SNIPS_RARE, _KEPT, _MOST = 15, 3, 5, 45
_ARMS = "none,templates,duplicates,eda,class_weights"
_GOALS = {"embedded": 88.0, "replay": 92.0}
Parts = tuple[list[Utterance], Labelled, list[str] | None]


def _clinc(folder: Path, seed: int) -> Parts:
    path = folder / "clinc150" / "data_full.json"
    among = sorted(json.loads((folder / "paraphrases" / "label_map.json").read_text("utf-8")).values())
    problem = cut(Reading(split="train").read(path), _CLINC_RARE, _KEPT, seed, among)
    return list(problem.train), Reading(split="test").read(path), list(problem.rare)


def _snips(folder: Path, seed: int) -> Parts:
    train, test = (Reading().read(folder / "snips" / f"{name}.jsonl") for name in ("train", "test"))
    problem = cut(train, _SNIPS_RARE, _KEPT, seed)
    return list(problem.train), test, list(problem.rare)


def _sgd(folder: Path, seed: int) -> Parts:
    """Dialogues are dealt out by chance, so that no dialogue is in both halves."""
    rows = Reading().read(folder / "sgd").rows
    names = sorted({_dialogue(row) for row in rows})
    Random(seed).shuffle(names)
    learned = set(names[: len(names) // 4])
    train = [row for row in rows if _dialogue(row) in learned]
    known = {row.intent for row in train}
    rest = tuple(row for row in rows if _dialogue(row) not in learned and row.intent in known)
    return train, Labelled(rest), None


def _dialogue(row: Utterance) -> str:
    return row.id.partition("#")[0]


def _all_of(folder: Path, name: str) -> Labelled:
    """All real lines that may be learned from, before any were cut away."""
    return {
        "clinc": lambda: Reading(split="train").read(folder / "clinc150" / "data_full.json"),
        "snips": lambda: Reading().read(folder / "snips" / "train.jsonl"),
        "sgd": lambda: Reading().read(folder / "sgd"),
    }[name]()


_SETS: dict[str, tuple[str, Callable[[Path, int], Parts]]] = {
    "clinc": ("clinc150/data_full.json", _clinc),
    "snips": ("snips/train.jsonl", _snips),
    "sgd": ("sgd/schema.json", _sgd),
}


def measure(arguments: argparse.Namespace) -> list[Figure]:
    """A cycle a seed."""
    folder = data_folder()
    file, parts = _SETS[arguments.set]
    if not (folder / file).is_file():
        return [Figure(_NAME, "macro F1", None, note=f"no {file} in {folder}; set DIALOOM_DATA")]
    found = []
    with tempfile.TemporaryDirectory() as scratch:
        out = arguments.out or Path(scratch)
        for seed in range(arguments.first, arguments.first + arguments.seeds):
            dealt = parts(folder, seed)
            with _replayed(folder, dealt[2], arguments) as model:
                found.append(_one(out / f"{arguments.set}-{seed}", dealt, seed, arguments, model))
            tell(_told(seed, found[-1]))
        folders = [out / f"{arguments.set}-{arguments.first + number}" for number in range(len(found))]
        right = _right(_all_of(folder, arguments.set), folders, arguments)
    return [*_figures(arguments, found), *_labels(arguments, right)]


def _right(whole: Labelled, folders: Sequence[Path], arguments: argparse.Namespace) -> list[tuple[float, float]]:
    """Of each cycle, the share of lines, as made and as kept, of whose label a classifier is that learned from all."""
    classifier = LogisticClassifier(load_embedder(arguments.embedder, arguments.cache), balanced=True)
    fitted = classifier.fit([row.text for row in whole.rows], [row.intent for row in whole.rows])

    def share(lines: Sequence[dict[str, Any]]) -> float:
        said = fitted.probabilities([line["text"] for line in lines]).argmax(axis=1).tolist()
        right = [fitted.intents[place] == line["intent"] for place, line in zip(said, lines, strict=True)]
        return float(sum(right) / len(right))

    found = []
    for folder in folders:
        made = [line for path in sorted(folder.glob("cycle/round-*/candidates.jsonl")) for line in _read(path)]
        kept = [line for line in _read(folder / "cycle" / "train.jsonl") if line["provenance"] == "synthetic"]
        found.append((share(made), share(kept)))
    return found


def _read(path: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def _labels(arguments: argparse.Namespace, right: Sequence[tuple[float, float]]) -> Iterator[Figure]:
    what = f"{arguments.set}, {arguments.model}, {arguments.embedder}: right labels"
    yield Figure(_NAME, f"{what}, as made", 100 * mean(made for made, _ in right), "%")
    each = ", ".join(f"{100 * kept:.1f}" for _, kept in right)
    yield Figure(_NAME, f"{what}, as kept ({each})", 100 * mean(kept for _, kept in right), "%", least=90)


@contextmanager
def _replayed(folder: Path, rare: Sequence[str] | None, arguments: argparse.Namespace) -> Iterator[Any]:
    """The model: with --model replay a server that says recorded paraphrases of the rare intents again."""
    if arguments.model != "replay":
        yield arguments.model
        return
    names = json.loads((folder / "paraphrases" / "label_map.json").read_text("utf-8"))
    recorded: dict[str, list[str]] = {name: [] for name in rare or ()}
    with (folder / "paraphrases" / "full_larson_gpt.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if names.get(row["label"]) in recorded:
                recorded[names[row["label"]]].append(row["text"].lower().rstrip("?.!"))
    with replay(recorded, arguments.wrong) as server:
        yield {"url": server.url, "model": "replay", "same_as": "replay"}


def _one(folder: Path, parts: Parts, seed: int, arguments: argparse.Namespace, model: Any) -> dict[str, Any]:
    train, test, rare = parts
    _write(folder / "train.jsonl", train)
    _write(folder / "test.jsonl", [*test.rows, *test.outside])
    if model == "none":
        model = None
    if model == "embedded" and arguments.threads:
        model = {"kind": "embedded", "threads": arguments.threads}
    settings = make_settings(
        {
            "data": str(folder / "train.jsonl"),
            "test": str(folder / "test.jsonl"),
            "out": str(folder / "cycle"),
            "model": model,
            "embedder": arguments.embedder,
            "embed_cache": None if arguments.cache is None else str(arguments.cache),
            "rounds": arguments.rounds,
            "over": arguments.over,
            # What was recorded answers the question for a new line, and no other.
            "shares": {"free": 1.0} if arguments.model == "replay" else None,
            "per_intent": _MOST,
            "intents": rare,
            "leave_shared": True,
            "seed": seed,
            # Spread is measured over cycles.
            "seeds": 1,
            "arms": arguments.arms.split(","),
        }
    )
    wall, cpu = time.monotonic(), time.process_time()
    outcome = cycle(settings, find(settings.recipe), told=lambda what: tell(f"  {what}"))
    spent = {"wall": time.monotonic() - wall, "cpu": time.process_time() - cpu, "load": os.getloadavg()[0]}
    return outcome.to_json() | {"spent": spent}


def _write(path: Path, rows: Sequence[Utterance]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = (
        {"text": row.text, "intent": row.intent}
        | ({"slots": [slot.model_dump() for slot in row.slots]} if row.slots else {})
        for row in rows
    )
    path.write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines))


def _told(seed: int, found: dict[str, Any]) -> str:
    f1 = {arm["arm"]: 100 * arm["rare_f1"]["value"] for arm in found["report"]["arms"]}
    spent = found["spent"]
    return (
        f"seed {seed}: "
        + ", ".join(f"{name} {value:.1f}" for name, value in f1.items())
        + f"; {len(found['rounds'])} rounds, {found['kept']} lines; {spent['wall']:.0f} s, {spent['cpu']:.0f} s of "
        f"CPU, load {spent['load']:.0f}"
    )


def _figures(arguments: argparse.Namespace, found: Sequence[dict[str, Any]]) -> Iterator[Figure]:
    what = f"{arguments.set}, {arguments.model}, {arguments.embedder}"
    arms: dict[str, list[dict[str, Any]]] = {}
    for each in found:
        for arm in each["report"]["arms"]:
            arms.setdefault(arm["arm"], []).append(arm)
    for name, rows in arms.items():
        rare = over_seeds([row["rare_f1"]["value"] for row in rows])
        sd = "" if rare.sd is None else f", sd {100 * rare.sd:.1f}"
        least = _GOALS.get(arguments.model) if (arguments.set, name) == ("clinc", "dialoom") else None
        yield Figure(
            _NAME, f"{what}: {name}, macro F1{sd}", 100 * mean(r["rare_f1"]["value"] for r in rows), least=least
        )
        yield Figure(_NAME, f"{what}: {name}, loss of the others", 100 * mean(row["others_loss"] for row in rows))
        far = [row["oos_accepted"]["value"] for row in rows if row["oos_accepted"]["value"] is not None]
        if far:
            yield Figure(_NAME, f"{what}: {name}, out of scope accepted", 100 * mean(far), "%")
    yield _ahead(what, arms, [name for name in ("class_weights", "duplicates", "eda") if name in arms], 0.0)
    yield _ahead(what, arms, [name for name, rows in arms.items() if rows[0]["free"]], None)
    yield Figure(_NAME, f"{what}: wall seconds a cycle", mean(each["spent"]["wall"] for each in found), "s", most=1200)
    yield Figure(_NAME, f"{what}: CPU seconds a cycle", mean(each["spent"]["cpu"] for each in found), "s")


def _ahead(what: str, arms: dict[str, list[dict[str, Any]]], of: Sequence[str], least: float | None) -> Figure:
    """How far `dialoom` is ahead of the best of some arms, with Student's 95% interval over seeds."""
    best = max(of, key=lambda name: mean(row["rare_f1"]["value"] for row in arms[name]))
    ahead = [
        100 * (one["rare_f1"]["value"] - other["rare_f1"]["value"])
        for one, other in zip(arms["dialoom"], arms[best], strict=True)
    ]
    told = over_seeds(ahead).interval
    between = "" if told.low is None or told.high is None else f" [{told.low:+.1f}, {told.high:+.1f}]"
    among = "class weights, duplicates, EDA" if least is not None else "all free arms"
    return Figure(_NAME, f"{what}: ahead of {best}, the best of {among}{between}", mean(ahead), least=least)


def options() -> argparse.ArgumentParser:
    """Its options."""
    known = parser(__doc__)
    known.add_argument("--set", choices=sorted(_SETS), default="clinc", help="the data (default: clinc)")
    known.add_argument("--seeds", type=int, default=5, help="how many (default: 5)")
    known.add_argument("--first", type=int, default=0, help="the first seed (default: 0)")
    known.add_argument(
        "--model",
        default="embedded",
        help="the model that writes; `none` makes all without one, `replay` says recorded paraphrases again (clinc)",
    )
    known.add_argument("--wrong", type=float, default=0.3, help="with replay: share of lines of a wrong intent (0.3)")
    known.add_argument("--threads", type=int, default=None, help="threads of the embedded model (default: all cores)")
    known.add_argument("--embedder", default="wordllama", help="wordllama (default) or minilm")
    known.add_argument("--arms", default=_ARMS, help=f"what costs nothing (default: {_ARMS})")
    known.add_argument("--rounds", type=int, default=1, help="at most so many (default: 1)")
    known.add_argument("--over", type=float, help="candidates for each line wanted (default: the recipe's)")
    known.add_argument("--cache", type=Path, default=None, help="a folder to remember vectors in")
    known.add_argument("--out", type=Path, default=None, help="keep the cycles in this folder, and go on with them")
    return known


if __name__ == "__main__":
    sys.exit(run(measure, options()))
