"""A taxonomy: requests of every intent, with values out of its gazetteers. It has no utterances, so words are made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from dialoom.evaluation.stress.readers._intents import name_of, openings, request, told_of
from dialoom.evaluation.stress.scenario import Scenario
from dialoom.evaluation.stress.scenarios import Reader, Reading
from dialoom.intents.taxonomy import read_taxonomy


def _read(named: str, reading: Reading) -> Iterator[Scenario]:
    taxonomy = read_taxonomy(Path(named))
    for intent, each in taxonomy.intents.items():
        if each.decision is not None and each.decision.decision == "drop":
            continue
        random = Random(f"{reading.seed}/{intent}")
        for number, text in enumerate(openings(intent, each.description, reading.each, random), 1):
            made = request(name_of(intent, number), intent, reading.side, text)
            yield told_of(made, taxonomy, random)


def _fits(named: str, data: Any) -> bool:
    return isinstance(data, dict) and "taxonomy" in data


READER = Reader("a taxonomy (YAML): requests of its intents, worded by templates", _fits, _read)
