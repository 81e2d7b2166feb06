"""What a recipe's quality section asks for that cannot be, found with its line before a call."""

from __future__ import annotations

from pathlib import Path

import pytest

import dialoom
from dialoom.errors import RecipeError
from dialoom.graph.check import check
from dialoom.graph.quality_file import read_quality

RECIPE = """\
recipe: wrong
models: {{writer: http://127.0.0.1:9/v1}}
source: [{{topic: rain}}]
nodes:
  about: {{kind: sample, fields: {{mood: [calm, cross]}}}}
  dialogue: {{kind: converse, speakers: [Ann, Ben], turns: 4}}
bounds: {{limit: 1{bounds}}}
quality:
  {quality}
"""


def problems(tmp_path: Path, quality: str, bounds: str = "") -> list[str]:
    path = tmp_path / "wrong.yaml"
    path.write_text(RECIPE.format(quality=quality, bounds=bounds), "utf-8")
    try:
        check(dialoom.load_recipe(path))
    except RecipeError as error:
        return [str(problem).replace(str(path), "wrong.yaml") for problem in error.problems]
    return []


@pytest.mark.parametrize(
    ("quality", "told"),
    [
        ("quotas: {topik: 3}", "wrong.yaml:9, quality.quotas.topik: no record has a field 'topik'"),
        ("quotas: {topik: 3}", "did you mean 'topic'"),
        ("quotas: {scenario: 3}", "no node writes 'scenario', and the source has no such field"),
        ("quotas: {topic: -1}", "wrong.yaml:9, quality.quotas.topic.max: expected at least 1, got -1"),
        ("quotas: {topic: many}", "quality.quotas.topic: expected a mapping with max, of, bands, got 'many'"),
        ("quotas: {turns: {max: 3, bands: [8, 4]}}", "the bounds of bands have to ascend"),
        ("quotas: {topic: {max: 2, most: 3}}", "unknown field 'most'"),
        (
            "best_of: {score: distinct_3x}",
            "wrong.yaml:9, quality.best_of.score: rule 'distinct_3x': no metric is called",
        ),
        ("best_of: {score: 'turns >'}", "quality.best_of.score: rule 'turns >'"),
        ("best_of: {score: \"'a' || turns\"}", "it is no number but VARCHAR"),
        ("best_of: {by: mod, score: turns}", "quality.best_of.by: no record has a field 'mod'"),
        ("best_of: {keep: 2}", "the field 'score' is missing"),
        ("best_of: {score: judge.overall}", "no metric or tag is called 'judge.overall'"),
        ("diverse: 0", "quality.diverse.keep: expected at least 1, got 0"),
        ("diverse: {keep: 3, by: looks}", "quality.diverse.by"),
    ],
)
def test_what_cannot_be_is_found_with_its_place(tmp_path: Path, quality: str, told: str) -> None:
    found = problems(tmp_path, quality)
    assert len(found) == 1
    assert told in found[0]


@pytest.mark.parametrize(
    ("quality", "field"),
    [
        ("quotas: {reward: 3}", "quotas.reward"),
        ("best_of: {by: reward, score: turns}", "best_of.by"),
        ("best_of: {score: reward}", "best_of.score"),
        ("rules: [reward > 1]", "rules[0]"),
    ],
)
def test_a_metric_that_lacks_something_here_is_found_before_a_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quality: str, field: str
) -> None:
    monkeypatch.delenv("DIALOOM_REWARD_MODEL", raising=False)
    (found,) = problems(tmp_path, quality)
    assert f"wrong.yaml:9, quality.{field}: " in found
    assert "the metric 'reward' cannot be measured here" in found


@pytest.mark.parametrize(
    "quality", ["diverse: {keep: 3, by: rouge_l}", "near: 0.8", "best_of: {by: topic, score: turns}"]
)
def test_a_target_and_a_choice_at_the_end_do_not_go_together(tmp_path: Path, quality: str) -> None:
    (found,) = problems(tmp_path, quality, ", target: 5")
    assert "chooses when all records are known, and 'bounds.target' stops as soon as enough are kept" in found


@pytest.mark.parametrize(
    "quality",
    [
        "quotas: {topic: 3, mood: {max: 2, of: {calm: 9}}, intent: 3, turns: {max: 5, bands: [4, 8]}}",
        "best_of: {by: mood, keep: 2, score: distinct_2 + balance}",
        "best_of: {score: turns}",
        "diverse: {keep: 3, by: rouge_l}",
    ],
)
def test_what_can_be_passes(tmp_path: Path, quality: str) -> None:
    assert problems(tmp_path, quality) == []


def test_a_quality_section_stands_alone_or_in_a_recipe(tmp_path: Path) -> None:
    alone = tmp_path / "quality.yaml"
    alone.write_text("rules: [turns >= 4]\nquotas: {topic: 2}\n", "utf-8")
    assert read_quality(alone)[0].quotas["topic"].max == 2
    alone.write_text("recipe: x\nquality: {rules: [turns >= 5]}\n", "utf-8")
    assert read_quality(alone)[0].rules == ["turns >= 5"]
    alone.write_text("rules: [turns >= 4]\nquota: {topic: 2}\n", "utf-8")
    with pytest.raises(RecipeError, match=r"quality.yaml:2, quota: unknown field 'quota' .*did you mean 'quotas'"):
        read_quality(alone)
    alone.write_text("recipe: x\n", "utf-8")
    with pytest.raises(RecipeError, match="it says nothing of quality"):
        read_quality(alone)
