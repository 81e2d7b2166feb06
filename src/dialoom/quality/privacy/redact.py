"""Personal data replaced in a dialogue, the same by the same wherever it stands."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal

from dialoom.dialogue import Dialogue
from dialoom.quality.privacy._find import Finder, find_personal
from dialoom.quality.privacy._kind import KINDS
from dialoom.quality.privacy._names import NAME, is_name, same_person, surrogate_name

Style = Literal["tags", "surrogates"]

# What names, traces or labels a dialogue or a turn, and is nothing that a person said.
_KEPT = ("id", "lineage", "tags")
_LABELS = ("intent", "acts", "emotion")


class Redactor:
    """Replaces personal data in dialogues.

    In one dialogue a datum is always replaced by the same text: Anna is `[NAME_1]` in every turn, as a speaker, in
    slots, summary and fields. What was found once is replaced everywhere in its dialogue, also where its form alone
    would not give it away. Slots keep pointing at their words. Ids, labels and lineage stay as they are.

    Args:
        kinds: names of the kinds to replace; left out, all of them.
        style: `tags` writes `[EMAIL_1]`, `surrogates` a value of the same form that belongs to nobody.
        more: further finders, such as `dialoom.quality.privacy.presidio.names`.
        speakers: whether speakers who are called by a name, and not by a role, are personal data.

    Attributes:
        counts: how many different data of each kind were replaced, summed over the dialogues.
    """

    def __init__(
        self,
        kinds: Sequence[str] | None = None,
        *,
        style: Style = "tags",
        more: Sequence[Finder] = (),
        speakers: bool = True,
    ) -> None:
        self._kinds = [KINDS.load(name) for name in (KINDS.names() if kinds is None else kinds)]
        self._surrogates = {kind.name: kind.surrogate for kind in self._kinds} | {NAME: surrogate_name}
        self._style = style
        self._more = more
        self._speakers = speakers
        self.counts: Counter[str] = Counter()

    def __call__(self, dialogue: Dialogue) -> Dialogue:
        """The dialogue without its personal data; the same object where it holds none."""
        content = dialogue.model_dump(mode="json", exclude_defaults=True)
        kept = {name: content.pop(name) for name in _KEPT if name in content}
        turns = content.pop("turns", [])
        labels = [{name: turn.pop(name) for name in _LABELS if name in turn} for turn in turns]
        data = self._data(dialogue.speakers(), [turns, content])
        if not data:
            return dialogue
        self.counts.update(kind for kind, _ in set(data.values()))
        replace = _Replacer({said: self._written(*datum) for said, datum in data.items()})
        changed = [_turn(turn, replace) | label for turn, label in zip(turns, labels, strict=True)]
        return Dialogue.model_validate(_mapped(content, replace) | kept | {"turns": changed})

    def _data(self, speakers: Sequence[str], content: Any) -> dict[str, tuple[str, int]]:
        """Each way in which a datum is written, and its kind and number."""
        data = _Data({kind.name: kind.same for kind in self._kinds})
        for speaker in filter(is_name, speakers if self._speakers else ()):
            data.add(NAME, speaker)
        for text in _texts(content):
            for found in find_personal(text, self._kinds, self._more):
                data.add(found.kind, text[found.start : found.end])
        return data.known

    def _written(self, kind: str, number: int) -> str:
        surrogate = self._surrogates.get(kind)
        return surrogate(number) if self._style == "surrogates" and surrogate else f"[{kind}_{number}]"


class _Data:
    """The data of one dialogue, numbered by kind in the order in which they are met."""

    def __init__(self, same: dict[str, Callable[[str], str]]) -> None:
        self.known: dict[str, tuple[str, int]] = {}
        self._same = same
        self._numbers: dict[tuple[str, str], int] = {}
        self._last: Counter[str] = Counter()

    def add(self, kind: str, said: str) -> None:
        if said in self.known:
            return
        if kind == NAME:
            names = (other for other, (of, _) in self.known.items() if of == NAME)
            fellow = next((other for other in names if same_person(said, other)), None)
            if fellow is not None:
                self.known[said] = self.known[fellow]
                return
        same = self._same.get(kind, str.casefold)(said)
        if (kind, same) not in self._numbers:
            self._last[kind] += 1
            self._numbers[kind, same] = self._last[kind]
        self.known[said] = (kind, self._numbers[kind, same])


class _Replacer:
    """Replaces what was found, longer pieces first, as whole words."""

    def __init__(self, written: dict[str, str]) -> None:
        self._written = written
        longest = sorted(written, key=len, reverse=True)
        self._form = re.compile("|".join(rf"(?<!\w){re.escape(said)}(?!\w)" for said in longest))

    def __call__(self, text: str) -> str:
        return self._form.sub(lambda found: self._written[found[0]], text)

    def moved(self, text: str) -> Callable[[int, int], tuple[int, int]]:
        """Where a span of the text stands after the replacement; one that a piece cuts grows to hold it."""
        pieces = [(found.start(), found.end(), len(self._written[found[0]])) for found in self._form.finditer(text)]

        def place(offset: int, *, end: bool) -> int:
            shift = 0
            for start, stop, length in pieces:
                if offset >= stop:
                    shift += length - (stop - start)
                elif offset > start:
                    return start + shift + (length if end else 0)
            return offset + shift

        return lambda start, end: (place(start, end=False), place(end, end=True))


def _turn(turn: dict[str, Any], replace: _Replacer) -> dict[str, Any]:
    text = turn["text"]
    moved = replace.moved(text)
    changed: dict[str, Any] = _mapped(turn, replace)
    for before, slot in zip(turn.get("slots", []), changed.get("slots", []), strict=True):
        start, end = before.get("start"), before.get("end")
        if start is not None and end is not None:
            slot["start"], slot["end"] = moved(start, end)
            if text[start:end] == before["value"]:
                slot["value"] = changed["text"][slot["start"] : slot["end"]]
    return changed


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)


def _mapped(value: Any, replace: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return replace(value)
    if isinstance(value, dict):
        return {name: _mapped(inner, replace) for name, inner in value.items()}
    return [_mapped(inner, replace) for inner in value] if isinstance(value, list) else value
