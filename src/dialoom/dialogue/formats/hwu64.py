"""HWU64 (Liu et al. 2019, NLU-Evaluation-Data): annotated utterances of a home assistant, with scenario and intent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from dialoom.dialogue.dialogue import Dialogue
from dialoom.dialogue.formats._files import Bad
from dialoom.dialogue.formats._format import Format
from dialoom.dialogue.formats._rows import Row, read_each
from dialoom.dialogue.formats._utterance import read_utterance
from dialoom.dialogue.turn import Slot
from dialoom.errors import DataError

_COLUMNS = {"scenario", "intent", "answer_annotation"}
_MARKED = re.compile(r"\[\s*(?P<name>[^\[\]:]*?)\s*:\s*(?P<value>[^\[\]]*?)\s*\]")


def _read(path: Path, bad: Bad | None = None) -> Iterator[Dialogue]:
    """A dialogue of one turn for each row; its intent is `SCENARIO_INTENT`, as the 64 classes are called.

    The annotated text is the one that is read: `wake me at [time : five am]`. Rows whose status says that they are
    irrelevant (`IRR` and the like) are read too, with the field `status`.
    """
    return read_each(path, bad, _dialogue)


def _dialogue(row: Row, number: int) -> Dialogue:
    text, slots = _parted(row)
    rest = {name: value for name, value in row.rest("answer_annotation", "intent").items() if value not in (None, "")}
    return read_utterance(
        row.path,
        number,
        "hwu64",
        text=text,
        intent=f"{row.first('scenario')}_{row.first('intent')}",
        slots=slots,
        fields=rest,
    )


def _parted(row: Row) -> tuple[str, list[Slot]]:
    marked = row.first("answer_annotation").strip()
    text, slots, at = "", [], 0
    for found in _MARKED.finditer(marked):
        text += marked[at : found.start()]
        at = found.end()
        if found["name"] and found["value"]:
            slots.append(
                Slot(name=found["name"], value=found["value"], start=len(text), end=len(text) + len(found["value"]))
            )
        text += found["value"]
    text += marked[at:]
    if not text.strip():
        raise DataError("the row has no text", place=row.place("answer_annotation"), remedy="leave the row out")
    return text, slots


FORMAT = Format(
    name="hwu64",
    about="HWU64: CSV with scenario, intent and the text annotated as `at [time : five]`",
    read=_read,
    suggests=lambda row: set(row) >= _COLUMNS,
    suffix=".csv",
)
