"""Names found by Presidio, where the extra and a model are installed."""

from __future__ import annotations

import pytest

from dialoom.errors import MissingExtra
from dialoom.quality.privacy.presidio import has_presidio
from dialoom.quality.tagging import Tagger
from tests.quality.talk import talk


def test_names_are_counted_once_each() -> None:
    if not has_presidio():
        with pytest.raises(MissingExtra, match=r"dialoom\[privacy\]"):
            Tagger(["people_and_places"])
        return
    from dialoom.quality.privacy.presidio import presidio_finder

    if presidio_finder()[1] is None:
        pytest.skip("needs a spaCy model for English")
    said = talk("My name is Michael Johnson and I live in Paris.", "Hello, Michael Johnson. How is Paris?", "Fine.")
    assert Tagger(["people_and_places"]).tag([said, talk()]) == [{"people_and_places": 2}, {"people_and_places": 0}]
