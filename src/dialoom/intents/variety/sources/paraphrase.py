"""Another way to say a real line: by a model, or by the ways in which people begin other requests."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from dialoom.dialogue import Slot
from dialoom.intents.line import Line
from dialoom.intents.variety._source import Asked, Brief, Variety

_SYSTEM = "You say what a person said in other words. Same meaning, one line, nothing else."


def _make(brief: Brief, random: Random) -> Iterator[Line]:
    """Real lines with another opener that ends in the same word, or with any one before what they are about."""
    examples = brief.ground.examples
    if not examples or not brief.openers.counts:
        return
    while True:
        example = random.choice(examples)
        head, rest = brief.openers.split(example.text)
        other = brief.openers.like(head, random) if head else ""
        yield _began(example, head, rest, other or brief.openers.draw(random), brief.ground.intent)


def _began(example: Line, head: str, rest: str, opener: str, intent: str) -> Line:
    text = f"{opener} {rest}"
    gone = example.text.find(rest, len(head))
    by = len(opener) + 1 - gone
    slots: list[Slot] = []
    for slot in example.slots:
        if slot.start is None or slot.end is None:
            slots.append(slot)
        elif slot.start >= gone and text[slot.start + by : slot.end + by] == slot.value:
            slots.append(slot.model_copy(update={"start": slot.start + by, "end": slot.end + by}))
    return Line(text, intent, tuple(slots), "paraphrase", of=(example.text,))


def _ask(brief: Brief, random: Random) -> Asked:
    example = random.choice(brief.ground.examples) if brief.ground.examples else None
    said = example.text if example else brief.ground.name
    opener = brief.openers.draw(random)
    wishes = " ".join(brief.wishes)
    return Asked(f"{_SYSTEM} {wishes}".strip(), (), f"In other words: {said}", opener, of=(said,))


VARIETY = Variety("a real line said in another way", _make, _ask)
