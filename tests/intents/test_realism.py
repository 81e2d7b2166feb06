"""What real lines alone teach of made ones: who is kept, who goes to review, and what is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from dialoom.dialogue import Slot
from dialoom.errors import DataError
from dialoom.intents.embedders import counts_of_words
from dialoom.intents.likeness import Copies
from dialoom.intents.line import Line
from dialoom.intents.naturalness import Naturalness
from dialoom.intents.realism import Verifier
from dialoom.intents.selection import select
from dialoom.intents.slots import find_slots
from dialoom.intents.views import CentroidView, WordView
from tests.intents.lines import real_lines


def _verifier(rare: int = 5) -> tuple[Verifier, dict[str, list[str]]]:
    """One that knows five lines of `lost_luggage` and all of the others; and the lines held out."""
    real = real_lines()
    held = {intent: lines[25:] for intent, lines in real.items()}
    known = {intent: lines[: rare if intent == "lost_luggage" else 25] for intent, lines in real.items()}
    return Verifier.learn(known, CentroidView.learn(counts_of_words), WordView.learn, rare), held


def test_a_third_of_wrong_labels_is_taken_out() -> None:
    verifier, held = _verifier()
    right = [Line(text, "lost_luggage") for text in held["lost_luggage"]]
    wrong = [Line(text, "lost_luggage") for text in held["exchange_rate"][:4] + held["translate"][:3]]
    found = verifier.verify([*right, *wrong])
    kept = [each.line for each in found if each.verdict == "keep"]
    assert not [line for line in kept if line in wrong]
    # Those that are copies of the five are not counted against it.
    new = [each for each in found if each.line in right and each.realism.copy is None]
    assert len(kept) >= len(new) / 2
    assert all(each.why for each in found if each.verdict != "keep")
    assert {each.realism.other for each in found if each.line in wrong[:4]} == {"exchange_rate"}


def test_lines_made_by_rule_are_dropped_only_where_they_are_clearly_anothers() -> None:
    verifier, held = _verifier()
    own = verifier.real["lost_luggage"][0]
    copy = Line(f"{own} please", "lost_luggage", variety="perturbation")
    # No real line vouches for it, and none speaks against it.
    doubtful = [Line(text, "lost_luggage", variety="perturbation") for text in held["lost_luggage"]]
    wrong = Line(verifier.real["weather"][0], "lost_luggage", variety="perturbation")
    lines = [copy, wrong, *doubtful]
    strict = {each.line for each in verifier.verify(lines) if each.verdict == "keep"}
    mild = {each.line for each in verifier.verify(lines, derived=["perturbation"]) if each.verdict == "keep"}
    assert strict < mild
    assert copy in mild - strict
    assert wrong not in mild


def test_usable_information_is_bits_over_knowing_nothing() -> None:
    verifier, held = _verifier()
    (each,) = verifier.verify([Line(held["weather"][0], "weather")])
    assert each.realism.usable == pytest.approx(np.log2(each.realism.probability * 8))
    (wrong,) = verifier.verify([Line(held["weather"][0], "pay_bill")])
    assert wrong.realism.usable < 0 < each.realism.usable


def test_required_slots_and_broken_spans() -> None:
    verifier, held = _verifier()
    text = held["weather"][0]
    good = Line(text, "weather", (Slot(name="w", value=text[:3], start=0, end=3),))
    bad = Line(text, "weather", (Slot(name="w", value="not it", start=0, end=3),))
    found = verifier.verify([Line(text, "weather"), good, bad], ["w"])
    assert [each.realism.coverage for each in found[:2]] == [0, 1]
    assert "slot is missing" in found[0].why
    assert "span" in found[2].why
    assert found[1].realism.coherence > 0


def test_an_unknown_intent_is_told() -> None:
    verifier, _ = _verifier()
    with pytest.raises(DataError, match="no real line of 'nothing'"):
        verifier.verify([Line("a", "nothing")])
    with pytest.raises(DataError, match="two intents"):
        Verifier.learn({"a": ["b"]}, CentroidView.learn(counts_of_words), WordView.learn)


def test_thresholds_come_from_the_data() -> None:
    thresholds = _verifier()[0].thresholds
    assert thresholds.precision >= 0.95
    assert 0 < thresholds.recall <= 1
    assert "precision" in thresholds.told()
    few = Verifier.learn({"a": ["b c"], "d": ["e f"]}, CentroidView.learn(counts_of_words), WordView.learn)
    assert few.thresholds.precision == 0
    assert "too little" in few.thresholds.told()


def test_what_is_a_copy_depends_on_the_data() -> None:
    alike = Copies.of({"a": ["turn on the red light", "turn on the blue light", "turn on the green light"]})
    apart = Copies.of({"a": ["turn on the light", "is it dark in here", "lamps please"]})
    assert alike.threshold > apart.threshold
    assert apart.twin("turn on the lamp", ["turn on the light"]) == "turn on the light"
    assert alike.twin("turn on the pink light", ["turn on the red light"]) is None
    assert Copies.of({"a": ["only one"]}).threshold == 0.9


def test_real_lines_read_naturally_and_salad_does_not() -> None:
    natural = Naturalness.of(real_lines())
    assert natural("can you tell me will snow come") > natural("snow me can will come tell you")
    assert natural("xyzzy plugh frobnicate quux zorkmid") == 0


def test_selection_spreads_as_far_as_scores_let_it() -> None:
    vectors = np.array([[1, 0], [0.999, 0.04], [0, 1], [0.7, 0.714]], dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    have = np.array([[1, 0]], dtype=np.float32)
    assert select(vectors, [1, 1, 0.5, 0.5], have, 4) == [2, 3]
    assert select(vectors, [0, 0, 0, 1], have, 1, weight=5) == [3]
    assert select(vectors, [1, 1, 1, 1], np.zeros((0, 2), dtype=np.float32), 9, twin=2) == [0, 2, 3, 1]


def test_what_the_views_disagree_on_is_for_a_person() -> None:
    class Contrary:
        """A view that holds all to be of the first intent."""

        intents = sorted(real_lines())

        def probabilities(self, texts: Sequence[str]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
            row = np.arange(len(self.intents), 0, -1.0)
            return np.tile(row / row.sum(), (len(texts), 1))

    verifier, held = _verifier()
    contrary = replace(verifier, second=Contrary(), thresholds=replace(verifier.thresholds, probability=1.0))
    found = contrary.verify([Line(text, "weather", variety="free") for text in held["weather"][:7]])
    assert [each for each in found if each.verdict == "review"]
    assert not [each for each in found if each.verdict == "keep"]


def test_values_are_found_as_whole_words_the_longest_first() -> None:
    line = find_slots(Line("From New York to York not yorkshire", "x"), {"city": ["york", "new york"]})
    assert [(slot.value, slot.start, slot.end) for slot in line.slots] == [("New York", 5, 13), ("York", 17, 21)]
