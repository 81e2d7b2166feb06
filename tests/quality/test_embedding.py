"""Texts as vectors, where the extra is installed."""

from __future__ import annotations

import pytest

from dialoom.errors import MissingExtra
from dialoom.quality.embedding import has_embedding, load_embedding


def test_like_texts_are_near_each_other() -> None:
    if not has_embedding():
        with pytest.raises(MissingExtra, match=r"dialoom\[embeddings\]"):
            load_embedding()
        return
    one, other, far = load_embedding()(["I lost my bank card", "my credit card is gone", "the weather in Rome"])
    assert float(one @ one) == pytest.approx(1, abs=1e-3)
    assert float(one @ other) > 2 * float(one @ far)
