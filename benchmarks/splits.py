"""What a split finds in real dialogues, and what it costs: `python -m benchmarks.splits FILE [--rows N] [--meaning]`.

Prints how many pairs are near-duplicates at each threshold, and the largest group; then how long the search for them
takes, and what a split into 0.8, 0.1 and 0.1 withholds, with CPU seconds and resident memory. With `--rows` the corpus
is made up of so many dialogues of eight turns, each drawn from the file, in groups of three.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from dialoom.corpus import Corpus
from dialoom.corpus.importing import Importer
from dialoom.corpus.splits import split
from dialoom.corpus.splits.groups import unite
from dialoom.corpus.splits.leaks import NEAR
from dialoom.dialogue import Dialogue, Lineage, Turn
from dialoom.dialogue.formats import read_dialogues
from dialoom.likeness.near import near_pairs
from dialoom.likeness.shingles import shingles
from dialoom.quality.embedding import load_embedding

_BATCH = 4_096
_SHARES = {"train": 0.8, "validation": 0.1, "test": 0.1}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("file", type=Path)
    options.add_argument("--rows", type=int, help="make up so many dialogues from the turns of the file")
    options.add_argument("--meaning", action="store_true", help="compare meanings too")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        corpus = Corpus.open(Path(folder) / "corpus", create=True)
        if given.rows:
            made = _made_up(given.file, given.rows)
            while part := list(islice(made, _BATCH)):
                corpus.append(part, run="made", batch="0")
        else:
            Importer(corpus, Path(folder) / "aside").add(given.file)
            _show_near(corpus)
        _time_near(corpus)
        before = time.process_time()
        plan = split(corpus, _SHARES, by=["length"], embed=load_embedding() if given.meaning else None)
        print(f"split of {corpus.count():,}: {time.process_time() - before:.1f} s of CPU, {_resident():,} MB at most")
        print({name: len(rows) for name, rows in plan.sets.items()})
        for name, report in plan.leaks.items():
            kinds = Counter(leak.kind for leak in report.leaks.values())
            limits = {kind: round(limit, 3) for kind, limit in report.limits.items() if limit}
            print(f"{name}: {len(report.leaks)} of {report.candidates:,} withheld {dict(kinds)}, limits {limits}")


def _show_near(corpus: Corpus) -> None:
    sets = [shingles(one.text()) for one in corpus.dialogues()]
    for threshold in (0.4, 0.5, 0.6, 0.7, 0.8):
        pairs = [(one, other) for one, other, _ in near_pairs(sets, threshold)]
        largest = max(map(len, unite([()] * len(sets), pairs)))
        print(f"near {threshold}: {len(pairs):,} pairs, largest group {largest}")


def _time_near(corpus: Corpus) -> None:
    sets = [shingles(one.text()) for one in corpus.dialogues()]
    before = time.process_time()
    found = sum(1 for _ in near_pairs(sets, NEAR))
    print(f"near-duplicates among {len(sets):,}: {found:,} pairs, {time.process_time() - before:.1f} s of CPU")


def _made_up(file: Path, rows: int) -> Iterator[Dialogue]:
    chance = random.Random(0)
    pool = [turn.text for one in read_dialogues(file) for turn in one.turns]
    for number in range(rows):
        turns = [Turn(speaker="AB"[place % 2], text=chance.choice(pool)) for place in range(8)]
        yield Dialogue(id=f"d{number}", turns=turns, lineage=Lineage(seed=f"s{number // 3}"))


def _resident() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
