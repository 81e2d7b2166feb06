"""Which intents are near to one, and which of their lines are like its own."""

from __future__ import annotations

from dialoom.intents.embedders import counts_of_words
from dialoom.intents.line import Line
from dialoom.intents.neighbours import Neighbourhood


def _lines(**texts: list[str]) -> dict[str, tuple[Line, ...]]:
    return {intent: tuple(Line(text, intent) for text in said) for intent, said in texts.items()}


REAL = _lines(
    user_name=["please call me bob", "my name is sue"],
    ai_name=["please call you bob from now", "your name is sue now", "change your name"],
    weather=["is it wet", "will it rain", "how warm is it"],
    few=["please call me bob"],
)


def test_the_nearest_comes_first_with_its_pairs() -> None:
    near = Neighbourhood(REAL, counts_of_words).of("user_name", REAL["user_name"])
    assert [each.intent for each in near] == ["ai_name", "weather"]
    assert [(theirs.text, own.text) for theirs, own in near[0].pairs] == [
        ("please call you bob from now", "please call me bob"),
        ("your name is sue now", "my name is sue"),
    ]
    assert near[0].lines == REAL["ai_name"]


def test_no_line_is_in_two_pairs() -> None:
    own = [Line("please call me bob", "user_name"), Line("please call me bob now", "user_name")]
    (near,) = Neighbourhood(REAL, counts_of_words).of("user_name", own, most=1)
    theirs = [line.text for line, _ in near.pairs]
    assert len(set(theirs)) == len(theirs) == 2


def test_none_where_there_is_nothing_to_learn_from() -> None:
    assert Neighbourhood({}, counts_of_words).of("user_name", REAL["user_name"]) == ()
    assert Neighbourhood(REAL, counts_of_words).of("user_name", ()) == ()
    assert Neighbourhood(REAL, counts_of_words).of("weather", [Line("x", "weather")] * 5) == ()
