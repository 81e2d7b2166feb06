"""A file that several raters add to."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dialoom.errors import DataError, StorageError
from dialoom.evaluation.agreement import Rating, read_ratings
from dialoom.evaluation.agreement.rating_file import RatingFile


def _row(unit: str, rater: str, value: int | None) -> dict[str, object]:
    return {"unit": unit, "rater": rater, "item": "clarity", "value": value}


def test_raters_who_write_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    def rate(rater: str) -> None:
        for unit in range(10):
            RatingFile(tmp_path / "r.jsonl").put(_row(f"u{unit}", rater, 3))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(rate, "abcd"))
    read = read_ratings(tmp_path / "r.jsonl")
    assert len({(one.unit, one.rater) for one in read}) == len(read) == 40


def test_the_last_rating_counts_and_can_be_taken_back(tmp_path: Path) -> None:
    file = RatingFile(tmp_path / "new" / "r.jsonl")
    assert file.rows() == []
    for row in (_row("a", "ann", 1), _row("b", "ann", None), _row("a", "ben", 2), _row("a", "ann", 5)):
        file.put(row)
    assert read_ratings(file.path) == [Rating("a", "ann", "clarity", 5.0), Rating("a", "ben", "clarity", 2.0)]
    file.take_back("a", "ann", "clarity")
    assert [(row["unit"], row["rater"], row["value"]) for row in file.rows()] == [("b", "ann", None), ("a", "ben", 2)]


@pytest.mark.parametrize("line", ["[1]", "{broken", '{"unit": "a", "rater": "b", "item": "c"}', '{"unit": 1}'])
def test_what_is_no_rating_is_left_alone(tmp_path: Path, line: str) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text(f'{{"unit": "a", "rater": "b", "item": "c", "value": 1}}\n{line}\n')
    before = path.read_bytes()
    with pytest.raises(DataError) as caught:
        RatingFile(path).put(_row("a", "ann", 1))
    assert f"{path}:2" in str(caught.value)
    assert path.read_bytes() == before


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        RatingFile(tmp_path / "file" / "r.jsonl").put(_row("a", "ann", 1))
