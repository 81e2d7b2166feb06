"""Values in the place of values: from gazetteers, from real lines of other intents, by what stands around a word."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from random import Random

from dialoom.intents.line import Ground, Line
from dialoom.intents.noise.edit import Edit, apply, words_of
from dialoom.intents.variety._refill import refilled
from dialoom.intents.variety._source import Brief, Variety

_FEWEST = 2


def _values(ground: Ground) -> dict[str, list[str]]:
    """Values by slot: of the gazetteers, and of real lines of any intent."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for slot, values in ground.gazetteers.items():
        found[slot].update(dict.fromkeys(values))
    for lines in (ground.examples, *ground.others.values()):
        for line in lines:
            for each in line.slots:
                found[each.name][each.value] = None
    return {slot: list(values) for slot, values in found.items()}


def _places(ground: Ground) -> Mapping[tuple[str, str], list[str]]:
    """Words seen between two others in real lines of other intents."""
    found: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for lines in ground.others.values():
        for line in lines:
            words = ["<s>", *line.text.lower().split(), "</s>"]
            for before, word, after in zip(words, words[1:], words[2:], strict=False):
                found[before, after][word] = None
    return {place: list(words) for place, words in found.items() if len(words) >= _FEWEST}


def _make(brief: Brief, random: Random) -> Iterator[Line]:
    ground = brief.ground
    values = _values(ground)
    slotted = [line for line in ground.examples if any(len(values.get(slot.name, ())) > 1 for slot in line.slots)]
    places = _places(ground)
    while ground.examples:
        if slotted and random.random() < 0.7:
            yield refilled(random.choice(slotted), values, "substitution", ground.intent, random)
        else:
            example = random.choice(ground.examples)
            yield _swapped(example, places, ground.intent, random)


def _swapped(example: Line, places: Mapping[tuple[str, str], list[str]], intent: str, random: Random) -> Line:
    words = words_of(example)
    texts = ["<s>", *(word.text.lower() for word in words), "</s>"]
    fit = [
        (word, places[texts[at], texts[at + 2]])
        for at, word in enumerate(words)
        if not word.held and (texts[at], texts[at + 2]) in places
    ]
    if not fit:
        return Line(example.text, intent, example.slots, "substitution", of=(example.text,))
    word, candidates = random.choice(fit)
    made = apply(example, [Edit(word.start, word.end, random.choice(candidates))], "substitution")
    return Line(made.text, intent, made.slots, "substitution", of=(example.text,))


VARIETY = Variety("other values and words in a real line", _make)
