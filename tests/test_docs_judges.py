"""The tables in docs/judges.md say what is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dialoom.graph.kinds import KINDS
from dialoom.quality import METRICS
from dialoom.quality.judging import load_rubric, rubric_names

PAGE = (Path(__file__).parents[1] / "docs" / "judges.md").read_text("utf-8")


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under a heading, without its head."""
    section = PAGE.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def test_every_rubric_is_in_the_table_with_what_it_reads_and_asks() -> None:
    told = {row[0].strip("`| "): (row[1].split(", "), row[2].strip(" |").split(", ")) for row in rows("Rubrics")}
    held = {name: load_rubric(name) for name in rubric_names()}
    assert told == {name: (one.reads, [criterion.id for criterion in one.criteria]) for name, one in held.items()}


def columns() -> set[str]:
    """What the nodes that SyGra's fields are mapped to let rules name."""
    found: set[str] = set()
    for name, kind, fields in (
        ("judge", "judge", {"rubric": "auto"}),
        ("question", "judge", {"rubric": "question"}),
        ("taxonomy", "tagger", {}),
    ):
        node = KINDS.load(kind).model_validate({"kind": kind, **fields}).named(name)
        node.prepare(Path())
        found |= node.columns().keys()
    return found


SYGRA = """
    category subcategory instruction_tags instruction_tags_processed are_tags_normalized question_quality_score
    explanation_question_quality response_quality.CRITERION explanation_CRITERION overall_score num_turns num_tokens
    num_input_tokens num_target_tokens languages ttr_score mtld_score ppl_score ifd_score reward_score.score
    conversation_pretokenized inputs_pretokenized targets_pretokenized
"""
MAPPED = [row[1] for row in rows("SyGra's fields")]


def test_the_page_maps_all_that_sygra_tags() -> None:
    said = " ".join(row[0] for row in rows("SyGra's fields"))
    for field in SYGRA.split():
        assert field in said


@pytest.mark.parametrize("name", [name for name in MAPPED if re.fullmatch(r"`(judge|question|taxonomy)\.\w+`", name)])
def test_a_name_for_a_field_that_a_model_tags_is_one_that_nodes_write(name: str) -> None:
    path = name.strip("`")
    if path.endswith("CRITERION"):
        assert {"judge.accuracy", "judge.decision_support_and_storytelling", "judge.efficiency"} <= columns()
    elif path == "taxonomy.normalised":
        source = Path(__file__).parents[1] / "src" / "dialoom" / "cli" / "evaluate" / "tags.py"
        assert '"normalised": True' in source.read_text("utf-8")
    else:
        assert path in columns()


@pytest.mark.parametrize("name", [name.strip("`") for name in MAPPED if re.fullmatch(r"`\w+`", name)])
def test_a_name_for_a_field_of_stage_one_is_a_metric(name: str) -> None:
    assert name in METRICS.names()
