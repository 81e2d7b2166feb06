"""How many dialogues a second stage one tags on one core: `python -m benchmarks.stage_one [--count N]`.

Dialogues like those of DialogSum: those in DIALOOM_DATA, else made up, of ten turns and 130 words. All cheap
metrics that lack nothing here are measured. Told are CPU seconds of the process, so that others on the machine
disturb less, and resident memory at the end to that after the first fifth of the stream.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Iterator

import psutil
from benchmarks._figures import Figure, parser, run, tell
from tests.quality.real import data_folder, dialogsum

from dialoom.dialogue import Dialogue, Turn
from dialoom.quality.tagging import Tagger, cheap_metrics

_LEAST = 5_000
_SYLLABLES = ("ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "qui", "ro", "su", "ta", "ve")


def measure(arguments: argparse.Namespace) -> list[Figure]:
    """Tag a stream and watch."""
    dialogues = _dialogues()
    mean = sum(len(one.turns) for one in dialogues) / len(dialogues)
    names = cheap_metrics()
    words = sum(row["words"] for row in Tagger(["words"]).tag(dialogues))  # type: ignore[misc]
    tell(f"{len(names)} metrics over dialogues of {mean:.1f} turns and {words / len(dialogues):.0f} words")
    tagger = Tagger(names)
    tagger.tag(dialogues[:200])
    process = psutil.Process()
    early = 0
    started = time.process_time()
    for place, _ in enumerate(tagger.stream(_stream(dialogues, arguments.count))):
        if place == arguments.count // 5:
            early = process.memory_info().rss
    taken = time.process_time() - started
    alone: dict[str, float] = {}
    for name in names:
        one = Tagger([name])
        begun = time.process_time()
        one.tag(dialogues)
        alone[name] = (time.process_time() - begun) / len(dialogues)
    slowest = sorted(alone, key=lambda name: -alone[name])[:5]
    tell("slowest alone: " + ", ".join(f"{name} {1e6 * alone[name]:.0f} us" for name in slowest))
    return [
        Figure("stage_one", f"dialogues a second of CPU, {len(names)} metrics", arguments.count / taken, least=_LEAST),
        Figure("stage_one", "memory at the end to that at a fifth", process.memory_info().rss / early, "x", most=1.1),
    ]


def _stream(dialogues: list[Dialogue], count: int) -> Iterator[Dialogue]:
    for place in range(count):
        yield dialogues[place % len(dialogues)]


def _dialogues() -> list[Dialogue]:
    if (data_folder() / "dialogsum" / "train.jsonl").is_file():
        return list(dialogsum("train"))
    draw = random.Random(1)
    vocabulary = ["".join(draw.choices(_SYLLABLES, k=draw.choice((1, 1, 2, 2, 3)))) for _ in range(4_000)]
    return [
        Dialogue(
            id=str(place),
            turns=[
                Turn(
                    speaker="AB"[at % 2],
                    text=" ".join(draw.choices(vocabulary, k=13)).capitalize() + draw.choice(".?!"),
                )
                for at in range(10)
            ],
        )
        for place in range(2_000)
    ]


def options() -> argparse.ArgumentParser:
    """Its options."""
    known = parser(__doc__)
    known.add_argument("--count", type=int, default=20_000, help="dialogues to tag (default: 20,000)")
    return known


if __name__ == "__main__":
    sys.exit(run(measure, options()))
