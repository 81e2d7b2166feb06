"""Arms compared: nothing of the test is trained on, planted gains are found, figures equal those of other libraries."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialoom.dialogue import Slot
from dialoom.errors import UsageError
from dialoom.evaluation.agreement import Resampler
from dialoom.evaluation.intents import ARMS, Experiment, Problem, Scene, compare, cut, given_arm, learning_curve
from dialoom.evaluation.intents.arms.eda import eda, neighbours
from dialoom.evaluation.intents.curve import enough
from dialoom.evaluation.intents.report import over_seeds, report
from dialoom.evaluation.intents.scores import Judged, calibration_error, measure
from dialoom.evaluation.intents.slots.spans import score_slots, span_f1
from dialoom.intents.classifier import LogisticClassifier
from dialoom.intents.embedders import EMBEDDERS, Remembered, load_embedder
from dialoom.intents.utterances import Labelled, Utterance
from dialoom.registry import UnknownName
from tests.cli.conftest import Dialoom, dialoom  # noqa: F401
from tests.intents.data import labelled, rows, write_csv

pytest.importorskip("sklearn")
pytest.importorskip("wordllama")
EMBED = load_embedder()
COUNTS = {"balance": 40, "weather": 40, "music": 40, "lost_card": 40}


@pytest.fixture(scope="module")
def test() -> Labelled:
    held = labelled(dict.fromkeys(COUNTS, 25), seed=7)
    # A little noise, so that not all arms are perfect.
    odd = [Utterance(f"{row.text} my card song rain account", row.intent) for row in held.rows]
    return Labelled((*held.rows, *odd), held.outside)


def problem(seed: int = 0) -> Problem:
    return cut(labelled(COUNTS), 1, 3, seed, ["lost_card"])


def test_cut_makes_intents_rare_and_holds_the_rest_back() -> None:
    made = problem()
    assert made.rare == ("lost_card",)
    kept = [row for row in made.train if row.intent == "lost_card"]
    assert (len(kept), len(made.held_back), len(made.train)) == (3, 37, 123)
    assert {row.text for row in kept}.isdisjoint(row.text for row in made.held_back)
    assert problem() == made
    assert problem(1).train != made.train
    with pytest.raises(UsageError, match="did you mean 'weather'"):
        cut(labelled(COUNTS), 1, 3, 0, ["wether"])
    with pytest.raises(UsageError, match="cannot be drawn"):
        cut(labelled(COUNTS), 9, 3, 0)


@pytest.mark.parametrize("name", ARMS.names())
def test_arms_add_lines_of_rare_intents_alone_and_always_the_same(name: str) -> None:
    made = problem()
    scene = Scene(made.train, made.rare, 20, 0, EMBED)
    arm = ARMS.load(name)
    added = arm.add(scene)
    assert {row.intent for row in added} <= {"lost_card"}
    assert len(added) in (0, 20)
    assert added == arm.add(scene)
    if name in ("eda", "templates"):
        assert added != arm.add(replace(scene, seed=1))
    assert arm.free


def test_gains_are_counted_from_the_best_free_arm(test: Labelled) -> None:
    names = ["none", "duplicates", "class_weights", "templates"]

    def arms(one: Problem) -> list:  # type: ignore[type-arg]
        real = given_arm("real", lambda _: one.held_back, ceiling=True)
        half = given_arm("half", lambda _: one.held_back[:6])
        return [*(ARMS.load(name) for name in names), half, real]

    experiment = Experiment(EMBED, test, most=30)
    comparison = compare(experiment, [problem(seed) for seed in range(3)], arms)
    found = report(comparison)
    by_name = {arm.arm: arm for arm in found.arms}
    means = {name: arm.figures["rare_f1"].interval.value or 0.0 for name, arm in by_name.items()}
    assert found.base == max(names, key=means.__getitem__)
    assert found.ceiling == "real"
    assert means["real"] > means["none"]
    assert all(by_name[name].gap_closed is None for name in (*names, "real"))
    gap = by_name["half"].gap_closed
    if means["real"] > means[found.base]:
        assert gap is not None
        wanted = (means["half"] - means[found.base]) / (means["real"] - means[found.base])
        assert gap.value == pytest.approx(wanted)
    loss = by_name["real"].loss
    assert loss is not None
    others = [
        a - b
        for a, b in zip(
            comparison.values("none", "others_accuracy"), comparison.values("real", "others_accuracy"), strict=True
        )
    ]
    assert loss.interval.value == pytest.approx(sum(others) / 3)
    assert json.loads(json.dumps(found.to_json()))["best_free"] == found.base


def test_what_stands_in_the_test_is_left_out(test: Labelled) -> None:
    stolen = [Utterance(row.text.upper() + "!", "lost_card") for row in test.rows if row.intent == "lost_card"][:5]
    fair = Utterance("somebody took my wallet", "lost_card")
    fit, _ = Experiment(EMBED, test).fit(problem(), given_arm("given", lambda _: [*stolen, fair]))
    assert (fit.added, fit.leaks) == (1, 5)


def test_a_start_saves_time_and_changes_nothing() -> None:
    data = problem().train
    texts, intents = [row.text for row in data], [row.intent for row in data]
    cold = LogisticClassifier(EMBED, balanced=True).fit(texts, intents)
    start = LogisticClassifier(EMBED).fit(texts, intents)
    warm = LogisticClassifier(EMBED, balanced=True).fit(texts, intents, start)
    assert np.abs(cold.probabilities(texts) - warm.probabilities(texts)).max() < 0.02


def test_measures_equal_those_of_scikit_learn() -> None:
    from sklearn.metrics import f1_score, recall_score

    random = np.random.default_rng(0)
    own, told = random.integers(0, 4, 200), random.integers(0, 5, 200)
    names = list("abcde")
    judged = Judged(names, own, told, random.random(200), random.integers(0, 5, 50), random.random(50))
    found = measure(judged, ["b", "d"])
    assert found["rare_f1"] == pytest.approx(f1_score(own, told, labels=[1, 3], average="macro"))
    assert found["rare_recall"] == pytest.approx(recall_score(own, told, labels=[1, 3], average="macro"))
    assert found["macro_f1"] == pytest.approx(f1_score(own, told, labels=[0, 1, 2, 3], average="macro"))
    assert found["accuracy"] == pytest.approx((own == told).mean())
    least = np.quantile(judged.sure, 0.05)
    assert found["oos_accepted"] == pytest.approx((judged.outside_sure >= least).mean())
    assert found["oos_as_rare"] <= found["oos_accepted"]


def test_calibration_error_of_known_cases() -> None:
    sure = np.array([0.9] * 10)
    assert calibration_error(sure, np.array([True] * 9 + [False])) == pytest.approx(0.0)
    assert calibration_error(sure, np.array([False] * 10)) == pytest.approx(0.9)
    assert calibration_error(np.array([1.0, 0.55]), np.array([True, False])) == pytest.approx(0.275)


def test_intervals_over_seeds_are_students() -> None:
    from scipy.stats import t

    values = [0.8, 0.84, 0.9, 0.86, 0.81]
    found = over_seeds(values)
    low, high = t.interval(0.95, 4, np.mean(values), np.std(values, ddof=1) / 5**0.5)
    assert found.interval.low == pytest.approx(low)
    assert found.interval.high == pytest.approx(high)
    assert over_seeds([0.5]).interval.low is None
    assert over_seeds([float("nan")]).interval.value is None


@given(st.lists(st.floats(0, 1), min_size=1, max_size=7))
def test_the_point_of_diminishing_return(means: list[float]) -> None:
    amounts = list(range(len(means)))
    found = enough(means, amounts, 0.05)
    if found is None:
        assert len(means) == 1 or means[-1] - means[-2] > 0.05
    else:
        assert all(value - means[found] <= 0.05 for value in means[found:])
        assert not any(all(v - means[n] <= 0.05 for v in means[n + 1 :]) for n in range(found))


def test_a_learning_curve_is_nested_and_ends(test: Labelled) -> None:
    seen: list[list[str]] = []

    def arm(one: Problem) -> object:
        given = given_arm("real", lambda _: one.held_back)

        def add(scene: Scene) -> list[Utterance]:
            made = given.add(scene)
            seen.append([row.text for row in made])
            return made

        return replace(given, add=add)

    curve = learning_curve(Experiment(EMBED, test, most=30), [problem()], arm, (0, 5, 20, 99))  # type: ignore[arg-type]
    assert curve.amounts == [0, 5, 20]
    assert [len(each) for each in seen] == [0, 5, 20]
    assert all(set(one) <= set(other) for one, other in pairwise(seen))
    assert curve.to_json()["points"][0]["lines"] == 0
    assert curve.added[0] == 0 < curve.added[1] < curve.added[2]
    assert not curve.ran_out
    assert all(figure.interval.low is not None for figure in curve.figures)


def test_a_learning_curve_ends_where_lines_do(test: Labelled) -> None:
    told: list[str] = []
    few = given_arm("few", lambda _: problem().held_back[:4])
    experiment = Experiment(EMBED, test, most=30)
    curve = learning_curve(experiment, [problem()], few, (0, 2, 5, 20, 30), told=told.append)
    assert (curve.amounts, curve.added, curve.ran_out) == ([0, 2, 5], [0, 2, 4], True)
    assert len(told) == 3
    nothing = learning_curve(experiment, [problem()], ARMS.load("class_weights"), (0, 2, 5))
    assert (nothing.amounts, nothing.enough, nothing.ran_out) == ([0], None, True)


def test_seeds_that_come_to_the_same_have_intervals_from_lines(test: Labelled) -> None:
    same = [replace(problem(), seed=seed) for seed in range(4)]
    found = report(compare(Experiment(EMBED, test), same, [ARMS.load("none")]))
    figure = found.arms[0].figures["rare_f1"]
    assert figure.sd == 0
    assert figure.interval.low is not None
    assert figure.interval.value is not None
    assert figure.interval.high is not None
    assert figure.interval.low < figure.interval.value < figure.interval.high


def test_each_rare_intent_is_told(test: Labelled) -> None:
    both = [cut(labelled(COUNTS), 2, 3, seed, ["lost_card", "weather"]) for seed in range(2)]
    comparison = compare(Experiment(EMBED, test), both, [ARMS.load("none")])
    found = report(comparison, Resampler(0)).arms[0]
    assert list(found.per_intent) == ["lost_card", "weather"]
    for name, measure_name in (("f1", "rare_f1"), ("recall", "rare_recall")):
        mean = sum(each[name] for each in found.per_intent.values()) / 2
        assert mean == pytest.approx(found.figures[measure_name].interval.value)
    assert found.to_json()["per_intent"]["weather"]["seeds"] == 2


words = st.text("abc ", min_size=1, max_size=20)


@given(text=words, seed=st.integers())
def test_eda_keeps_to_words_and_never_empties(text: str, seed: int) -> None:
    near = {"abc": ["bca"], "aaa": ["bbb"]}
    made = eda(text, near, Random(seed))
    assert made.strip() or not text.strip()
    assert set(made.split()) <= set(text.split()) | {"bca", "bbb"}


def test_neighbours_are_near_in_meaning() -> None:
    found = neighbours(["my credit card", "the debit card", "rain tomorrow", "sunny weather"], ["debit"], EMBED)
    assert found["debit"][0] == "credit"


def test_embeddings_are_remembered_on_disk(tmp_path: Path) -> None:
    first = Remembered(load_embedder()._load, "wordllama", tmp_path)
    vectors = first(["a b", "c", "a b"])

    def never() -> object:
        raise AssertionError("loaded again")

    again = Remembered(never, "wordllama", tmp_path)  # type: ignore[arg-type]
    assert np.array_equal(again(["c", "a b"]), vectors[[1, 0]])
    with pytest.raises(UnknownName, match="did you mean 'minilm'"):
        load_embedder("minlm")
    assert {"minilm", "wordllama"} <= set(EMBEDDERS.names())


def slotted(text: str, intent: str, value: str) -> Utterance:
    start = text.index(value)
    return Utterance(text, intent, slots=(Slot(name="city", value=value, start=start, end=start + len(value)),))


def test_slots_are_learned_and_scored_by_span() -> None:
    pytest.importorskip("pycrfsuite")
    cities = ["rome", "oslo", "new york", "paris", "lima"]
    train = [slotted(f"{frame} {city} today", "fly", city) for city in cities for frame in ("fly to", "a flight to")]
    train += [Utterance("what time is it", "time")] * 5
    test = [slotted("fly to berlin today", "fly", "berlin"), Utterance("what time is it", "time")]
    found = score_slots(train, test, ["fly"])
    assert (found.rare, found.all) == (1.0, 1.0)
    assert np.isnan(score_slots(train, test, ["time"]).rare)
    assert found.measures(np.array([0, 0])) == {"rare_slot_f1": 1.0, "slot_f1": 1.0}
    assert np.isnan(found.measures(np.array([1]))["slot_f1"])


def test_slots_of_few_seeds_have_intervals_from_lines() -> None:
    pytest.importorskip("pycrfsuite")
    cities = ["rome", "oslo", "new york", "paris", "lima"]
    train = [slotted(f"fly to {city} today", "fly", city) for city in cities] + [Utterance("what time is it", "time")]
    test = [slotted(f"fly to {city} today", "fly", city) for city in ("berlin", "bonn")]
    test += [slotted("is there anything for quito", "fly", "quito")] * 2 + [Utterance("what time is it", "time")] * 2
    made = Problem(tuple(train), ("fly",), 0)
    experiment = Experiment(EMBED, Labelled(tuple(test)), slots=True)
    found = report(compare(experiment, [made], [ARMS.load("none")]), Resampler(100)).arms[0].slots["rare_slot_f1"]
    assert found.interval.value is not None
    assert found.interval.low is not None
    assert found.interval.high is not None
    assert 0 <= found.interval.low < found.interval.value < found.interval.high <= 1


spans = st.sets(st.tuples(st.integers(0, 3), st.integers(4, 6), st.sampled_from("ab")), max_size=3)


@given(pairs=st.lists(st.tuples(spans, spans), max_size=5))
def test_span_f1_is_symmetric_and_bounded(
    pairs: list[tuple[set[tuple[int, int, str]], set[tuple[int, int, str]]]],
) -> None:
    one, other = [a for a, _ in pairs], [b for _, b in pairs]
    found = span_f1(one, other)
    if any(one) or any(other):
        assert found == span_f1(other, one)
        assert 0 <= found <= 1
        assert span_f1(one, one) == 1.0 or not any(one)
    else:
        assert np.isnan(found)


def test_the_command(tmp_path: Path, dialoom: Dialoom, test: Labelled) -> None:  # noqa: F811
    write_csv(tmp_path / "train.csv", rows(COUNTS | {"lost_card": 4}, split="train"))
    write_csv(tmp_path / "test.csv", [*test.rows, *test.outside])
    more = [row for row in rows({"lost_card": 40}) if row.text not in {r.text for r in rows({"lost_card": 4})}]
    write_csv(tmp_path / "real.csv", more)
    write_csv(tmp_path / "ours-0.csv", more[:5])
    asked = ["evaluate", "intents", "train.csv", "--test", "test.csv", "--seeds", "1", "--real", "real.csv"]
    shown = dialoom(*asked, "--add", "ours=ours-{seed}.csv", "--arms", "none,class_weights")
    assert shown.code == 0, shown.err
    for part in (
        "none",
        "class_weights",
        "ours",
        "real",
        "gap closed",
        "accuracy",
        "ECE",
        "oos accepted",
        "1 rare intents, 1 seeds",
    ):
        assert part in shown.out
    told = dialoom(*asked, "--arms", "none", "--curve", "real", "--most", "10", "--json").json
    assert [arm["arm"] for arm in told["arms"]] == ["none", "real"]
    assert told["best_free"] == "none"
    assert [point["lines"] for point in told["curve"]["points"]] == [0, 2, 5, 10]
    assert told["arms"][0]["rare_f1"]["low"] is not None
    ended = dialoom(*asked, "--add", "ours=ours-0.csv", "--arms", "none", "--curve", "ours")
    assert "20" not in [line.split()[0] for line in ended.out.splitlines() if line.split()]
    ended = dialoom(*asked, "--arms", "none", "--curve", "none")
    assert "diminishing return: cannot be told" in ended.out
    cut_down = ["evaluate", "intents", "train.csv", "--test", "test.csv", "--cut", "3", "--draw", "2", "--arms", "none"]
    made = dialoom(*cut_down, "--among", "weather,music", "--seeds", "2", "--json").json
    assert (made["ceiling"], made["seeds"]) == ("real", 2)
    for wrong, what in (
        (["--rare", "lost_cart"], "did you mean 'lost_card'"),
        (["--add", "ours"], "write NAME=DATA"),
        (["--add", "none=real.csv"], "two arms are called 'none'"),
        (["--arms", "nonne"], "did you mean 'none'"),
        (["--curve", "reel"], "did you mean 'real'"),
    ):
        ended = dialoom(*asked, "--arms", "none", *wrong) if "--arms" not in wrong else dialoom(*asked, *wrong)
        assert (ended.code, what in ended.err) == (2, True), ended.err
