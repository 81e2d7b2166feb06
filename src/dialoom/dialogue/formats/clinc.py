"""CLINC150 (Larson et al. 2019): one JSON object of splits, each a list of pairs of text and intent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic_core import to_json

from dialoom.dialogue.dialogue import Dialogue
from dialoom.dialogue.formats._files import Bad, write_lines
from dialoom.dialogue.formats._format import Format
from dialoom.dialogue.formats._labelled import labelled
from dialoom.dialogue.formats._shape import Shape
from dialoom.dialogue.formats._utterance import read_utterance
from dialoom.dialogue.formats._whole_json import items_of_lists
from dialoom.dialogue.formats._written import Written
from dialoom.errors import DataError

_START = re.compile(r'\{\s*"\w+"\s*:\s*\[\s*\[\s*"')


def _read(path: Path, bad: Bad | None = None) -> Iterator[Dialogue]:
    """A dialogue of one turn for each pair; the split is the field `split`, such as `train` or `oos_test`."""
    for number, (split, pair, place) in enumerate(items_of_lists(path, "a list of pairs"), 1):
        if isinstance(pair, list) and len(pair) == 2 and all(isinstance(each, str) for each in pair):
            text, intent = pair
            yield read_utterance(path, number, "clinc", text=text, intent=intent, fields={"split": split})
            continue
        error = DataError("expected a pair of texts", place=place, remedy='write ["what is my balance", "balance"]')
        if bad is None:
            raise error
        bad(error, to_json(pair).decode())


def _write(dialogues: Iterable[Dialogue], path: Path) -> Written:
    """By the field `split`, `train` where there is none. The form knows no slots."""
    found = labelled(dialogues, "clinc", lambda utterance: None)
    splits: dict[str, list[tuple[str, str]]] = {}
    for utterance in found.utterances:
        splits.setdefault(utterance.split or "train", []).append((utterance.text, utterance.intent))
        if utterance.slots:
            found.left.remark("utterances whose slots were left out, since the form knows none", utterance.name)
    result = found.written(path)
    write_lines([to_json(splits, indent=1).decode()], path)
    return result


def _fits(shape: Shape) -> bool:
    return bool(_START.match(shape.text))


FORMAT = Format(
    name="clinc",
    about="CLINC150: a JSON object of splits with pairs of text and intent",
    read=_read,
    write=_write,
    fits=_fits,
    suffix=".json",
)
