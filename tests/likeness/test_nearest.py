"""The nearest vector, block by block, is that of comparing all at once."""

from __future__ import annotations

import numpy as np
import pytest

from dialoom.likeness import nearest as module
from dialoom.likeness.nearest import nearest, nearest_before


def _vectors(rows: int, seed: int) -> module.Vectors:
    made = np.random.default_rng(seed).normal(size=(rows, 16)).astype(np.float32)
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    return made


@pytest.mark.parametrize("block", [1, 7, 1_000])
def test_blocks_change_nothing(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BLOCK", block)
    vectors, known = _vectors(40, 1), _vectors(30, 2)
    every = vectors @ known.T
    found = list(nearest(vectors, known))
    assert [other for _, other in found] == every.argmax(axis=1).tolist()
    assert [score for score, _ in found] == pytest.approx(every.max(axis=1).tolist(), abs=1e-6)
    own = np.arange(40, dtype=np.intp)
    assert all(other != place for place, (_, other) in enumerate(nearest(vectors, vectors, itself=own)))
    before = list(nearest_before(vectors))
    assert before[0] == (-1.0, -1)
    all_pairs = vectors @ vectors.T
    for place, (score, other) in list(enumerate(before))[1:]:
        assert other == int(all_pairs[place, :place].argmax())
        assert score == pytest.approx(float(all_pairs[place, :place].max()), abs=1e-6)
