"""Perplexity: a case by hand, one vocabulary for all arms, real lines lower it, intervals hold what they are of."""

from __future__ import annotations

from dataclasses import replace
from math import exp, sqrt
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialoom.errors import MissingExtra
from dialoom.evaluation.agreement import Resampler
from dialoom.evaluation.intents import ARMS, Arm, Experiment, Problem, compare, cut, given_arm
from dialoom.evaluation.intents import perplexity as module
from dialoom.evaluation.intents.perplexity import Ground, Surprise, surprise
from dialoom.evaluation.intents.report import perplexity_of, report
from dialoom.intents.embedders import load_embedder
from dialoom.intents.utterances import Labelled, Utterance
from tests.cli.conftest import Dialoom, dialoom  # noqa: F401
from tests.intents.data import labelled, rows, write_csv

pytest.importorskip("nltk")
COUNTS = {"balance": 40, "weather": 40, "music": 40, "lost_card": 40}
TRAIN = [Utterance("A b!", "rare"), Utterance("a", "other")]
TEST = [Utterance("b", "rare"), Utterance("a", "other")]


def test_a_case_by_hand() -> None:
    ground = Ground.of(TRAIN, [*TRAIN, *TEST])
    # V is a, b, the end and the unknown: a share of 1/4. In general a and the end came twice, b once: 5 of 3 kinds.
    assert [ground.base(word) for word in ("a", "b", "</s>", "<UNK>")] == [11 / 32, 7 / 32, 11 / 32, 3 / 32]
    # Of the intent each of a, b and the end was said once: 3 of 3 kinds.
    b, end = (1 + 3 * 7 / 32) / 6, (1 + 3 * 11 / 32) / 6
    # After the start, once and twice, came one word, not b; the end came after b, but never after the start and b.
    first, second = b / 4, (1 + end) / 2
    found = surprise(ground, TRAIN, TEST, ["rare"])
    assert found.words.tolist() == [2, 0]
    assert found.nats[1] == 0
    assert found.perplexity() == pytest.approx(1 / sqrt(first * second))


lines = st.lists(st.text("abcx ", max_size=12), max_size=5)


@given(texts=lines, general=lines, context=st.tuples(*[st.sampled_from(["<s>", "a", "x", "zz"])] * 2))
def test_probabilities_sum_to_one(texts: list[str], general: list[str], context: tuple[str, str]) -> None:
    ground = Ground.of([Utterance(text, "other") for text in general], TEST)
    model = ground.model(texts)
    known = [word for word in ground.vocabulary if word != "<s>"]
    assert sum(model.score(word, context) for word in known) == pytest.approx(1)
    assert sum(map(ground.base, known)) == pytest.approx(1)
    assert all(model.score(word, context) > 0 for word in known)


def test_an_intent_without_lines_is_judged_by_how_people_talk() -> None:
    ground = Ground.of(TRAIN, [*TRAIN, *TEST])
    found = surprise(ground, [Utterance("b b b", "other")], TEST, ["rare"])
    assert found.perplexity() == pytest.approx(1 / sqrt(7 / 32 * 11 / 32))
    assert np.isnan(surprise(ground, TRAIN, TEST, ["unheard"]).perplexity())


def problem(seed: int = 0) -> Problem:
    return cut(labelled(COUNTS), 1, 3, seed, ["lost_card"])


def measured(*arms: Arm, seeds: int = 1) -> dict[str, float]:
    test = labelled(dict.fromkeys(COUNTS, 25), seed=7)
    experiment = Experiment(load_embedder(), test, 30, perplexity=True)
    found = report(compare(experiment, [problem(seed) for seed in range(seeds)], arms), Resampler(50))
    for arm in found.arms:
        assert arm.perplexity is not None
        ends = arm.perplexity.interval
        assert ends.low is not None
        assert ends.value is not None
        assert ends.high is not None
        assert ends.low <= ends.value <= ends.high
    return {arm.arm: arm.perplexity.interval.value or 0.0 for arm in found.arms if arm.perplexity}


def test_real_lines_lower_it_and_what_nobody_says_raises_it() -> None:
    pytest.importorskip("sklearn")
    pytest.importorskip("wordllama")
    held = problem().held_back
    odd = [replace(row, text=f"zounds thou varlet number {n}") for n, row in enumerate(held[:20])]
    found = measured(
        ARMS.load("none"),
        ARMS.load("duplicates"),
        given_arm("few", lambda _: held[:6]),
        given_arm("odd", lambda _: odd),
        given_arm("elsewhere", lambda _: rows({"weather": 5}, seed=3)),
        given_arm("real", lambda _: held, ceiling=True),
    )
    assert found["real"] < found["few"] < found["none"] < min(found["duplicates"], found["odd"])
    assert found["elsewhere"] == found["none"]


