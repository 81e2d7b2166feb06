"""What became of dialogues that were written: how many, and what was left out, with the reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from dialoom.errors import DataError, Place

_SHOWN = 5


class Written(int):
    """How many were written, for a format that counts something else than dialogues or leaves something out.

    Attributes:
        what: what is counted, such as `utterances`.
        left_out: how many were left out, by reason.
        notes: one line each on what was left out and what else a user should know, ready to be shown.
    """

    what: str
    left_out: Mapping[str, int]
    notes: tuple[str, ...]

    def __new__(
        cls,
        number: int,
        *,
        what: str = "dialogues",
        left_out: Mapping[str, int] | None = None,
        notes: tuple[str, ...] = (),
    ) -> Written:
        self = super().__new__(cls, number)
        self.what, self.left_out, self.notes = what, dict(left_out or {}), notes
        return self


class LeftOut:
    """Counts what a writer leaves out, by reason, and keeps the first few names of each.

    Args:
        what: what is written, such as `utterances`.
    """

    def __init__(self, what: str = "dialogues") -> None:
        self._what = what
        self._counts: Counter[str] = Counter()
        self._remarks: Counter[str] = Counter()
        self._names: dict[str, list[str]] = {}

    def add(self, reason: str, name: str) -> None:
        """One was left out."""
        self._counts[reason] += 1
        self._name(reason, name)

    def remark(self, text: str, name: str) -> None:
        """One was written, but not all that is known of it, or something about it looks wrong."""
        self._remarks[text] += 1
        self._name(text, name)

    def written(self, number: int, path: Path) -> Written:
        """The result of a writer. Raises DataError where nothing at all could be written."""
        lines = [
            f"left out {count} {self._what}: {reason} ({self._listed(reason, count)})"
            for reason, count in self._counts.most_common()
        ]
        lines += [f"{text}: {count} ({self._listed(text, count)})" for text, count in self._remarks.most_common()]
        if not number:
            raise DataError(
                f"there are no {self._what} to write" + "".join(f"; {line}" for line in lines),
                place=Place(file=str(path)),
                remedy="see which dialogues are chosen, and what they hold",
            )
        return Written(number, what=self._what, left_out=self._counts, notes=tuple(lines))

    def _name(self, key: str, name: str) -> None:
        names = self._names.setdefault(key, [])
        if len(names) < _SHOWN:
            names.append(name)

    def _listed(self, key: str, count: int) -> str:
        names = self._names[key]
        return ", ".join(names) + (" ..." if count > len(names) else "")
