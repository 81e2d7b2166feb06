"""Generation plans: quotas hold in the rows, wrong ones are told with their line, recipes read them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dialoom
from dialoom.errors import RecipeError
from dialoom.intents.diagnosis.quotas import deal
from dialoom.intents.plan import IntentPlan, read_plan
from tests.support.fault_server import FaultServer

WRITTEN = """\
plan: bank
seed: 3
intents:
  - intent: lost_card
    count: 4
    description: The card is lost.
    examples: [my card is gone]
    variants:
      length: {short: 1, long: 2}
  - {intent: balance, count: 9, decision: collect}
"""

quotas = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.integers(0, 5), max_size=3)


@given(
    variants=st.dictionaries(st.sampled_from(["length", "form"]), quotas), free=st.integers(0, 4), seed=st.integers()
)
def test_rows_keep_every_quota(variants: dict[str, dict[str, int]], free: int, seed: int) -> None:
    count = max([sum(each.values()) for each in variants.values()], default=0) + free
    plan = IntentPlan(intent="x", count=count, variants=variants)
    rows = list(plan.rows(seed))
    assert rows == list(plan.rows(seed))
    assert sum(row["count"] for row in rows) == count
    for feature, wanted in variants.items():
        got: Counter[str] = Counter()
        for row in rows:
            if row[feature] != "any":
                got[row[feature]] += row["count"]
        assert got == Counter({value: number for value, number in wanted.items() if number})


shares = st.dictionaries(st.sampled_from("abc"), st.floats(0.01, 1), min_size=1)


@given(number=st.integers(0, 40), held=st.dictionaries(st.sampled_from("abc"), st.integers(0, 20)), weights=shares)
def test_lines_are_dealt_out_whole(number: int, held: dict[str, int], weights: dict[str, float]) -> None:
    scaled = {value: weight / sum(weights.values()) for value, weight in weights.items()}
    held = {value: each for value, each in held.items() if value in scaled}
    dealt = deal(number, held, scaled)
    assert sum(dealt.values()) == number
    assert set(dealt) <= set(scaled)


def test_what_is_short_gets_more() -> None:
    assert deal(10, {"a": 10}, {"a": 0.5, "b": 0.5}) == {"b": 10}


def test_a_plan_is_read_and_written_back(tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(WRITTEN)
    plan = read_plan(path)
    assert plan.count == 4
    plan.write(tmp_path / "again.yaml")
    assert read_plan(tmp_path / "again.yaml") == plan
    with pytest.raises(RecipeError, match=r"plan\.yaml:10.*no intent 'balance'.*did you mean 'balances'"):
        read_plan(path, ["lost_card", "balances"])


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ("long: 2", "long: 9", 4, "quotas of 'length' are 10 together, and count is 4"),
        ("count: 4", "count: many", 5, "expected an integer"),
        ("variants:", "varients:", 8, "did you mean 'variants'?"),
        ("intent: balance", "intent: lost_card", 10, "stands twice"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, old: str, new: str, line: int, told: str) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(WRITTEN.replace(old, new))
    with pytest.raises(RecipeError) as raised:
        read_plan(path)
    assert f"plan.yaml:{line}" in str(raised.value)
    assert told in str(raised.value)


def test_a_recipe_takes_a_plan_as_its_source(tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").write_text(WRITTEN)
    with FaultServer() as server:
        (tmp_path / "recipe.yaml").write_text(
            f"recipe: rare\nmodels: {{writer: {server.url}}}\nsource: plan.yaml\nnodes:\n"
            '  said: {kind: generate, prompt: "{{ count }} of {{ intent }}, {{ length }}, like {{ examples[0] }}"}\n'
        )
        report = dialoom.run(dialoom.load_recipe(tmp_path / "recipe.yaml"), tmp_path / "out")
    assert report.status == "finished"
    assert report.counts.kept == len(list(read_plan(tmp_path / "plan.yaml").rows()))