def fitted(arm: Arm, train: list[Utterance], test: list[Utterance], *rare: str) -> Surprise:
    pytest.importorskip("sklearn")
    pytest.importorskip("wordllama")
    experiment = Experiment(load_embedder(), Labelled(tuple(test)), perplexity=True)
    found = experiment.fit(Problem(tuple(train), rare, 0), arm)[0].surprise
    assert found is not None
    return found


def test_what_an_arm_adds_to_an_intent_alters_nothing_of_others() -> None:
    test = rows({"lost_card": 10, "weather": 10}, seed=7)
    train = rows({"lost_card": 3, "weather": 3, "music": 30})
    more = [Utterance(f"sunny rain {n} umbrella gone", "lost_card") for n in range(20)]
    none = fitted(ARMS.load("none"), train, test, "lost_card", "weather")
    some = fitted(given_arm("some", lambda _: more), train, test, "lost_card", "weather")
    assert some.nats[10:].tolist() == none.nats[10:].tolist()
    assert all(some.nats[:10] != none.nats[:10])
    assert some.words.tolist() == none.words.tolist()


def test_unknown_words_do_not_make_unseen_test_words_likely() -> None:
    train = [Utterance("hello there", "rare"), Utterance("play a song", "music")]
    test = [Utterance("zebra giraffe", "rare")]
    made = [Utterance(f"blorp{n} quux{n}", "rare") for n in range(20)]
    odd = fitted(given_arm("odd", lambda _: made), train, test, "rare")
    assert odd.perplexity() > fitted(ARMS.load("none"), train, test, "rare").perplexity()


def test_seeds_are_averaged() -> None:
    fits = [Surprise(np.array([value, 0.0]), np.array([2, 0])) for value in (2.0, 4.0)]

    class Fitted:
        def __init__(self, judged: Surprise) -> None:
            self.surprise = judged

    found = perplexity_of([Fitted(each) for each in fits], Resampler(0))  # type: ignore[misc]
    assert found is not None
    assert found.interval.value == pytest.approx((exp(1) + exp(2)) / 2)


judged = st.lists(st.tuples(st.floats(0, 30), st.integers(1, 12)), min_size=2, max_size=20)


@given(lines=judged, seed=st.integers(0, 9))
def test_intervals_hold_the_value(lines: list[tuple[float, int]], seed: int) -> None:
    found = Surprise(np.array([nats for nats, _ in lines]), np.array([number for _, number in lines]))
    ends = Resampler(200, seed=seed).interval(len(lines), found.perplexity)
    assert ends.value is not None
    assert ends.low is not None
    assert ends.high is not None
    assert ends.low <= ends.value * (1 + 1e-9)
    assert ends.value <= ends.high * (1 + 1e-9)


def test_without_the_library_it_is_said_before_anything_is_fitted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda _: None)
    test = Labelled(tuple(TEST))
    with pytest.raises(MissingExtra, match="NLTK"):
        Experiment(lambda _: np.zeros((0, 1), dtype=np.float32), test, perplexity=True)
    Experiment(lambda _: np.zeros((0, 1), dtype=np.float32), test)


def test_the_command(tmp_path: Path, dialoom: Dialoom) -> None:  # noqa: F811
    pytest.importorskip("sklearn")
    pytest.importorskip("wordllama")
    write_csv(tmp_path / "train.csv", rows(COUNTS | {"lost_card": 4}, split="train"))
    write_csv(tmp_path / "test.csv", rows(dict.fromkeys(COUNTS, 20), seed=7))
    write_csv(tmp_path / "real.csv", rows({"lost_card": 40}, seed=3))
    asked = ["evaluate", "intents", "train.csv", "--test", "test.csv", "--seeds", "1", "--arms", "none"]
    asked += ["--real", "real.csv"]
    shown = dialoom(*asked, "--curve", "real", "--most", "5")
    assert shown.code == 0, shown.err
    assert shown.out.count("perplexity [95%]") == 2
    told = dialoom(*asked, "--curve", "real", "--most", "5", "--json").json
    none, real = (arm["perplexity"] for arm in told["arms"])
    assert real["low"] <= real["value"] <= real["high"]
    assert real["value"] < none["value"]
    assert [point["perplexity"]["value"] for point in told["curve"]["points"]][::2] == [none["value"], real["value"]]
    without = dialoom(*asked, "--no-perplexity", "--json").json
    assert [arm["perplexity"] for arm in without["arms"]] == [None, None]
