"""Scoring by rubric: what a judge is asked, how its answers are read, and what several of them make together."""

from dialoom.quality.judging.combine import Judgement, Opinion, combine
from dialoom.quality.judging.expected import Expected, expected_scores
from dialoom.quality.judging.find import load_rubric, rubric_names
from dialoom.quality.judging.parts import Part, read_parts
from dialoom.quality.judging.prompt import (
    LONGEST_EXPLANATION,
    answer_schema,
    example_messages,
    judge_system,
    show_parts,
)
from dialoom.quality.judging.routing import GENERIC, Routes
from dialoom.quality.judging.rubric import Criterion, Rubric

__all__ = [
    "GENERIC",
    "LONGEST_EXPLANATION",
    "Criterion",
    "Expected",
    "Judgement",
    "Opinion",
    "Part",
    "Routes",
    "Rubric",
    "answer_schema",
    "combine",
    "example_messages",
    "expected_scores",
    "judge_system",
    "load_rubric",
    "read_parts",
    "rubric_names",
    "show_parts",
]
