"""Facts about a dialogue among others: no order, no company but the set, and against plain counting."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from dialoom.dialogue.words import words
from dialoom.errors import DataError, DialoomError, MissingExtra
from dialoom.quality.embedding import has_embedding
from dialoom.quality.sets import (
    CopyIndex,
    Diversity,
    SetTags,
    distinct,
    embedding_diversity,
    near_duplicates,
    near_in_meaning,
    self_bleu,
)
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
        found = near_duplicates(texts)
        assert found.keys() == {"b"}
        assert found["b"].id == "a"
        assert found["b"].likeness == pytest.approx(_jaccard(TEXTS["a"], TEXTS["b"]))


def test_texts_are_compared_with_all_of_another_set() -> None:
    asked = {"Z": TEXTS["b"], "0": TEXTS["c"].upper(), "a": TEXTS["a"], "w": "Nothing like it.", "d": ""}
    found = near_duplicates(asked.items(), TEXTS.items())
    # An id that is the same says nothing: it is another set.
    assert found == {"Z": ("b", 1.0), "0": ("c", 1.0), "a": ("a", 1.0)}
    assert near_duplicates([("x", "anything"), ("y", "anything")], []) == {}
    assert near_duplicates([], TEXTS.items()) == {}


def test_of_equals_the_smallest_id_is_told() -> None:
    said = TEXTS["a"]
    assert near_duplicates([(id, said) for id in "cadb"]) == dict.fromkeys("bcd", ("a", 1.0))
    assert near_duplicates([("a", said)], [("z", said), ("y", said)]) == {"a": ("y", 1.0)}
    near = near_duplicates([("q", TEXTS["b"])], [("z", said), ("y", said)])
    assert near["q"].id == "y"


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
    wanted = {id for id in texts if id[-1] == "b" and _jaccard(texts[id], texts[f"{id[:3]}a"]) >= threshold}
    found = near_duplicates(texts.items(), threshold=threshold)
    assert found.keys() == wanted
    assert wanted
    originals = {id: text for id, text in texts.items() if id[-1] == "a"}
    copies = {id: text for id, text in texts.items() if id[-1] == "b"}
    assert near_duplicates(copies.items(), originals.items(), threshold) == found


def test_wrong_thresholds_and_ids_are_refused() -> None:
    for threshold in (0, 1.5):
        with pytest.raises(DialoomError, match="threshold"):
            near_duplicates([], threshold=threshold)
    with pytest.raises(DialoomError, match="'a' is there twice"):
        near_duplicates([("a", "x"), ("a", "y")])
    with pytest.raises(DialoomError, match="run"):
        CopyIndex([], run=0)


def test_meaning_finds_paraphrases() -> None:
    if not has_embedding():
        with pytest.raises(MissingExtra):
            near_in_meaning([("a", "b")])
        return
    texts = [("b", "My credit card is gone."), ("a", "I lost my credit card."), ("c", "The weather in Rome is nice.")]
    for order in (texts, texts[::-1]):
        found = near_in_meaning(order, threshold=0.6)
        assert found.keys() == {"b"}
        assert found["b"].id == "a"
    asked = [("z", ""), ("b", "I've lost my credit card."), ("y", "What nice weather there is in Rome!")]
    found = near_in_meaning(asked, texts, 0.6)
    assert {id: one.id for id, one in found.items()} == {"b": "a", "y": "c"}
    assert near_in_meaning(asked, [], 0.6) == {}
    with pytest.raises(DialoomError, match="twice"):
        near_in_meaning([("a", "b"), ("a", "c")])


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
    found = near_duplicates((one.id, one.text()) for one in dialogues)
    assert len(found) / len(dialogues) < 0.05


def test_distinct_counts_over_the_whole_set() -> None:
    assert distinct(["a b a b", "a b"], 2) == pytest.approx(2 / 4)
    assert distinct(["a b", ""], 1) == 1
    assert distinct(["a"], 2) == distinct([], 1) == 0


def test_diversity_is_that_of_the_same_texts_in_any_order() -> None:
    texts = [(str(number), f"number {number} says {number % 7} and {number % 3}") for number in range(200)]
    told = []
    for seed in range(3):
        random.Random(seed).shuffle(texts)
        diversity = Diversity(most=50)
        for id, text in texts:
            diversity.add(id, text)
        told.append(diversity.to_json())
    assert told[0] == told[1] == told[2]
    assert told[0]["of"] == 50
    assert 0 < told[0]["distinct_2"] < 1
    few = Diversity()
    for id, text in texts[:3]:
        few.add(id, text)
    said = sorted(text for _, text in texts[:3])
    assert few.to_json()["self_bleu"] == pytest.approx(self_bleu(said))


def test_tags_of_a_set_tell_where_the_other_one_stands() -> None:
    said = [talk(TEXTS[id] or "Well.").model_copy(update={"id": id}) for id in "abc"]
    said.append(said[2].model_copy(deep=True))
    texts = [(one.id, one.text()) for one in said]
    tags = SetTags(texts, against={"real": [("r1", TEXTS["b"])], "none": []})
    put = [one.tags for one in tags.put(said)]
    near = [(tag.get("near_duplicate_of"), tag.get("near_from")) for tag in put]
    # Of equally like ones that of another set is told, and of an id that is there twice the first is the original.
    assert near == [("r1", "real"), ("r1", "real"), (None, None), ("c", None)]
    assert put[1]["near_likeness"] == 1
    assert put[0]["near_likeness"] == pytest.approx(_jaccard(TEXTS["a"], TEXTS["b"]))
    assert (put[2]["near_likeness"], put[2]["copied"], put[2]["copied_words"]) == (0, 0, 0)
    assert (put[1]["copied"], put[1]["copied_words"]) == (1, 19)
    assert tags.to_json() == {"from": 0.4, "within": 1, "against": {"real": 2, "none": 0}}
    # Anew, so that nothing of another set stays.
    list(SetTags(texts[:2], within=False, against={"none": []}).put(said[:2]))
    assert "near_duplicate_of" not in said[0].tags
    with pytest.raises(DataError, match="changed"):
        list(SetTags(texts).put(said[:2]))
    with pytest.raises(DataError, match="changed"):
        list(SetTags(texts).put(said[::-1]))
