"""Judges held to account: planted biases are found, and fair judges are not accused."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

import pytest

from dialoom.dialogue import Dialogue, Lineage, Turn
from dialoom.evaluation.agreement import Rating, Resampler
from dialoom.evaluation.judges import evaluate_judges, judged_in
from dialoom.evaluation.judges.judged import Measure
from dialoom.evaluation.judges.report import JudgeReport, MeasureReport

RESAMPLER = Resampler(200)


def judged(number: int, score: float, *, words: int = 20, real: bool = False, **tags: Any) -> Dialogue:
    return Dialogue(
        id=f"d{number}",
        turns=[Turn(speaker="A", text=" ".join(["word"] * words))],
        tags={"judge": {"rubric": "dialogue", "warmth": score, "overall": score}, **tags},
        lineage=Lineage(provenance="real" if real else "synthetic"),
    )


def evaluate(dialogues: Sequence[Dialogue], ratings: Sequence[Rating] = (), good: float | None = None) -> JudgeReport:
    return evaluate_judges(list(judged_in(dialogues)), ratings, good, RESAMPLER)


def warmth(report: JudgeReport) -> MeasureReport:
    return next(one for one in report.measures if one.measure == Measure("judge", "all judges", "warmth"))


def test_scores_of_real_dialogues_stand_beside_those_of_synthetic_ones() -> None:
    random = Random(0)
    made = [judged(n, random.choice([4.0, 5.0])) for n in range(40)]
    held = [judged(100 + n, random.choice([2.0, 3.0]), real=True) for n in range(30)]
    found = warmth(evaluate(made + held)).real
    assert (found.synthetic, found.real) == (40, 30)
    assert found.difference.value == pytest.approx(2.0, abs=0.4)
    assert found.difference.low is not None
    assert found.difference.low > 1.5
    assert found.superiority.value == 1.0
    same = warmth(evaluate(made + [each.model_copy(update={"lineage": held[0].lineage}) for each in made])).real
    assert same.superiority.value == 0.5
    assert same.difference.value == 0.0


def test_what_the_caller_says_is_real_is_real() -> None:
    assert {one.real for one in judged_in([judged(1, 3.0)], real=True)} == {True}
    assert {one.real for one in judged_in([judged(1, 3.0, real=True)])} == {True}


def people(scores: dict[int, Sequence[float]], item: str = "warmth") -> list[Rating]:
    return [
        Rating(f"d{number}", f"r{rater}", item, float(value))
        for number, given in scores.items()
        for rater, value in enumerate(given)
    ]


def test_a_judge_that_says_what_people_say() -> None:
    random = Random(1)
    truth = {number: random.choice([1, 2, 3, 4, 5]) for number in range(80)}
    ratings = people({number: [true, true, min(5, true + random.choice([0, 0, 1]))] for number, true in truth.items()})
    found = warmth(evaluate([judged(number, true) for number, true in truth.items()], ratings, good=4)).people
    assert found is not None
    assert found.rated == 80
    alpha, most = found.figures["alpha"].value, found.people_alpha.value
    assert alpha is not None
    assert most is not None
    assert alpha > 0.9
    assert most > 0.8
    assert found.threshold is not None
    assert found.threshold.score == pytest.approx(4, abs=0.5)
    assert found.threshold.figures["balanced_accuracy"].value == pytest.approx(1.0, abs=0.05)
    assert found.threshold.fitted_on + found.threshold.reported_on == 80


def test_a_judge_that_guesses_is_shown_on_what_it_was_not_fitted_on() -> None:
    random = Random(2)
    ratings = people({number: [random.choice([1, 5])] for number in range(120)})
    found = warmth(evaluate([judged(number, random.uniform(1, 5)) for number in range(120)], ratings)).people
    assert found is not None
    assert found.threshold is not None
    accuracy = found.threshold.figures["balanced_accuracy"]
    assert accuracy.low is not None
    assert accuracy.high is not None
    assert accuracy.low < 0.5 < accuracy.high


def test_the_half_of_a_dialogue_stays_when_others_come() -> None:
    def threshold(count: int) -> tuple[int, int]:
        ratings = people({number: [1.0 if number % 2 else 5.0] for number in range(count)})
        found = warmth(evaluate([judged(n, 1.0 if n % 2 else 5.0) for n in range(count)], ratings)).people
        assert found is not None
        assert found.threshold is not None
        return found.threshold.fitted_on, found.threshold.reported_on

    few, more = threshold(60), threshold(61)
    assert sum(few) == 60
    assert (more[0] - few[0], more[1] - few[1]) in ((1, 0), (0, 1))


def test_too_few_ratings_fit_no_threshold_and_words_are_no_scores() -> None:
    report = evaluate([judged(n, n % 5) for n in range(9)], people({n: [5.0] for n in range(8)}))
    beside = warmth(report).people
    assert beside is not None
    assert beside.threshold is None
    words = [Rating(f"d{n}", "r", "warmth", "good") for n in range(9)]
    assert warmth(evaluate([judged(n, n % 5) for n in range(9)], words)).people is None


def test_ratings_of_other_dialogues_are_counted_and_aliases_are_known() -> None:
    made = [judged(n, n % 5).model_copy(update={"fields": {"source_id": f"s{n}"}}) for n in range(6)]
    ratings = [*[Rating(f"s{n}", "r", "warmth", float(n % 5)) for n in range(6)], Rating("zzz", "r", "warmth", 1.0)]
    report = evaluate(made, ratings)
    assert report.unmatched == 1
    beside = warmth(report).people
    assert beside is not None
    assert beside.rated == 6


def test_a_judge_that_likes_length_is_told_from_one_whose_people_do_too() -> None:
    random = Random(3)
    words = {number: random.randint(5, 300) for number in range(150)}
    truth = {number: random.choice([1, 2, 3, 4, 5]) for number in words}
    ratings = people({number: [true] for number, true in truth.items()})
    biased = [judged(n, truth[n] + length / 100, words=length) for n, length in words.items()]
    found = warmth(evaluate(biased, ratings)).verbosity
    assert found.partial.low is not None
    assert found.partial.low > 0.5
    # People like length here, and the judge follows people.
    liked = {number: 1 + length / 75 for number, length in words.items()}
    fair = [judged(n, liked[n] + random.gauss(0, 0.5), words=length) for n, length in words.items()]
    found = warmth(evaluate(fair, people({n: [value] for n, value in liked.items()}, "warmth"))).verbosity
    assert found.spearman.value is not None
    assert found.spearman.value > 0.8
    # Length is people's rating here, so nothing is left that it could explain.
    assert found.partial.value is None or abs(found.partial.value) < 0.2


def pair(number: int, straight: str, swapped: str) -> Dialogue:
    details = {"pick": {"comparisons": [{"model": "m", "better": [straight, swapped]}]}}
    return Dialogue(id=f"p{number}", tags={"pick": {"winner": "tie"}, "judged": details})


def test_position_bias() -> None:
    first = evaluate([pair(n, "A", "A" if n % 4 else "B") for n in range(40)]).pairs["pick", "m"]
    assert (first.pairs, first.consistent.value, first.names_first.value) == (40, 0.25, 0.875)
    assert first.names_first.low is not None
    assert first.names_first.low > 0.5
    fair = evaluate([pair(n, *("AB" if n % 2 else "BA")) for n in range(40)] + [pair(99, "tie", "tie")])
    assert fair.pairs["pick", "m"].consistent.value == 1.0
    assert fair.pairs["pick", "m"].names_first.value == 0.5


def test_each_of_several_judges_is_told() -> None:
    details = {
        "judge": {"judges": [{"model": "a", "scores": {"warmth": 2.0}}, {"model": "b", "scores": {"warmth": None}}]}
    }
    report = evaluate([judged(n, 3.0, judged=details) for n in range(3)])
    assert {one.measure.judge for one in report.measures} == {"all judges", "a"}


def test_records_that_were_not_judged_count_for_nothing() -> None:
    unjudged = Dialogue(id="u", tags={"judge": {"rubric": None, "warmth": None, "overall": None, "unjudged": "why"}})
    assert list(judged_in([unjudged, Dialogue(id="v")])) == []
