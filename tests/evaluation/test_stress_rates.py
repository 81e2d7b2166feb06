"""Shares and losses of a stressed bot: what they may be by chance."""

from __future__ import annotations

from random import Random

import pytest

from dialoom.evaluation.stress.rates import Rate, loss, rate


def test_wilsons_interval_as_published() -> None:
    # Newcombe (1998a), table I: by the score method.
    for passed, of, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611)):
        found = Rate(passed, of).interval
        assert [found.low, found.high] == pytest.approx([low, high], abs=6e-5)
    assert rate([]).interval.value is None


def test_a_loss_is_that_of_the_same_requests() -> None:
    pairs = [(True, True)] * 6 + [(True, False)] * 3 + [(False, True)] * 1
    found = loss(pairs)
    assert found is not None
    assert (found.clean, found.varied, found.broken, found.mended) == (0.9, 0.7, 3, 1)
    assert found.loss.value == pytest.approx(0.2)
    assert loss([]) is None


def test_few_pairs_that_came_out_alike_are_no_certainty() -> None:
    found = loss([(True, True)] * 5)
    assert found is not None
    assert found.loss.value == 0
    assert found.loss.low is not None
    assert found.loss.high is not None
    assert found.loss.low < -0.3
    assert found.loss.high > 0.3


@pytest.mark.parametrize(("clean", "kept", "mended"), [(0.9, 0.8, 0.1), (0.6, 0.5, 0.3), (1.0, 0.9, 0.0)])
def test_the_interval_holds_the_true_loss_as_often_as_it_says(clean: float, kept: float, mended: float) -> None:
    random = Random(7)
    true = clean - (clean * kept + (1 - clean) * mended)
    inside = 0
    for _ in range(600):
        pairs = []
        for _ in range(30):
            one = random.random() < clean
            pairs.append((one, random.random() < (kept if one else mended)))
        found = loss(pairs)
        assert found is not None
        assert found.loss.low is not None
        assert found.loss.high is not None
        inside += found.loss.low <= true <= found.loss.high
    assert inside / 600 > 0.92
