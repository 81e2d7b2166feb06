"""The file in which people decide on lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialoom.errors import DataError
from dialoom.intents.review import decide, queued, read_review, write_review

INTENTS = ["lost_luggage", "weather"]


def _row(text: str) -> dict[str, str]:
    return {"text": text, "intent": "weather", "other": "lost_luggage", "variety": "free", "why": "they disagree"}


def _decide(path: Path, decision: str) -> None:
    path.write_text(path.read_text().replace('"decision":""', f'"decision":"{decision}"', 1))


def test_lines_go_to_a_person_and_back(tmp_path: Path) -> None:
    path = tmp_path / "review.jsonl"
    assert read_review(path, INTENTS) == {}
    write_review(path, [_row("is it wet"), _row("where is it"), _row("so what")])
    assert read_review(path, INTENTS) == {}
    _decide(path, "lost_luggage")
    _decide(path, "drop")
    assert read_review(path, INTENTS) == {"is it wet": "lost_luggage", "where is it": "drop"}


def test_a_queue_that_is_written_again_keeps_what_was_decided(tmp_path: Path) -> None:
    path = tmp_path / "review.jsonl"
    write_review(path, [_row("is it wet"), _row("where is it")])
    _decide(path, "weather")
    write_review(path, [_row("is it wet"), _row("so what")])
    assert read_review(path, INTENTS) == {"is it wet": "weather"}
    assert [line.count("decision") for line in path.read_text().splitlines()] == [1, 1]
    assert "so what" in path.read_text()
    assert "where is it" not in path.read_text()


def test_a_decision_does_not_undo_what_was_written_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "review.jsonl"
    write_review(path, [_row("is it wet"), _row("where is it")])
    one, two = queued(path)
    write_review(path, [_row("where is it"), _row("so what")])
    decide(path, one, "weather")
    decide(path, two, "drop")
    assert read_review(path, INTENTS) == {"is it wet": "weather", "where is it": "drop"}
    assert [row["text"] for row in queued(path)] == ["where is it", "so what", "is it wet"]
    decide(path, two, "")
    assert read_review(path, INTENTS) == {"is it wet": "weather"}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"text": "a", "decision": "wether"}', "did you mean 'weather'"),
        ('{"text": "a", "decision": "zzz"}', "known: drop, lost_luggage"),
        ('{"text": "a"}', "decision"),
        ('{"text": 1, "decision": ""}', "texts"),
        ("[1]", "review"),
        ("not json", "review"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "review.jsonl"
    path.write_text('{"text": "fine", "decision": ""}\n' + line + "\n")
    with pytest.raises(DataError, match=said) as caught:
        read_review(path, INTENTS)
    assert f"{path}:2" in str(caught.value)
