"""Stage one as a whole: what is shared changes no value, and neither company nor order does."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialoom.dialogue import Dialogue
from dialoom.dialogue.words import words
from dialoom.errors import MissingExtra
from dialoom.quality import METRICS, Metric, Rules
from dialoom.quality._runs import distinct, recurring
from dialoom.quality.batch import Batch
from dialoom.quality.metrics import Needs
from dialoom.quality.tagging import Tagger, cheap_metrics
from dialoom.registry import UnknownName
from tests.quality.real import dialogsum
from tests.quality.talk import talk

PARTS = (
    *("I", "don't", "'tis", "rock'n'roll", "dogs'", "''", "3.5", "“so”", "don’t", "—", "no", "?", ".", "café", "我想"),
    *("\x01", "\n", "a\x02b"),
)
SAID = st.one_of(
    st.text(max_size=30),
    st.lists(st.sampled_from(PARTS)).map(" ".join),
)
TALKS = st.lists(st.lists(SAID, max_size=5), min_size=1, max_size=5)


@given(TALKS)
def test_a_batch_has_the_words_of_each_turn(talks: list[list[str]]) -> None:
    batch = Batch([talk(*texts) for texts in talks])
    turns: list[list[str]] = [[] for _ in batch.texts]
    for word, turn in zip(batch.words.tolist(), batch.word_turn.tolist(), strict=True):
        turns[turn].append(batch.vocabulary[word])
    assert turns == [words(text) for texts in talks for text in texts]
    assert batch.lengths.tolist() == [len(turn) for turn in turns]
    assert batch.totals.tolist() == [sum(len(words(text)) for text in texts) for texts in talks]


@given(TALKS)
def test_codes_are_equal_where_words_are(talks: list[list[str]]) -> None:
    batch = Batch([talk(*texts) for texts in talks])
    said = [words(text) for text in batch.texts]
    letters = dict(zip((word for turn in said for word in turn), "".join(batch.codes), strict=True))
    assert batch.codes == ["".join(letters[word] for word in turn) for turn in said]
    assert len(set(letters.values())) == len(letters)


@pytest.mark.parametrize("size", [1, 2, 3])
def test_distinct_runs_are_counted_within_turns(size: int) -> None:
    talks = [("a b a b a", "a b c", ""), (), ("a b", "b a b a b a")]
    different, total = distinct(Batch([talk(*texts) for texts in talks]), size)
    for place, texts in enumerate(talks):
        runs = [tuple(said[at : at + size]) for said in map(words, texts) for at in range(len(said) - size + 1)]
        assert (different[place], total[place]) == (len(set(runs)), len(runs))


def test_recurring_runs_may_cross_turns_or_not() -> None:
    batch = Batch([talk("a b", "c d", "a b", "c d", "a b", "c d"), talk("x y z w q x y z w", "x y")])
    assert recurring(batch, 4, 3, within=batch.word_owner) == {0}
    assert recurring(batch, 4, 2, within=batch.word_owner) == {0, 1}
    assert recurring(batch, 4, 2, within=batch.word_turn) == {6}


def test_tags_do_not_depend_on_company_or_order() -> None:
    dialogues = list(dialogsum()[:150])
    tagger = Tagger()
    alone = {one.id: repr(tagger.tag([one])[0]) for one in dialogues}
    shuffled = random.Random(1).sample(dialogues, len(dialogues))
    assert {one.id: repr(tags) for one, tags in tagger.stream(shuffled)} == alone
    for name in cheap_metrics():
        assert repr(METRICS.load(name).measure(dialogues[7])) == repr(tagger.tag([dialogues[7]])[0][name])


def test_threads_may_share_a_tagger() -> None:
    dialogues = [talk(f"I said {number} times no, no, no.", "Did you?") for number in range(40)]
    tagger = Tagger()
    with ThreadPoolExecutor(4) as pool:
        apart = list(pool.map(lambda one: repr(tagger.tag([one])), dialogues))
    assert apart == [repr([tags]) for tags in tagger.tag(dialogues)]


def test_the_stream_keeps_pace_with_its_source() -> None:
    asked = 0

    def source() -> Iterator[Dialogue]:
        nonlocal asked
        for _ in range(10_000):
            asked += 1
            yield talk("Yes.")

    tagged = Tagger(["turns"]).stream(source())
    assert next(tagged)[1] == {"turns": 1}
    assert asked < 2_000


def test_a_plain_metric_and_one_for_many_go_on_working() -> None:
    asked: list[int] = []

    def many(dialogues: Sequence[Dialogue]) -> list[int]:
        asked.append(len(dialogues))
        return [len(one.id) for one in dialogues]

    plain = Metric("letters", "letters of the id", "int", lambda one: len(one.id))
    quick = Metric("letters_too", "the same", "int", lambda one: len(one.id), measure_many=many)
    rows = Tagger([plain, "words", quick]).tag([talk("a b"), talk()])
    assert rows == [{"letters": 1, "words": 2, "letters_too": 1}, {"letters": 1, "words": 0, "letters_too": 1}]
    assert list(rows[0]) == ["letters", "words", "letters_too"]
    assert asked == [2]


def test_what_lacks_an_extra_or_a_setting_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    absent = Metric("x", "", "int", lambda one: 1, needs=Needs("no_such", ("no_such_module",)))
    with pytest.raises(MissingExtra, match=r"'x' cannot be measured here.*dialoom\[no_such\]"):
        Tagger([absent])
    unset = Metric("y", "", "int", lambda one: 1, needs=Needs("e", ("json",), setting="DIALOOM_NOT_SET"))
    with pytest.raises(MissingExtra, match="set DIALOOM_NOT_SET"):
        Tagger([unset])
    monkeypatch.setenv("DIALOOM_NOT_SET", "1")
    assert Tagger([unset]).tag([talk()]) == [{"y": 1}]
    with pytest.raises(UnknownName):
        Tagger(["wrods"])


def test_rules_read_text_metrics() -> None:
    rules = Rules(["sensitive_topics not like '%self_harm%'"])
    kept, refused = rules.judge([talk("Fine, thanks."), talk("I think of suicide.")])
    assert kept.kept
    assert refused.reasons == ["sensitive_topics not like '%self_harm%': sensitive_topics is self_harm"]
    with pytest.raises(Exception, match="it is not true or false but VARCHAR"):
        Rules(["sensitive_topics"])


def test_nothing_to_tag() -> None:
    assert Tagger().tag([]) == []
    assert Tagger([]).tag([talk()]) == [{}]
