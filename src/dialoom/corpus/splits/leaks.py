"""Does one set of dialogues give another away: by id, by text, by a run of words, by meaning.

How alike two dialogues may be is learned from the protected set itself: what its own dialogues share with each other is
how such people talk, and no leak.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dialoom.corpus.held_out import text_key
from dialoom.dialogue import Dialogue
from dialoom.dialogue.words import words
from dialoom.likeness.near import near_pairs
from dialoom.likeness.nearest import nearest
from dialoom.likeness.shingles import shingles

Embed = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts to vectors of length 1, one a row."""

RUN = 13  # words in a row that two texts do not share by chance (Brown et al. 2020, appendix C)
PART = 8
NEAR = 0.6
# How much of what real data shows of itself is taken for usual.
USUAL = 0.999
_LEAST_PART = 0.2
_SAMPLE = 4_000
_EXAMPLES = 20


@dataclass(frozen=True, slots=True)
class Leak:
    """A dialogue that gives a protected one away.

    Attributes:
        id: the dialogue's.
        of: the protected dialogue's; where several are given away, the one that is most.
        kind: `id`, `text` (equal but for case and punctuation), `near` (Jaccard index of word pairs), `run` (13 words
            in a row), `part` (share of its 8-grams) or `meaning` (cosine of embeddings).
        score: by that kind's measure.
        shown: the words in question.
    """

    id: str
    of: str
    kind: str
    score: float
    shown: str


@dataclass(slots=True)
class LeakReport:
    """What was looked at and found. `leaks` are by index of the candidate, the plainest kind of each alone."""

    candidates: int
    protected: int
    limits: dict[str, float | None]
    leaks: dict[int, Leak] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        kinds = Counter(leak.kind for leak in self.leaks.values())
        first = [
            {"id": leak.id, "of": leak.of, "kind": leak.kind, "score": round(leak.score, 4), "shown": leak.shown}
            for leak in islice(self.leaks.values(), _EXAMPLES)
        ]
        return {
            "candidates": self.candidates,
            "protected": self.protected,
            "limits": self.limits,
            "leaks": len(self.leaks),
            "kinds": dict(kinds),
            "first": first,
        }


class _Texts:
    """The ids and texts of dialogues, which is all that is kept of them."""

    def __init__(self, dialogues: Iterable[Dialogue]) -> None:
        self.ids: list[str] = []
        self.texts: list[str] = []
        for one in dialogues:
            self.ids.append(one.id)
            self.texts.append(one.text())


def find_leaks(
    candidates: Iterable[Dialogue],
    protected: Iterable[Dialogue],
    *,
    embed: Embed | None = None,
    near: float = NEAR,
    usual: float = USUAL,
) -> LeakReport:
    """Every candidate that gives a protected dialogue away.

    A run of 13 words counts where one protected dialogue alone has it. A share of 8-grams and a cosine count beyond the
    quantile `usual` of what protected dialogues show of their nearest fellow.

    Args:
        embed: where given, meaning is compared too.
        near: Jaccard index of word pairs from which on two texts are near-duplicates; 0 does not look for them.
        usual: a quantile, 0..1.
    """
    asked, known = _Texts(candidates), _Texts(protected)
    report = LeakReport(len(asked.ids), len(known.ids), {"near": near or None})
    if not asked.ids or not known.ids:
        return report

    def found(index: int, other: int, kind: str, score: float, shown: str = "") -> None:
        leak = Leak(asked.ids[index], known.ids[other], kind, score, _short(shown or asked.texts[index]))
        report.leaks.setdefault(index, leak)

    ids = {id: index for index, id in enumerate(known.ids)}
    keys = {text_key(text): index for index, text in enumerate(known.texts)}
    for index, (id, text) in enumerate(zip(asked.ids, asked.texts, strict=True)):
        if id in ids:
            found(index, ids[id], "id", 1.0)
        elif (key := text_key(text)) in keys:
            found(index, keys[key], "text", 1.0)
    # Without `near` only the protected are compared, for what they repeat of each other.
    sets = [shingles(text) for text in (*(asked.texts if near else ()), *known.texts)]
    size = len(sets) - len(known.ids)
    twins: set[int] = set()
    for first, second, score in sorted(near_pairs(sets, near or NEAR, size), key=lambda pair: (-pair[2], pair)):
        if first < size <= second:
            found(first, second - size, "near", score)
        elif first >= size:
            twins |= {first - size, second - size}
    for index, other, shown in _runs(asked.texts, known.texts):
        found(index, other, "run", RUN, shown)
    # Protected dialogues that say the same as another one would let anything pass as usual.
    single = [index for index in range(len(known.ids)) if index not in twins]
    report.limits["part"], parts = _parts(asked.texts, known.texts, single, usual)
    for index, other, score, shown in parts:
        found(index, other, "part", score, shown)
    if embed is not None:
        report.limits["meaning"], meant = _meanings(asked.texts, known.texts, single, embed, usual)
        for index, other, score in meant:
            found(index, other, "meaning", score)
    return report


def _grams(text: str, size: int) -> list[tuple[str, ...]]:
    said = words(text)
    return [tuple(said[start : start + size]) for start in range(len(said) - size + 1)]


def _runs(texts: Sequence[str], known: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """What several protected dialogues say, such as how an agent answers the phone, gives none of them away."""
    holder: dict[int, int] = {}
    for index, text in enumerate(known):
        for gram in set(_grams(text, RUN)):
            held = hash(gram)
            holder[held] = -1 if holder.get(held, index) != index else index
    for index, text in enumerate(texts):
        for gram in _grams(text, RUN):
            other = holder.get(hash(gram), -1)
            if other >= 0:
                yield index, other, " ".join(gram)
                break


def _parts(
    texts: Sequence[str], known: Sequence[str], single: Sequence[int], usual: float
) -> tuple[float, list[tuple[int, int, float, str]]]:
    """The limit, and the candidates whose share of 8-grams out of the protected set lies beyond it."""
    held: Counter[int] = Counter()
    holder: dict[int, int] = {}
    own = [set(map(hash, _grams(text, PART))) for text in known]
    for index, held_grams in enumerate(own):
        held.update(held_grams)
        holder |= dict.fromkeys(held_grams, index)
    shares = [sum(held[gram] > 1 for gram in own[index]) / len(own[index]) for index in single if own[index]]
    limit = max(float(np.quantile(shares or [0.0], usual)), _LEAST_PART)
    found = []
    for index, text in enumerate(texts):
        grams = _grams(text, PART)
        shared = [gram for gram in grams if hash(gram) in held]
        if shared and len(shared) / len(grams) > limit:
            most = Counter(holder[hash(gram)] for gram in shared).most_common(1)[0][0]
            found.append((index, most, len(shared) / len(grams), " ".join(shared[0])))
    return limit, found


def _meanings(
    texts: Sequence[str], known: Sequence[str], single: Sequence[int], embed: Embed, usual: float
) -> tuple[float, list[tuple[int, int, float]]]:
    """The limit, and the candidates that are nearer to a protected dialogue than those are to each other."""
    vectors = embed(known)
    # An even choice of a large set is enough to know a quantile.
    chosen = np.array(single[:: max(1, len(single) // _SAMPLE)], dtype=np.intp)
    fellows = [score for score, _ in nearest(vectors[chosen], vectors, itself=chosen)] if len(single) > 1 else []
    limit = float(np.quantile(fellows, usual)) if fellows else 1.0
    scores = nearest(embed(texts), vectors)
    return limit, [(index, other, score) for index, (score, other) in enumerate(scores) if score > limit]


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 160 else f"{line[:159]}…"
