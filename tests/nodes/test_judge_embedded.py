"""A judge on the embedded model itself: llama.cpp's schema grammar and its token probabilities."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from dialoom.models.weights import find_weights
from tests.nodes.running import recipe, run

pytestmark = [
    pytest.mark.embedded,
    pytest.mark.skipif(importlib.util.find_spec("xllamacpp") is None, reason="xllamacpp is not installed"),
    pytest.mark.skipif(find_weights() is None, reason="the weights are not here; run: dialoom models pull"),
]
RUBRIC = """about: How warm a talk is.
reads: [dialogue]
criteria:
  - {id: warmth, text: Is it warm?, anchors: {1: icy, 2: cold, 3: cool, 4: mild, 5: warm}}
examples:
  - given: {dialogue: "Ann: Go away. Ben: No, you!"}
    scores: {warmth: {explanation: Both are rude., score: 1}}
  - given: {dialogue: "Ann: How lovely to see you! Ben: And you, dear!"}
    scores: {warmth: {explanation: Both are glad., score: 5}}
"""


def test_it_answers_by_the_schema_and_tells_probabilities(tmp_path: Path) -> None:
    (tmp_path / "warm.yaml").write_text(RUBRIC)
    talk = {"turns": [{"speaker": "Ann", "text": "Thank you, dear!"}, {"speaker": "Ben", "text": "My pleasure!"}]}
    model = {"from": "embedded", "slots": 1, "context": 1024}
    made = recipe(model, [{"dialogue": talk}]).add(
        "judge", "judge", rubric=str(tmp_path / "warm.yaml"), max_tokens=160, params={"seed": 1}
    )
    outcome = run(made, tmp_path)
    tags = outcome.only.tags
    assert 1 <= tags["judge"]["warmth"] <= 5
    (judge,) = tags["judged"]["judge"]["judges"]
    assert judge["method"] == "probabilities"
    assert sum(judge["shares"]["warmth"].values()) == pytest.approx(1.0, abs=0.01)
    assert judge["explanations"]["warmth"]
