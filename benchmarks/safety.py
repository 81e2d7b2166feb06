"""What the lexicons of abuse and of sensitive topics find: `python -m benchmarks.safety`.

On HateCheck (Röttger et al. 2021), which is made to be hard, on XSTest (Röttger et al. 2024), and on real small talk.
Each case is read as a dialogue of one turn.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Sequence

from benchmarks._figures import Figure, parser, run
from tests.quality.real import dailydialog, data_folder, dialogsum

from dialoom.dialogue import Dialogue, Turn
from dialoom.quality.tagging import Tagger


def measure(arguments: argparse.Namespace) -> list[Figure]:
    """Tag and compare with the labels."""
    figures = []
    cases = _read("hatecheck_cases.csv")
    figures += _told("toxic, HateCheck", "toxic", [(row["test_case"], row["label_gold"] == "hateful") for row in cases])
    prompts = [(row["prompt"], row["label"] == "unsafe") for row in _read("xstest_prompts.csv")]
    figures += _told("sensitive_topics, XSTest", "sensitive_topics", prompts)
    figures += _told("toxic, XSTest", "toxic", prompts)
    for name, dialogues in (("DialogSum", dialogsum()), ("DailyDialog", dailydialog())):
        tags = Tagger(["toxic", "sensitive_topics"]).tag(dialogues)
        for metric in ("toxic", "sensitive_topics"):
            share = sum(bool(row[metric]) for row in tags) / len(tags)
            figures.append(Figure("safety", f"{metric}: marked in {name}", 100 * share, "%"))
    return figures


def _read(name: str) -> list[dict[str, str]]:
    with (data_folder() / "safety" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _told(what: str, metric: str, cases: Sequence[tuple[str, bool]]) -> list[Figure]:
    dialogues = [Dialogue(id=str(place), turns=[Turn(speaker="A", text=text)]) for place, (text, _) in enumerate(cases)]
    marked = [bool(tags[metric]) for tags in Tagger([metric]).tag(dialogues)]
    bad = [label for _, label in cases]
    right = sum(mark and label for mark, label in zip(marked, bad, strict=True))
    wrong = sum(marked) - right
    shares = (
        ("recall", right / sum(bad)),
        ("precision", right / max(1, sum(marked))),
        ("marked though harmless", wrong / (len(bad) - sum(bad))),
        ("harmful among all", sum(bad) / len(bad)),
    )
    return [Figure("safety", f"{what}: {name}", 100 * share, "%") for name, share in shares]


if __name__ == "__main__":
    sys.exit(run(measure, parser(__doc__)))
