"""Facts about a dialogue among others: no order, no company but the set, and against plain counting."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from dialoom.dialogue.words import words
from dialoom.errors import DialoomError, MissingExtra
from dialoom.quality.embedding import has_embedding
from dialoom.quality.sets import CopyIndex, MeaningIndex, NearIndex, embedding_diversity, self_bleu
from tests.quality.real import dailydialog
from tests.quality.talk import talk

TEXTS = {
    "a": "I lost my red suitcase at the airport in Rome this morning, can you help me to find it?",
    "b": "I lost my red suitcase at the airport in Rome this evening, can you help me to find it?",
    "c": "Could I have a table for two on Friday night, please?",
    "d": "",
    "e": "",
}


def _jaccard(one: str, other: str) -> float:
    first, second = ({*pairwise(["^", *words(text), "$"])} for text in (one, other))
    return len(first & second) / len(first | second)


def test_of_two_near_duplicates_the_smaller_id_is_the_original() -> None:
    for seed in range(5):
        texts = list(TEXTS.items())
        random.Random(seed).shuffle(texts)
        index = NearIndex(texts)
        assert index.near_duplicate_of("a", TEXTS["a"]) is None
        found = index.near_duplicate_of("b", TEXTS["b"])
        assert found is not None
        assert found.id == "a"
        assert found.likeness == pytest.approx(_jaccard(TEXTS["a"], TEXTS["b"]))
        assert index.near_duplicate_of("c", TEXTS["c"]) is None
        assert index.near_duplicate_of("e", "") is None


def test_a_text_from_elsewhere_is_compared_with_all() -> None:
    index = NearIndex(TEXTS.items())
    found = index.near_duplicate_of("Z", TEXTS["b"])
    assert found is not None
    assert (found.id, found.likeness) == ("b", 1)
    assert index.near_duplicate_of("0", TEXTS["c"].upper()) == ("c", 1.0)
    assert len(index) == 5
    assert NearIndex([]).near_duplicate_of("x", "anything") is None


@pytest.mark.parametrize("threshold", [0.3, 0.5, 0.8])
def test_it_finds_what_comparing_all_with_all_finds(threshold: float) -> None:
    draw = random.Random(7)
    vocabulary = [f"w{number}" for number in range(400)]
    texts: dict[str, str] = {}
    for number in range(120):
        said = draw.choices(vocabulary, k=60)
        texts[f"{number:03}a"] = " ".join(said)
        share = draw.uniform(0, 0.5)
        texts[f"{number:03}b"] = " ".join(draw.choice(vocabulary) if draw.random() < share else word for word in said)
    index = NearIndex(texts.items(), threshold)
    wanted = {id for id in texts if id[-1] == "b" and _jaccard(texts[id], texts[f"{id[:3]}a"]) >= threshold}
    found = {id for id, text in texts.items() if index.near_duplicate_of(id, text)}
    assert found <= wanted
    assert len(found) >= 0.95 * len(wanted) > 0


def test_wrong_thresholds_and_ids_are_refused() -> None:
    for threshold in (0, 1.5):
        with pytest.raises(DialoomError, match="threshold"):
            NearIndex([], threshold)
    with pytest.raises(DialoomError, match="'a' is there twice"):
        NearIndex([("a", "x"), ("a", "y")])
    with pytest.raises(DialoomError, match="run"):
        CopyIndex([], run=0)


def test_meaning_finds_paraphrases() -> None:
    if not has_embedding():
        with pytest.raises(MissingExtra):
            MeaningIndex([("a", "b")])
        return
    texts = [("b", "My credit card is gone."), ("a", "I lost my credit card."), ("c", "The weather in Rome is nice.")]
    for order in (texts, texts[::-1]):
        index = MeaningIndex(order, 0.6)
        assert index.near_duplicate_of("a", "I lost my credit card.") is None
        found = index.near_duplicate_of("b", "My credit card is gone.")
        assert found is not None
        assert found.id == "a"
        assert index.near_duplicate_of("c", "The weather in Rome is nice.") is None
        assert index.near_duplicate_of("z", "") is None
    with pytest.raises(DialoomError, match="twice"):
        MeaningIndex([("a", "b"), ("a", "c")])


def test_copies_of_real_text_are_found() -> None:
    index = CopyIndex(["We will bring the suitcase to your hotel tonight.\nGoodbye."], run=4)
    said = talk("Yes: we will bring the suitcase to your room.", "Goodbye.")
    assert index.copied(said) == pytest.approx(7 / 10)
    assert index.longest(said) == "we will bring the suitcase to your"
    assert index.copied(talk()) == 0
    assert index.longest(talk("Nothing of that.")) == ""
    assert CopyIndex(["one two", "three four"], run=3).copied(talk("one two three four")) == 0


def test_self_bleu_is_that_of_nltk() -> None:
    bleu_score = pytest.importorskip("nltk.translate.bleu_score", reason="needs nltk")
    texts = [
        "the cat sat on the mat today and slept",
        "the cat sat on the mat today",
        "a dog sat on the mat today and slept well",
    ]
    said = [words(text) for text in texts]
    expected = [bleu_score.sentence_bleu(said[:place] + said[place + 1 :], own) for place, own in enumerate(said)]
    assert self_bleu(texts) == pytest.approx(sum(expected) / len(expected))


def test_self_bleu_at_its_ends() -> None:
    assert self_bleu(["a b c d e"] * 3) == pytest.approx(1)
    assert self_bleu(["a b c d", "e f g h"]) == 0
    assert self_bleu(["a b c d"]) == self_bleu([]) == 0
    assert self_bleu(["", "a b c d"]) == 0


def test_embedding_diversity() -> None:
    if not has_embedding():
        pytest.skip("needs the extra embeddings")
    assert embedding_diversity(["I lost my card."] * 4) == pytest.approx(0, abs=1e-3)
    assert embedding_diversity(["I lost my card.", "The weather is nice."]) > 0.3
    assert embedding_diversity(["one"]) == 0


def test_real_dialogues_hold_near_copies_and_few() -> None:
    dialogues = dailydialog()[:600]
    index = NearIndex((one.id, one.text()) for one in dialogues)
    found = sum(index.near_duplicate_of(one.id, one.text()) is not None for one in dialogues)
    assert found / len(dialogues) < 0.05
