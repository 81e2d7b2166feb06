"""Real dialogues to check metrics against: read where they lie, tests skip where they are absent."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from dialoom.dialogue import Dialogue, Turn

_SPEAKER = re.compile(r"#(Person\d+)#:")


def data_folder() -> Path:
    """The folder that `DIALOOM_DATA` names, or `shared/data` beside the repository."""
    named = os.environ.get("DIALOOM_DATA")
    return Path(named) if named else Path(__file__).resolve().parents[3] / "shared" / "data"


def _file(name: str) -> Path:
    path = data_folder() / name
    if not path.is_file():
        pytest.skip(f"{name} is not in {data_folder()}; set DIALOOM_DATA to a folder that holds it")
    return path


@cache
def dialogsum(split: str = "dev") -> tuple[Dialogue, ...]:
    """DialogSum (Chen et al. 2021), one dialogue a line, with its topic."""
    return tuple(_dialogsum(_file(f"dialogsum/{split}.jsonl")))


def _dialogsum(path: Path) -> Iterator[Dialogue]:
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        _, *parts = _SPEAKER.split(row["dialogue"])
        turns = [Turn(speaker=who, text=text.strip()) for who, text in zip(parts[::2], parts[1::2], strict=True)]
        yield Dialogue(id=row["fname"], turns=turns, topic=row.get("topic"), summary=row.get("summary"))


@cache
def dailydialog() -> tuple[Dialogue, ...]:
    """DailyDialog (Li et al. 2017): two speakers in turn, `__eou__` after each utterance."""
    lines = _file("dailydialog/dialogues.txt").read_text(encoding="utf-8").splitlines()
    return tuple(
        Dialogue(
            id=str(number),
            turns=[
                Turn(speaker="AB"[place % 2], text=text.strip())
                for place, text in enumerate(part for part in line.split("__eou__") if part.strip())
            ],
        )
        for number, line in enumerate(lines)
        if line.strip()
    )
