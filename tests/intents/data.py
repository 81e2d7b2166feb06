"""Small labelled data that a classifier can learn: intents by their words, some rare, one confused with another."""

from __future__ import annotations

import csv
from pathlib import Path
from random import Random

from dialoom.intents.utterances import Labelled, Utterance

_WORDS = {
    "balance": ("balance", "account", "money", "much", "left"),
    "lost_card": ("lost", "card", "stolen", "gone", "wallet"),
    "weather": ("weather", "rain", "sunny", "forecast", "umbrella"),
    "music": ("play", "song", "album", "music", "louder"),
}
_FRAMES = (
    "what about my {0} {1}",
    "please {0} the {1} now",
    "i think the {0} is {1}",
    "{0} {1}",
    "tell me {0} and {1} for today",
)


def lines(intent: str, number: int, seed: int = 0) -> list[str]:
    """Texts of an intent, each different."""
    random = Random(f"{seed}/{intent}")
    found: dict[str, None] = {}
    for turn in range(100 * number):
        if len(found) == number:
            break
        text = random.choice(_FRAMES).format(*random.sample(_WORDS[intent], 2))
        found[text if turn < 20 * number else f"{text} {turn}"] = None
    return list(found)


def rows(counts: dict[str, int], seed: int = 0, split: str = "") -> list[Utterance]:
    return [
        Utterance(text, intent, id=f"{intent}-{place}", split=split)
        for intent, number in counts.items()
        for place, text in enumerate(lines(intent, number, seed))
    ]


def labelled(counts: dict[str, int], seed: int = 0) -> Labelled:
    outside = tuple(
        Utterance(text, "oos") for text in ("what is the meaning of life", "sing me a rainbow", "who won the cup")
    )
    return Labelled(tuple(rows(counts, seed)), outside)


def write_csv(path: Path, utterances: list[Utterance]) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "intent", "split"])
        writer.writerows((row.text, row.intent, row.split) for row in utterances)
    return path
