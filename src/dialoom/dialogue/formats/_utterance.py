"""Labelled utterances: what the formats of NLU tools hold, out of dialogues and back into them.

An utterance is a turn that has an intent, whoever says it, except what an assistant, system or tool says. In a dialogue
of a single turn without one, the field `intent` of the record is the turn's.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dialoom.dialogue.dialogue import Dialogue
from dialoom.dialogue.formats._written import LeftOut
from dialoom.dialogue.labels import intent_of, is_users, turn_name
from dialoom.dialogue.lineage import Lineage
from dialoom.dialogue.turn import Slot, Turn
from dialoom.dialogue.words import words
from dialoom.errors import DataError, Place

SPEAKER = "user"


@dataclass(frozen=True, slots=True)
class Span:
    """A slot value that stands in the text, from `start` up to `end` (characters); `value` is what it means."""

    name: str
    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Utterance:
    """A text with its intent and slots, these in the order of the text.

    Attributes:
        name: id of the dialogue, with `#` and the number of the turn (from 1) where it has several.
        split: the part of a data set it belongs to, such as `test`; from the field `split`.
        language: its language tag, from the field or tag `language`.
        extra: the turn's `meta`, in which a format keeps what is its own.
    """

    name: str
    text: str
    intent: str
    slots: tuple[Span, ...] = ()
    split: str | None = None
    language: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    def overlaps(self) -> bool:
        """Whether two slots share a character."""
        return any(later.start < earlier.end for earlier, later in zip(self.slots, self.slots[1:], strict=False))

    def parts(self) -> Iterator[tuple[str, Span | None]]:
        """The text in pieces, each a slot's or no slot's; together they are the text. For slots that do not overlap."""
        at = 0
        for slot in self.slots:
            if slot.start > at:
                yield self.text[at : slot.start], None
            yield self.text[slot.start : slot.end], slot
            at = slot.end
        if at < len(self.text):
            yield self.text[at:], None

    @property
    def slot_names(self) -> list[str]:
        return list(dict.fromkeys(slot.name for slot in self.slots))


def utterances_of(dialogue: Dialogue, left: LeftOut) -> Iterator[Utterance]:
    """The utterances of a dialogue; turns that are none are counted in `left`.

    A slot without offsets is looked up: it gets those of its value where that stands in the text exactly once, as whole
    words. Raises DataError, naming the dialogue, where offsets and text do not fit.
    """
    if not dialogue.turns:
        left.add("no turn", dialogue.id)
    for index, turn in enumerate(dialogue.turns):
        name = turn_name(dialogue, index)
        intent = intent_of(dialogue, index)
        if intent is None:
            left.add("no intent", name)
        elif not is_users(turn):
            left.add("not said by a user", name)
        elif not turn.text:
            left.add("no text", name)
        else:
            yield Utterance(
                name=name,
                text=turn.text,
                intent=intent,
                slots=_spans(dialogue, index, name, left),
                split=_text(dialogue.fields, "split"),
                language=_text(dialogue.fields, "language") or _text(dialogue.tags, "language"),
                extra=turn.meta,
            )


def read_utterance(
    path: Path,
    number: int,
    form: str,
    *,
    text: str,
    intent: str,
    slots: Sequence[Slot] = (),
    name: str | None = None,
    fields: dict[str, Any] | None = None,
    meta: dict[str, Any] | None = None,
    speaker: str = SPEAKER,
) -> Dialogue:
    """The dialogue of one turn that an utterance of a file is read as; without a name it is called by its number."""
    return Dialogue(
        id=name or f"{path.name}:{number}",
        turns=[Turn(speaker=speaker, text=text, intent=intent, slots=list(slots), meta=meta or {})],
        fields=fields or {},
        lineage=Lineage(provenance="real", source=f"{path.name} ({form})"),
    )


@dataclass(slots=True)
class Conflicts:
    """Sees utterances one after the other, and remarks on texts that have several intents."""

    left: LeftOut
    _seen: dict[str, tuple[str, str]] = field(default_factory=dict)

    def see(self, utterance: Utterance) -> None:
        intent, name = self._seen.setdefault(utterance.text, (utterance.intent, utterance.name))
        if intent != utterance.intent:
            self.left.remark(
                "texts with more than one intent",
                f"{utterance.text[:60]!r} is '{intent}' in {name} and '{utterance.intent}' in {utterance.name}",
            )


def values_of(utterances: Iterable[Utterance], left: LeftOut) -> dict[str, dict[str, list[str]]]:
    """What the slots can be: by slot name and value, the texts that stand for the value.

    A text that stands for several values stands for the first one here, and is remarked on.
    """
    meant: dict[str, dict[str, str]] = defaultdict(dict)
    for utterance in utterances:
        for slot in utterance.slots:
            said = utterance.text[slot.start : slot.end]
            value = meant[slot.name].setdefault(said, slot.value)
            if value != slot.value:
                left.remark(
                    "slots whose text means several values, of which the first was written",
                    f"{slot.name} {said!r} is {value!r} and, in {utterance.name}, {slot.value!r}",
                )
    values: dict[str, dict[str, list[str]]] = {}
    for name, texts in meant.items():
        for said, value in texts.items():
            values.setdefault(name, {}).setdefault(value, []).append(said)
    return values


def main_language(utterances: Iterable[Utterance], default: str) -> str:
    """The language that most utterances are in, where those that do not tell count for the default."""
    counts = Counter(utterance.language or default for utterance in utterances)
    return max(counts, key=lambda language: counts[language]) if counts else default


def _text(values: dict[str, Any], key: str) -> str | None:
    value = values.get(key)
    return value if isinstance(value, str) and value else None


def _spans(dialogue: Dialogue, index: int, name: str, left: LeftOut) -> tuple[Span, ...]:
    turn = dialogue.turns[index]
    spans = []
    for number, slot in enumerate(turn.slots):
        if slot.start is None and slot.end is None:
            start = _only_place(turn.text, slot.value)
            if start is None:
                left.remark("slots whose value is not in the text exactly once, so that they were left out", name)
                continue
            spans.append(Span(slot.name, slot.value, start, start + len(slot.value)))
        else:
            place = Place(field=f"turns[{index}].slots[{number}]")
            spans.append(_checked(dialogue.id, turn.text, slot, place))
    return tuple(sorted(spans, key=lambda span: (span.start, span.end)))


def _checked(id: str, text: str, slot: Slot, place: Place) -> Span:
    what = f"dialogue '{id}': the slot '{slot.name}' "
    start, end = slot.start, slot.end
    if start is None or end is None:
        raise DataError(f"{what}has one offset of two", place=place, remedy="write both start and end, or neither")
    if not 0 <= start < end <= len(text):
        raise DataError(
            f"{what}goes from {start} to {end}, and the text has {len(text)} characters",
            place=place,
            remedy="offsets count characters from 0, and end is after the last one",
        )
    # Another text than the value's is a value put in other words ("two" for 2), unless it cuts words and the value
    # itself stands elsewhere.
    if text[start:end] != slot.value and slot.value and slot.value in text and not _whole_words(text, start, end):
        raise DataError(
            f"{what}is {slot.value!r}, and from {start} to {end} the text reads {text[start:end]!r}",
            place=place,
            remedy=f"{slot.value!r} starts at {text.index(slot.value)}",
        )
    return Span(slot.name, slot.value, start, end)


def _only_place(text: str, value: str) -> int | None:
    start = text.find(value) if value else -1
    if start < 0 or text.find(value, start + 1) >= 0 or not _whole_words(text, start, start + len(value)):
        return None
    return start


def _whole_words(text: str, start: int, end: int) -> bool:
    inside = text[start:end]
    return inside == inside.strip() and not _one_word(text, start) and not _one_word(text, end)


def _one_word(text: str, at: int) -> bool:
    """Whether the characters on both sides of `at` are parts of one word."""
    around = text[at - 1 : at + 1]
    return 0 < at < len(text) and around[0].isalnum() and around[1].isalnum() and len(words(around)) == 1
