"""Tags: measured once, and of a dialogue alone, whatever is tagged beside it."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from dialoom.dialogue import Dialogue
from dialoom.errors import DataError
from dialoom.quality import METRICS, Rules
from dialoom.quality.spread import Spread
from dialoom.quality.tagged import Tags, tag_columns
from tests.quality.talk import talk


def some() -> list[Dialogue]:
    chance = random.Random(2)
    words = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten.", "No!", "Why?", "Uh"]
    made = [
        talk(*(" ".join(chance.choices(words, k=chance.randint(0, 9))) for _ in range(chance.randint(0, 7))))
        for _ in range(60)
    ]
    return [one.model_copy(update={"id": str(number)}) for number, one in enumerate(made)]


@pytest.mark.parametrize("threads", [1, 2, 8])
def test_tags_depend_on_their_dialogue_alone(threads: int) -> None:
    alone = {one.id: next(Tags().put([one])).tags for one in some()}
    shuffled = some()
    random.Random(threads).shuffle(shuffled)
    tags = Tags()
    with ThreadPoolExecutor(threads) as pool:
        beside = {one.id: one.tags for one in pool.map(lambda one: next(tags.put([one])), shuffled)}
    assert beside == alone


def test_what_is_tagged_is_not_measured_again_unless_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    tagged = talk("a", tags={"turns": 9})
    assert next(Tags(["turns"]).put([tagged])).tags == {"turns": 9}
    assert Rules(["turns > 8"]).judge([tagged])[0].kept
    monkeypatch.setattr("dialoom.quality.metrics.turns.METRIC", replace(METRICS.load("turns"), measure=_never))
    assert not Rules(["turns > 9"]).judge([tagged])[0].kept
    monkeypatch.undo()
    again = Tags(["turns"], again=True)
    assert (next(again.put([tagged])).tags, again.measured) == ({"turns": 1}, 1)


def test_a_tag_of_another_type_is_named_and_not_overwritten() -> None:
    with pytest.raises(DataError, match=r"tags.turns: dialogue 't' has a tag 'turns' that is 'many'.*--again"):
        list(Tags(["turns"]).put([talk("a", tags={"turns": "many"})]))


def test_columns_are_found_in_tags_by_path_and_type() -> None:
    one = talk("a", tags={"judge": {"overall": 4, "why": "fine"}, "turns": 1, "kinds": ["x"], "odd": 1, "none": None})
    two = talk("a", tags={"judge": {"overall": 3.5}, "odd": "text", "ok": True})
    assert [(column.name, column.type) for column in tag_columns([one, two])] == [
        ("judge.overall", "float"),
        ("judge.why", "text"),
        ("kinds", "texts"),
        ("ok", "bool"),
    ]


def test_a_spread_tells_mean_quantiles_and_shares() -> None:
    spread = Spread()
    for value in (1, 2.5, 4, None, float("nan"), True, "en"):
        spread.add(value)
    told = spread.to_json()
    assert (told["count"], told["missing"], told["mean"]) == (5, 2, 2.5)
    quantiles = {share: round(value, 9) for share, value in told["quantiles"].items()}
    assert quantiles == {"0.0": 1, "0.05": 1.15, "0.25": 1.75, "0.5": 2.5, "0.75": 3.25, "0.95": 3.85, "1.0": 4}
    assert told["values"] == {"true": 1, "en": 1}


def _never(dialogue: Dialogue) -> int:
    raise AssertionError("measured again")
