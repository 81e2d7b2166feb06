"""`function`: the user's own code as a step."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import BaseModel

import dialoom
from dialoom.errors import Rejected
from tests.nodes.running import Outcome, recipe, run


def called(folder: Path, function: Any, source: Any = None, **fields: Any) -> Outcome:
    return run(recipe(source=source or [{"n": 3, "tags": ["a"]}]).add("f", "function", call=function, **fields), folder)


def test_what_it_returns(tmp_path: Path) -> None:
    async def later(n: int) -> int:
        await asyncio.sleep(0)
        return n + 1

    assert called(tmp_path, later).fields("f") == [4]
    assert called(tmp_path, lambda n: [n, n]).fields("f") == [[3, 3]]
    assert called(tmp_path, lambda n, missing=7: n * missing).fields("f") == [21]
    assert called(tmp_path, lambda **fields: sorted(fields)).fields("f") == [["n", "tags"]]
    only = called(tmp_path, lambda n: {"n": n + 1, "m": (1, 2)}, fields=["n", "m"]).only
    assert only.fields == {"n": 4, "tags": ["a"], "m": [1, 2]}
    assert called(tmp_path, lambda n: [{"m": 1}, {"m": 2}], fields=["m"]).fields("m") == [1, 2]
    for value in ({"m": 1}, [{"m": 1}]):
        assert called(tmp_path, lambda n, value=value: value, into="x").fields("x") == [value]


def test_turns_of_its_own(tmp_path: Path) -> None:
    def talk(n: int) -> dict[str, Any]:
        return {"turns": [dialoom.Turn(speaker="A", text="hi"), dialoom.Turn(speaker="B", text="hello")]}

    assert called(tmp_path, talk, into="dialogue").only.script() == "A: hi\nB: hello"


def test_what_it_raises_costs_the_record(tmp_path: Path) -> None:
    def picky(n: int) -> int:
        if n == 1:
            raise ValueError("one is odd")
        if n == 2:
            raise Rejected("two is even", "and small")
        if n == 3:
            raise dialoom.RecordError("three, again later")
        return n

    outcome = called(tmp_path, picky, [{"n": n} for n in range(5)])
    assert outcome.fields("f") == [0, 4]
    assert (outcome.report.counts.rejected, outcome.report.counts.failed) == (1, 2)
    assert any("picky raised ValueError: one is odd" in reason for reason in outcome.reasons)
    assert {"two is even", "and small", "three, again later"} <= set(outcome.reasons)


@dataclass
class Scored:
    score: float


class Scores(BaseModel):
    scores: list[float]


@pytest.mark.parametrize(
    ("value", "where"),
    [
        (float("nan"), "f"),
        ({"f": 1, "g": [None, {"h": float("inf")}]}, r"g\[1\]\.h"),
        ([{"m": 1.0}, {"m": -float("inf")}], "m"),
        (np.array([[1.0, float("nan")]]), r"f\[0\]\[1\]"),
        (np.float32("nan"), "f"),
        (Scored(float("nan")), r"f\.score"),
        (Scores(scores=[1.0, float("nan")]), r"f\.scores\[1\]"),
    ],
    ids=str,
)
def test_what_is_no_finite_number_fails_its_record_and_is_not_kept_as_null(
    tmp_path: Path, value: Any, where: str
) -> None:
    outcome = called(tmp_path, lambda n: value)
    assert outcome.report.counts.failed == 1
    (reason,) = outcome.reasons
    assert re.search(f"returned NaN or infinity in {where}, which JSON cannot hold", reason)


def test_null_is_a_value(tmp_path: Path) -> None:
    assert called(tmp_path, lambda n: {"f": None, "g": ["null", 1.5]}).only.fields["f"] is None


@pytest.mark.parametrize("value", [{1, 2}, object(), 1 << 80, {"x": b"y"}])
def test_what_cannot_be_stored_costs_the_record(tmp_path: Path, value: Any) -> None:
    outcome = called(tmp_path, lambda n: value if n else 0, [{"n": 1}, {"n": 0}], into="f")
    assert outcome.fields("f") == [0]
    assert "returned what JSON cannot hold" in outcome.reasons[0]


def test_arguments_are_copies(tmp_path: Path) -> None:
    def spoil(tags: list[str]) -> list[str]:
        tags.append("b")
        return tags

    made = recipe(source=[{"tags": ["a"], "n": [1, 2, 3]}]).add("one", "combine", source="n", take=1)
    outcome = run(made.add("f", "function", call=spoil), tmp_path)
    assert outcome.fields("f") == [["a", "b"]] * 3
    assert outcome.fields("tags") == [["a"]] * 3


def test_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "steps.py").write_text("HERE = 2\n\ndef twice(n):\n    return n * HERE\n")
    (tmp_path / "recipe.yaml").write_text(
        "recipe: r\nsource: [{n: 4}]\nnodes:\n  f: {kind: function, call: steps.py:twice}\n"
        "  g: {kind: function, call: 'math:sqrt', when: n > 100}\n"
    )
    with pytest.raises(dialoom.DialoomError, match="positional only"):
        dialoom.run(dialoom.load_recipe(tmp_path / "recipe.yaml"), tmp_path / "out")
    text = (tmp_path / "recipe.yaml").read_text().replace("math:sqrt", "steps.py:twice")
    (tmp_path / "recipe.yaml").write_text(text)
    assert run(dialoom.load_recipe(tmp_path / "recipe.yaml"), tmp_path).fields("f") == [8]
