"""What people said, with what they meant: the labelled utterances of a data set, each with its place in its talk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dialoom.dialogue import Dialogue, Slot
from dialoom.dialogue.formats import Bad, read_dialogues
from dialoom.dialogue.labels import intent_of, is_users, turn_name
from dialoom.errors import DataError, Place, nearest

OUT_OF_SCOPE = ("oos", "out_of_scope", "outofscope", "out of scope", "nlu_fallback")
"""What intents are called that stand for none of the others."""

_SPLITS = {"valid": "validation", "val": "validation", "dev": "validation"}


@dataclass(frozen=True, slots=True)
class Utterance:
    """A text that a user said, and its intent.

    Attributes:
        id: that of the dialogue, with `#` and the number of the turn (from 1) where it has several.
        split: the part of the data set it belongs to: `train`, `validation`, `test`, or another name; empty where the
            data tells none.
        slots: values in the text, each with its offsets, in the order of the text.
        acts: dialogue acts of the turn.
        turn: how many turns went before it.
        before: what was said just before it; empty where nothing was.
        synthetic: whether its lineage says that it was made.
    """

    text: str
    intent: str
    id: str = ""
    split: str = ""
    slots: tuple[Slot, ...] = ()
    acts: tuple[str, ...] = ()
    turn: int = 0
    before: str = ""
    synthetic: bool = False


@dataclass(frozen=True, slots=True)
class Labelled:
    """The utterances of a data set, those in scope apart from those out of scope.

    Attributes:
        rows: in scope, in the order of the data.
        outside: out of scope: what should be answered by none of the intents.
    """

    rows: tuple[Utterance, ...]
    outside: tuple[Utterance, ...] = ()

    @property
    def texts(self) -> list[str]:
        return [row.text for row in self.rows]

    @property
    def intents(self) -> list[str]:
        """The intent of each row."""
        return [row.intent for row in self.rows]

    def counts(self) -> dict[str, int]:
        """How many rows each intent has, the most frequent first, equals by name."""
        return dict(sorted(Counter(self.intents).items(), key=lambda item: (-item[1], item[0])))

    def only(self, *splits: str) -> Labelled:
        """The rows of these parts."""
        return Labelled(
            tuple(row for row in self.rows if row.split in splits),
            tuple(row for row in self.outside if row.split in splits),
        )

    def splits(self) -> list[str]:
        return list(dict.fromkeys(row.split for row in (*self.rows, *self.outside)))


@dataclass(slots=True)
class Reading:
    """Which utterances of a data set are wanted.

    Attributes:
        outside: further names of intents that stand for out of scope.
        split: take this part alone; `train` also takes rows that tell none. None takes all.
        open: gives the dialogues of what is named; left out, those of files in a format of dialogues.
    """

    outside: Sequence[str] = ()
    split: str | None = None
    format: str | None = None
    bad: Bad | None = None
    open: Callable[[str], Iterable[Dialogue]] | None = None
    _names: frozenset[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._names = frozenset(name.casefold() for name in (*OUT_OF_SCOPE, *self.outside))

    def is_outside(self, intent: str) -> bool:
        return intent.casefold() in self._names

    def read(self, *paths: Path | str) -> Labelled:
        """The utterances of files, folders or archives, in any format of dialogues.

        Raises DataError with file and line on bad input, where nothing is labelled, and where the split is not there.
        """
        found = [row for path in paths for each in self._dialogues(path) for row in utterances_of(each)]
        place = Place(file=str(paths[0]) if paths else None)
        if not found:
            raise DataError(
                "no turn has an intent", place=place, remedy="name labelled data, such as CSV, Rasa or CLINC"
            )
        splits = dict.fromkeys(row.split for row in found)
        if self.split is not None and any(splits):
            wanted = {self.split, ""} if self.split == "train" else {self.split}
            if not wanted & splits.keys():
                known = [name for name in splits if name]
                raise DataError(f"there is no split '{self.split}'", place=place, remedy=nearest(self.split, known))
            found = [row for row in found if row.split in wanted]
        return self.sorted(found)

    def sorted(self, rows: Iterable[Utterance]) -> Labelled:
        """Those in scope and those out of it."""
        inside: list[Utterance] = []
        outside: list[Utterance] = []
        for row in rows:
            (outside if self.is_outside(row.intent) else inside).append(row)
        return Labelled(tuple(inside), tuple(outside))

    def _dialogues(self, path: Path | str) -> Iterable[Dialogue]:
        if self.open is not None:
            return self.open(str(path))
        return read_dialogues(Path(path), self.format, self.bad)


def utterances_of(dialogue: Dialogue) -> Iterator[Utterance]:
    """The turns of users that have an intent; in a dialogue of one turn its field `intent` counts too."""
    before = ""
    split = split_of(dialogue.fields.get("split"))
    for number, turn in enumerate(dialogue.turns):
        intent = intent_of(dialogue, number)
        if intent is not None and turn.text.strip() and is_users(turn):
            yield Utterance(
                text=turn.text,
                intent=intent,
                id=turn_name(dialogue, number),
                split=split,
                slots=tuple(sorted((slot for slot in turn.slots if _lies_in(turn.text, slot)), key=_start)),
                acts=tuple(turn.acts),
                turn=number,
                before=before,
                synthetic=dialogue.lineage.provenance == "synthetic",
            )
        before = turn.text


def split_of(told: Any) -> str:
    """A split's usual name: `validation` of `oos_val`, empty for none."""
    name = _text(told) or ""
    name = name.casefold().removeprefix("oos_")
    return _SPLITS.get(name, name)


def _lies_in(text: str, slot: Slot) -> bool:
    return slot.start is not None and slot.end is not None and 0 <= slot.start < slot.end <= len(text)


def _start(slot: Slot) -> tuple[int, int]:
    return slot.start or 0, slot.end or 0


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
