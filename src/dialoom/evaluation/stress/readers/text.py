"""A text file of utterances, one a line, without labels: how a bot holds up can be seen, what it should say cannot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dialoom.errors import DataError, Place
from dialoom.evaluation.stress.readers._intents import request
from dialoom.evaluation.stress.scenario import UNKNOWN, Scenario
from dialoom.evaluation.stress.scenarios import Reader, Reading


def _read(named: str, reading: Reading) -> Iterator[Scenario]:
    try:
        lines = Path(named).read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"cannot read it: {error}", place=Place(named)) from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield request(f"line-{number}", UNKNOWN, reading.side, line.strip())


def _fits(named: str, data: Any) -> bool:
    return named.endswith(".txt")


READER = Reader("a text file (.txt) with an utterance a line", _fits, _read)
