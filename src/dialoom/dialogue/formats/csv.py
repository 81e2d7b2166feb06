"""Labelled utterances as a table: one a row with text, intent and slots."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from dialoom.dialogue.dialogue import Dialogue
from dialoom.dialogue.formats._bio import slots_of_tokens
from dialoom.dialogue.formats._cells import csv_row, first_name, json_cell, slots_of
from dialoom.dialogue.formats._files import Bad, write_lines
from dialoom.dialogue.formats._format import Format
from dialoom.dialogue.formats._labelled import refuse_surrogates
from dialoom.dialogue.formats._rows import Row, read_each
from dialoom.dialogue.formats._utterance import SPEAKER, Conflicts, Utterance, read_utterance, utterances_of
from dialoom.dialogue.formats._written import LeftOut, Written
from dialoom.errors import DataError, nearest

_COLUMNS = ("id", "text", "intent", "slots", "split", "language")
_TEXT = ("text", "utterance", "sentence", "query", "phrase")
_INTENT = ("intent", "label_text", "label", "category")


def _read(path: Path, bad: Bad | None = None) -> Iterator[Dialogue]:
    """CSV, JSON Lines, a JSON list or Parquet. The columns may have other usual names (utterance, query; label,
    category); tokens with BIO tags become slots. Columns that are not the format's stay in `fields`.
    """
    return read_each(path, bad, _dialogue)


def _dialogue(row: Row, number: int) -> Dialogue:
    text, intent = first_name(row.values, _TEXT), first_name(row.values, _INTENT)
    if text is None or intent is None:
        missing = "text" if text is None else "intent"
        raise DataError(
            f"the row has no field '{missing}'",
            place=row.place(missing),
            remedy=nearest(missing, tuple(row.values)) or "the row has no fields at all",
        )
    tagged = {"tokens", "bio"} <= set(row.values)
    slots = slots_of_tokens(row, text, "tokens", "bio") if tagged else slots_of(row, "slots")
    known = {"id", text, intent, "slots", "speaker"} | ({"tokens", "bio"} if tagged else set())
    fields = {name: value for name, value in row.rest(*known).items() if value not in (None, "")}
    name = row.optional("id")
    speaker = row.optional("speaker") or SPEAKER
    return read_utterance(
        row.path,
        number,
        "csv",
        text=row.first(text),
        intent=row.first(intent),
        slots=slots,
        name=name,
        fields=fields,
        speaker=speaker,
    )


def _write(dialogues: Iterable[Dialogue], path: Path) -> Written:
    """CSV with a header: id, text, intent, slots (a JSON list with character offsets), split, language.

    Written as a stream; the texts are remembered to tell of those that have several intents.
    """
    left = LeftOut("utterances")
    result = 0

    def lines() -> Iterator[str]:
        nonlocal result
        yield csv_row(_COLUMNS)
        conflicts = Conflicts(left)
        for dialogue in dialogues:
            for utterance in utterances_of(dialogue, left):
                if refuse_surrogates(utterance, left):
                    continue
                conflicts.see(utterance)
                result += 1
                yield csv_row(_cells(utterance))
        left.written(result, path)

    write_lines(lines(), path)
    return left.written(result, path)


def _cells(utterance: Utterance) -> list[Any]:
    slots = [{"name": slot.name, "value": slot.value, "start": slot.start, "end": slot.end} for slot in utterance.slots]
    named = utterance.name, utterance.text, utterance.intent
    return [*named, json_cell(slots), utterance.split, utterance.language]


def _suggests(row: dict[str, object]) -> bool:
    if first_name(row, _TEXT) is None or first_name(row, _INTENT) is None:
        return False
    return not {"turns", "messages", "dialogue", "dialogue_id", "parent_id", "completion"} & set(row)


FORMAT = Format(
    name="csv",
    about="labelled utterances as a table: text, intent, slots; read from CSV, JSON Lines, JSON list or Parquet",
    read=_read,
    write=_write,
    suggests=_suggests,
    suffix=".csv",
)
