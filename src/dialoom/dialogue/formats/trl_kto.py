"""TRL's rows for KTO (Ethayarajh et al. 2024): `{"prompt": [...], "completion": [...], "label": true}`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from dialoom.dialogue.dialogue import Dialogue
from dialoom.dialogue.formats._chat_of import tools_of
from dialoom.dialogue.formats._files import Bad, write_lines
from dialoom.dialogue.formats._format import Format
from dialoom.dialogue.formats._pairs import explicit_row, held_pairs, one_form
from dialoom.dialogue.formats._prompted import dialogue_of_split, split_of
from dialoom.dialogue.formats._rows import Row, json_line, read_each, wrong_type
from dialoom.dialogue.formats._written import Written
from dialoom.dialogue.preference import PreferencePair

_LABEL = "label"


def _read(path: Path, bad: Bad | None = None) -> Iterator[Dialogue]:
    """The dialogue is the prompt and the completion, and `label` one of its fields. Text and messages are both read."""
    return read_each(path, bad, _dialogue)


def _dialogue(row: Row, number: int) -> Dialogue:
    if _LABEL not in row.values:
        raise row.missing(_LABEL)
    if not isinstance(row.values[_LABEL], bool):
        raise wrong_type(row.place(_LABEL), "true or false", row.values[_LABEL])
    return dialogue_of_split(row, number, "trl_kto")


def _write(dialogues: Iterable[Dialogue], path: Path) -> int:
    """Two rows a pair, the chosen reply labelled true and the rejected one false; see `trl_dpo` for where pairs are.

    Of the ranked siblings of a message tree only the best is true and the worst false: those between are better than
    one and worse than another, and no label fits them.

    A record whose field `label` is true or false, and which holds no pair, is one row: its last answer has the label.
    """
    lines = (json_line(row, Dialogue(id=row["id"])) for row in one_form(_rows(dialogues)))
    return Written(write_lines(lines, path), what="rows")


def _rows(dialogues: Iterable[Dialogue]) -> Iterator[dict[str, Any]]:
    parent: object = None
    done: set[str] = set()
    for dialogue, pair in held_pairs(dialogues, unpaired=_is_labelled, ends=True):
        tools = {} if dialogue is None else tools_of(dialogue)
        if pair is not None:
            row = explicit_row(pair)
            # Where two are best or two are worst, one of them is in several pairs, which follow each other.
            if dialogue is not None or parent != pair.provenance["parent"]:
                parent, done = pair.provenance.get("parent"), set()
            for name in ("chosen", "rejected"):
                id = _id(pair, name, of_tree=dialogue is None)
                if id not in done:
                    yield {"id": id, "prompt": row["prompt"], "completion": row[name], _LABEL: name == "chosen"} | tools
                done.add(id)
        elif dialogue is not None:
            yield {"id": dialogue.id} | split_of(dialogue) | {_LABEL: dialogue.fields[_LABEL]} | tools


def _id(pair: PreferencePair, name: str, *, of_tree: bool) -> str:
    return str(pair.provenance[name]) if of_tree else f"{pair.id}:{name}"


def _is_labelled(dialogue: Dialogue) -> bool:
    return isinstance(dialogue.fields.get(_LABEL), bool)


def _suggests(row: dict[str, object]) -> bool:
    return "prompt" in row and "completion" in row and _LABEL in row


FORMAT = Format(
    name="trl_kto",
    about="TRL's rows for KTO: prompt, completion, label",
    read=_read,
    write=_write,
    suggests=_suggests,
)
