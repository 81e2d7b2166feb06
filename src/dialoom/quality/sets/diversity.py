"""How different the dialogues of a set are from each other, in one number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from heapq import heappush, heapreplace
from math import exp, log

from dialoom.quality._words import words
from dialoom.quality.embedding import has_embedding, load_embedding

_LONGEST = 4


def self_bleu(texts: Sequence[str], longest: int = _LONGEST) -> float:
    """The mean BLEU of each text against all others, 0 (nothing shared) to 1 (all alike); 0.0 for fewer than two.

    Zhu et al. 2018, "Texygen" (SIGIR); BLEU as in Papineni et al. 2002, on words, with runs of up to `longest` words of
    equal weight; where no run of a length is shared the score is 0. All texts are compared, in time that grows with
    their words alone. It grows with the number of texts: compare sets of one size.
    """
    said = [words(text) for text in texts]
    if len(said) < 2:
        return 0.0
    lengths = Counter(map(len, said))
    logs = [0.0] * len(said)
    dead = [not each for each in said]
    for size in range(1, longest + 1):
        counts = [Counter(_grams(each, size)) for each in said]
        most: dict[tuple[str, ...], tuple[int, int, int]] = {}
        for place, held in enumerate(counts):
            for gram, times in held.items():
                first, owner, second = most.get(gram, (0, -1, 0))
                most[gram] = (times, place, first) if times > first else (first, owner, max(second, times))
        for place, held in enumerate(counts):
            shared = sum(
                min(times, most[gram][2] if most[gram][1] == place else most[gram][0]) for gram, times in held.items()
            )
            dead[place] |= not shared
            if shared:
                logs[place] += log(shared / held.total()) / longest
    scores = [
        0.0 if dead[place] else exp(logs[place]) * _brevity(len(each), lengths) for place, each in enumerate(said)
    ]
    return sum(scores) / len(scores)


def _grams(said: Sequence[str], size: int) -> Iterator[tuple[str, ...]]:
    return zip(*(said[start:] for start in range(size)), strict=False)


def _brevity(length: int, lengths: Counter[int]) -> float:
    others = [each for each, times in lengths.items() if times > (each == length)]
    closest = min(others, key=lambda each: (abs(each - length), each))
    return 1.0 if length >= closest else exp(1 - closest / length)


def distinct(texts: Sequence[str], size: int) -> float:
    """The share of different runs of `size` words among all of the texts together, 0..1; 0.0 where there is none.

    Li et al. 2016, "A Diversity-Promoting Objective Function" (NAACL). It falls as a set grows: compare sets of
    one size.
    """
    grams = Counter(gram for text in texts for gram in _grams(words(text), size))
    return len(grams) / grams.total() if grams else 0.0


class Diversity:
    """How diverse a set is, by so many of its texts at most, as it comes by.

    Which texts those are depends on their ids and words alone, so that the order does not count.
    """

    def __init__(self, most: int = 1_000) -> None:
        self._most = most
        self._drawn: list[tuple[int, str]] = []

    def add(self, id: str, text: str) -> None:
        """Take a text."""
        key = int.from_bytes(blake2b(f"{id}\0{text}".encode("utf-8", "surrogatepass"), digest_size=8).digest())
        # A heap, its greatest key first.
        if len(self._drawn) < self._most:
            heappush(self._drawn, (-key, text))
        elif -self._drawn[0][0] > key:
            heapreplace(self._drawn, (-key, text))

    def to_json(self) -> dict[str, float]:
        """`of`, how many texts are compared, `self_bleu`, `distinct_1` to `distinct_3`, and, with the extra
        `embeddings`, `embedding_diversity`."""
        texts = [text for _, text in sorted(self._drawn)]
        told = {"of": float(len(texts)), "self_bleu": self_bleu(texts)}
        told |= {f"distinct_{size}": distinct(texts, size) for size in (1, 2, 3)}
        if has_embedding():
            told["embedding_diversity"] = embedding_diversity(texts)
        return told


def embedding_diversity(texts: Sequence[str]) -> float:
    """One less the mean cosine of all pairs, 0 (all mean the same) to about 1; 0.0 for fewer than two texts.

    Raises MissingExtra where the extra `embeddings` is not installed.
    """
    if len(texts) < 2:
        return 0.0
    vectors = load_embedding()(texts)
    total = vectors.astype("float64").sum(axis=0)
    count = len(texts)
    # The sum of all pairs is the square of the sum less the squares, each of which is 1.
    return float(1 - (total @ total - count) / (count * (count - 1)))
