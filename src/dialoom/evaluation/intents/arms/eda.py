"""EDA (Wei and Zou 2019): words of the examples replaced, inserted, swapped, deleted.

Synonyms come from WordNet there; here they are the words nearest in meaning among those of the training data, by static
embeddings, so that no download is needed and it works in other languages.
"""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import TYPE_CHECKING

from dialoom.dialogue.words import words
from dialoom.evaluation.intents.arms._arm import Arm, Lines, Scene
from dialoom.intents.utterances import Utterance
from dialoom.quality.embedding import has_embedding, load_embedding

if TYPE_CHECKING:
    from dialoom.quality.embedding import Embed

_ALPHA = 0.1
_NEIGHBOURS = 5
_VOCABULARY = 5000
Neighbours = dict[str, list[str]]


def _add(scene: Scene) -> Lines:
    embed = load_embedding() if has_embedding() else scene.embed
    near = neighbours([row.text for row in scene.train], [r.text for i in scene.rare for r in scene.examples(i)], embed)
    found: Lines = []
    for intent in scene.rare:
        random = scene.random(f"eda/{intent}")
        held = [row.text for row in scene.examples(intent)]
        if held:
            made = [eda(held[number % len(held)], near, random) for number in range(scene.most)]
            found += [Utterance(text, intent, synthetic=True) for text in made]
    return found


def neighbours(texts: list[str], wanted: list[str], embed: Embed) -> Neighbours:
    """The words of the texts nearest in meaning to each of the words in `wanted`, the nearest first."""
    counts = Counter(word for text in texts for word in words(text) if len(word) > 2)
    vocabulary = [word for word, _ in counts.most_common(_VOCABULARY)]
    asked = sorted({word for text in wanted for word in words(text) if len(word) > 2})
    if not asked or not vocabulary:
        return {}
    likeness = embed(asked) @ embed(vocabulary).T
    order = (-likeness).argsort(axis=1, kind="stable")[:, : _NEIGHBOURS + 1]
    return {
        word: [vocabulary[place] for place in places if vocabulary[place] != word][:_NEIGHBOURS]
        for word, places in zip(asked, order, strict=True)
    }


def eda(text: str, near: Neighbours, random: Random) -> str:
    """One of the four operations on a tenth of the words, at least one."""
    said = words(text)
    times = max(1, round(_ALPHA * len(said)))
    operation = random.choice((_replace, _insert, _swap, _delete))
    changed = operation(said, times, near, random)
    return " ".join(changed) or text


def _replace(said: list[str], times: int, near: Neighbours, random: Random) -> list[str]:
    places = [place for place, word in enumerate(said) if near.get(word)]
    for place in random.sample(places, min(times, len(places))):
        said[place] = random.choice(near[said[place]])
    return said


def _insert(said: list[str], times: int, near: Neighbours, random: Random) -> list[str]:
    for _ in range(times):
        known = [word for word in said if near.get(word)]
        if known:
            said.insert(random.randint(0, len(said)), random.choice(near[random.choice(known)]))
    return said


def _swap(said: list[str], times: int, near: Neighbours, random: Random) -> list[str]:
    for _ in range(times if len(said) > 1 else 0):
        one, other = random.sample(range(len(said)), 2)
        said[one], said[other] = said[other], said[one]
    return said


def _delete(said: list[str], times: int, near: Neighbours, random: Random) -> list[str]:
    for _ in range(min(times, len(said) - 1)):
        del said[random.randrange(len(said))]
    return said


ARM = Arm("eda", "words replaced by near ones, inserted, swapped, deleted (Wei and Zou 2019)", free=True, add=_add)
