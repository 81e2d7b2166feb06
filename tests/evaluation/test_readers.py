"""Ratings as people's tools export them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dialoom.errors import DataError
from dialoom.evaluation.agreement import READERS, Rating, read_ratings

WANTED = {("d1", "ann", "coherence", 4.0), ("d1", "bob", "coherence", 3.0), ("d1", "ann", "verdict", "good")}


def read(folder: Path, name: str, content: Any) -> set[tuple[str, str, str, Any]]:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return {(one.unit, one.rater, one.item, one.value) for one in read_ratings(path)}


LONG = (
    "dialogue_id,annotator,criterion,score,prompt\nd1,ann,coherence,4,p1\nd1,bob,coherence,3,p1\nd1,ann,verdict,good,\n"
)
STUDIO = [
    {
        "id": 9,
        "data": {"dialogue_id": "d1", "prompt": "p1", "text": "..."},
        "annotations": [
            {
                "completed_by": {"id": 1, "email": "ann"},
                "result": [
                    {"from_name": "coherence", "to_name": "t", "type": "rating", "value": {"rating": 4}},
                    {"from_name": "verdict", "to_name": "t", "type": "choices", "value": {"choices": ["good"]}},
                    {"from_name": "why", "to_name": "t", "type": "textarea", "value": {"text": ["fine"]}},
                ],
            },
            {
                "completed_by": "bob",
                "result": [{"from_name": "coherence", "to_name": "t", "type": "number", "value": {"number": 3}}],
            },
            {"completed_by": "cem", "was_cancelled": True, "result": []},
        ],
    }
]
ARGILLA = [
    {
        "id": "x",
        "fields": {"text": "..."},
        "metadata": {"dialogue_id": "d1", "prompt": "p1"},
        "suggestions": {},
        "responses": {
            "coherence": [{"value": 4, "user_id": "ann"}, {"value": 3, "user_id": "bob"}],
            "verdict": [{"value": "good", "user_id": "ann"}, {"value": "bad", "user_id": "cem", "status": "discarded"}],
        },
    }
]
ARGILLA_FLAT = [
    {
        "id": "d1",
        "text": "...",
        "coherence.responses": [4, 3],
        "coherence.responses.users": ["ann", "bob"],
        "coherence.responses.status": ["submitted", "submitted"],
        "verdict.responses": ["good", "bad"],
        "verdict.responses.users": ["ann", "cem"],
        "verdict.responses.status": ["submitted", "draft"],
        "coherence.suggestion": 5,
    }
]
ARGILLA_1 = [
    {
        "external_id": "d1",
        "fields": {"text": "..."},
        "responses": [
            {"user_id": "ann", "values": {"coherence": {"value": 4}, "verdict": {"value": "good"}}},
            {"user_id": "bob", "status": "submitted", "values": {"coherence": {"value": 3}}},
            {"user_id": "cem", "status": "discarded", "values": {"coherence": {"value": 1}}},
        ],
    }
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("r.csv", LONG),
        ("r.tsv", LONG.replace(",", "\t")),
        ("r.csv", "\ufeff" + LONG),
        ("r.jsonl", '{"unit": "d1", "rater": "ann", "item": "coherence", "value": 4}\n\n'
            '{"unit": "d1", "rater": "bob", "item": "coherence", "value": 3.0}\n'
            '{"unit": "d1", "rater": "ann", "item": "verdict", "value": ["good"]}\n'
            '{"unit": "d1", "rater": "bob", "item": "verdict", "value": null}\n'),
        ("r.json", STUDIO),
        ("r.json", ARGILLA),
        ("r.json", ARGILLA_FLAT),
        ("r.jsonl", "\n".join(json.dumps(row) for row in ARGILLA_1)),
    ],
)  # fmt: skip
def test_each_form_is_known_by_its_content(tmp_path: Path, name: str, content: Any) -> None:
    assert read(tmp_path, name, content) == WANTED


def test_further_columns_are_kept(tmp_path: Path) -> None:
    for name, content in (("r.csv", LONG), ("r.json", json.dumps(STUDIO)), ("s.json", json.dumps(ARGILLA))):
        (tmp_path / name).write_text(content)
        assert read_ratings(tmp_path / name)[0].about["prompt"] == "p1"


def test_without_a_column_for_items_there_is_one(tmp_path: Path) -> None:
    assert read(tmp_path, "r.csv", "id,who,rating\nd1,ann,4\n") == {("d1", "ann", "rating", 4.0)}


@pytest.mark.parametrize(
    ("name", "content", "form", "said"),
    [
        ("r.csv", "id,rating\nd1,4\n", None, r"r\.csv: no known form of ratings \(name one: argilla, label_studio"),
        ("r.csv", "id,rating\nd1,4\n", "long", r"r\.csv:2: there is no column for the rater \(name it one of these,"),
        ("r.csv", "id,who,rating\nd1,,4\n", None, r"r\.csv:2, who: the rating has no rater"),
        ("r.jsonl", '{"unit": "a", "rater": "b", "value": {"x": 1}}', None, r"r\.jsonl:1, value: expected one number"),
        ("r.jsonl", '{"unit": "a", "rater": "b", "value": 1}\n{"unit"', None, r"r\.jsonl:2: not JSON"),
        ("r.json", '[{"data"', None, r"r\.json: not JSON"),
        ("r.json", "[]", None, r"r\.json: it holds no rows"),
        ("r.csv", "", None, r"r\.csv: the file is empty"),
        ("r.csv", "id,who,rating\nd1,ann,\n", None, r"r\.csv: no rating is in it, read as long"),
        ("r.json", [{"id": 1, "warmth": 4}], "label_studio", r"r\.json, \[0\]: expected a task .*JSON-MIN"),
        ("r.json", [STUDIO[0] | {"annotations": [{"result": []}]}], None, r"annotations\[0\] does not say who made it"),
        ("r.json", [{"id": "a", "w.responses": [1, 2], "w.responses.users": ["x"]}], None, r"2 values and 1 users"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_at_its_place(
    tmp_path: Path, name: str, content: Any, form: str | None, said: str
) -> None:
    path = tmp_path / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    with pytest.raises(DataError, match=said):
        read_ratings(path, form)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot read it"):
        read_ratings(tmp_path / "none.csv")


def test_the_registry_names_the_forms() -> None:
    assert READERS.names() == ["argilla", "label_studio", "long"]
    assert all(READERS.load(name).about for name in READERS.names())
    assert Rating("u", "r", "i", 1.0).about == {}
