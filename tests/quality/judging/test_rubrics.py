"""Rubrics: those that ship, users' own, and what is wrong with one."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialoom.errors import DialoomError, RecipeError
from dialoom.quality.judging import Routes, answer_schema, example_messages, judge_system, load_rubric, rubric_names
from dialoom.quality.judging.taxonomy import read_taxonomy

OF_C5 = ["generic", "maths", "reasoning", "coding", "complex_instruction_following", "open_qa", "closed_qa"]
OTHERS = ["question", "dialogue", "persona_consistency", "intent_realism", "summary_faithfulness", "escalation"]
GOOD = """about: How it is.
reads: [dialogue]
criteria:
  - id: warmth
    text: Is it warm?
    scale: 1..2
    anchors: {1: cold, 2: warm}
"""


def test_those_that_are_promised_ship() -> None:
    assert set(OF_C5 + OTHERS) <= set(rubric_names())


@pytest.mark.parametrize("name", OF_C5 + OTHERS)
def test_one_that_ships_tells_each_score_and_shows_an_example(name: str) -> None:
    rubric = load_rubric(name)
    said = judge_system(rubric)
    for criterion in rubric.criteria:
        assert f"{criterion.id}: {criterion.text}" in said
        for score in criterion.scores:
            assert f"{score}: {criterion.anchors[score]}" in said
    messages = example_messages(rubric)
    assert [message["role"] for message in messages[:2]] == ["user", "assistant"]
    # The explanation comes before the score that follows from it.
    first = answer_schema(rubric)["properties"][rubric.criteria[0].id]
    assert list(first["properties"]) == ["explanation", "score"]


def test_no_category_fits_two_rubrics_and_each_of_the_taxonomy_fits_one() -> None:
    rubrics = [load_rubric(name) for name in rubric_names()]
    claimed = [category for rubric in rubrics for category in {rubric.name.replace("_", " "), *rubric.routes}]
    assert sorted(set(claimed)) == sorted(claimed)
    routes = Routes(rubrics)
    assert [name for name in read_taxonomy(None) if routes.fits(name) is None] == []


# The names that SyGra's records carry, and others under which such records are found.
@pytest.mark.parametrize(
    ("category", "rubric"),
    [
        ("Math Solving", "maths"),
        ("Reasoning", "reasoning"),
        ("Code Writing", "coding"),
        ("Complex Instruction Following", "complex_instruction_following"),
        ("Open-Domain Question Answering", "open_qa"),
        ("open-domain_question_answering", "open_qa"),
        ("Closed-Domain Question Answering", "closed_qa"),
        ("Others", "generic"),
        ("MATHS", "maths"),
        ("role-play", "complex_instruction_following"),
        ("summary", "summary_faithfulness"),
        ("Customer Service", "dialogue"),
    ],
)
def test_a_category_is_known_however_it_is_written(category: str, rubric: str) -> None:
    routes = Routes(load_rubric(name) for name in rubric_names())
    fits = routes.fits(category)
    assert fits is not None
    assert fits.name == rubric


def test_a_rubric_of_the_user_comes_before_one_that_ships(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(GOOD + "routes: [coding, knitting]\n")
    routes = Routes([load_rubric("mine.yaml", tmp_path), *map(load_rubric, rubric_names())])
    assert [routes.fits(each).name for each in ("coding", "Knitting", "sql")] == ["mine", "mine", "coding"]  # type: ignore[union-attr]
    assert routes.fits("cooking") is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("scale: 1..2", "scale: 1..3"), r"mine\.yaml:4, criteria\[0\]: .*anchor for each score of 1\.\.3: 3 has none"),
        (("2: warm}", "2: warm, 7: hot}"), r"mine\.yaml:4, criteria\[0\]: .*7 is not on it"),
        (("scale: 1..2", "scale: 5"), r"mine\.yaml:6, criteria\[0\]\.scale: expected a"),
        (("id: warmth", "id: overall"), r"mine\.yaml:4, criteria\[0\]\.id: expected a name of small letters"),
        (("text: Is", "txet: Is"), r"mine\.yaml:5, criteria\[0\]\.txet: unknown field 'txet'"),
        (("reads: [dialogue]\n", ""), r"mine\.yaml, reads: the field 'reads' is missing"),
        (("about: How it is.", "about: ''"), r"mine\.yaml:1, about: "),
        (("reads: [dialogue]", "reads: ['a b']"), r"mine\.yaml:2, reads\[0\]: "),
        (("reads:", "overall: most\nreads:"), r"mine\.yaml:2, overall: expected 'mean' or 'minimum'"),
        (
            ("reads:", "examples: [{given: {}, scores: {}}]\nreads:"),
            r"mine\.yaml: example 1: 'given' lacks dialogue",
        ),
        (
            (
                "reads:",
                "examples: [{given: {dialogue: x}, scores: {warmth: {explanation: y, score: 9}}}]\nreads:",
            ),
            r"example 1: the score of warmth is 9, not on 1\.\.2",
        ),
        (("criteria:", "criteria: ["), r"mine\.yaml:\d+: the YAML does not parse"),
    ],
)
def test_a_wrong_rubric_is_told_by_file_line_and_field(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    (tmp_path / "mine.yaml").write_text(GOOD.replace(*change))
    with pytest.raises(RecipeError, match=said):
        load_rubric("mine.yaml", tmp_path)


def test_one_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DialoomError, match=r"no rubric is called 'dialoge' \(did you mean 'dialogue'\?"):
        load_rubric("dialoge")
    with pytest.raises(DialoomError, match=r"none\.yaml: there is no such rubric"):
        load_rubric("none.yaml", tmp_path)
