"""Each metric against planted faults and their absence."""

from __future__ import annotations

from math import isnan
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialoom.dialogue import Dialogue, Persona, Turn
from dialoom.quality import METRICS
from dialoom.quality.tagging import Tagger, cheap_metrics
from tests.quality.talk import measure, talk

LUGGAGE = talk(
    "Good morning, my suitcase did not arrive with flight 210.",
    "I am sorry to hear that. Could you show me your luggage tag, please?",
    "Here it is. It is a small red case.",
    "Thank you. We will bring it to your hotel tonight.",
)


def test_every_metric_is_named_as_its_module_and_gives_its_type() -> None:
    types = {"bool": bool, "int": int, "float": float, "text": str}
    assert {"turns", "speakers", "words", "on_topic"} <= set(METRICS.names())
    for name in METRICS.names():
        metric = METRICS.load(name)
        assert metric.name == name
        assert metric.about
        assert metric.type in ("bool", "text") or metric.range is not None
        if metric.lacking() is not None or metric.cost != "cheap":
            continue
        for dialogue in (LUGGAGE, talk(), talk("", " ")):
            assert type(metric.measure(dialogue)) is types[metric.type]


@settings(deadline=None)
@given(texts=st.lists(st.text(max_size=80), max_size=6), scenario=st.text(max_size=60))
def test_no_text_of_any_script_makes_a_metric_fail(texts: list[str], scenario: str) -> None:
    dialogue = talk(*texts, scenario=scenario)
    for name, value in Tagger().tag([dialogue])[0].items():
        bounds = METRICS.load(name).range
        if isinstance(value, (int, float)) and not isnan(value) and bounds:
            assert bounds[0] <= value <= bounds[1] + 1e-9


def test_metrics_read_text_without_speaker_labels() -> None:
    renamed = LUGGAGE.model_copy(
        update={"turns": [Turn(speaker=f"A rather long {turn.speaker}", text=turn.text) for turn in LUGGAGE.turns]}
    )
    for name in cheap_metrics():
        assert measure(name, renamed) == measure(name, LUGGAGE)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("I don't know.", 3),
        ("I don’t know it, it's 10:30!", 7),
        ("", 0),
        ("?!", 0),
        ("\u6211\u60f3\u8ba2\u7968\u3002", 4),
        ("\u0928\u092e\u0938\u094d\u0924\u0947 \u0926\u0941\u0928\u093f\u092f\u093e", 2),
        ("Straße größer", 2),
    ],
)
def test_words_of_any_script(text: str, words: int) -> None:
    assert measure("words", talk(text)) == words


def test_turns_and_speakers() -> None:
    assert measure("turns", LUGGAGE) == 4
    assert measure("speakers", LUGGAGE) == 2
    assert measure("speakers", talk("Hello.", "  ", "Anyone?")) == 1
    assert measure("speakers", talk("a.", "b.", "c.", speakers=("A", "B", "C"))) == 3


def test_alternates() -> None:
    assert measure("alternates", LUGGAGE) is True
    assert measure("alternates", talk("Hi.", "Hello.", "Bye.", speakers=("A", "B", "B"))) is False
    assert measure("alternates", talk("Hi.")) is False
    assert measure("alternates", talk()) is False


def test_balance() -> None:
    assert measure("balance", talk("one two", "three four")) == 0.5
    assert measure("balance", talk("one two three", "four")) == 0.25
    assert measure("balance", talk("one two three", speakers=("A",))) == 0.0
    silent = [Persona(name="Ann"), Persona(name="Ben"), Persona(name="Cid")]
    assert measure("balance", talk("one two", "three four", personas=silent)) == 0.0
    roles = talk("one two", "three four", speakers=("customer", "agent"), personas=silent)
    assert measure("balance", roles) == 0.5


def test_distinct() -> None:
    assert measure("distinct_1", talk("a b", "a b")) == 0.5
    assert measure("distinct_2", talk("a b c", "a b d")) == 0.75
    assert measure("distinct_2", talk("a b", "b a")) == 1.0
    assert measure("distinct_2", talk("a", "b")) == 0.0


def test_repetition_counts_exact_and_near_repeats_of_either_speaker() -> None:
    ask = "Could you tell me where the station is?"
    assert measure("repetition", LUGGAGE) == 0.0
    assert measure("repetition", talk(ask, ask)) == 0.5
    assert measure(
        "repetition", talk(ask, "It is over there, on the left.", "could you tell me where this station is")
    ) == (pytest.approx(1 / 3))
    assert measure("repetition", talk(ask, "No idea at all, sorry.", ask, ask)) == 0.5


def test_back_channels_may_recur() -> None:
    assert measure("repetition", talk("Yes.", "Thank you.", "Yes.", "Thank you.")) == 0.0


LOOPS = [
    ("I want to go home now.", "Why? I want to go home now.", "Because I want to go home now."),
    ("Thank you!", "You're welcome!") * 3,
    ("Bye.",) * 12,
    ("I am fine. How are you today? I am well. How are you today?", "Good."),
    ("I think that we should I think that we should go.", "Good."),
    ("It is very very very very very very cold.", "Good."),
    ("\u6211\u60f3\u56de\u5bb6\u3002",) * 3,
]


@pytest.mark.parametrize("texts", LOOPS)
def test_a_loop_is_found(texts: tuple[str, ...]) -> None:
    assert measure("loop", talk(*texts)) is True


def test_ordinary_emphasis_is_no_loop() -> None:
    assert measure("loop", LUGGAGE) is False
    assert measure("loop", talk("No, no, no! Never, never.", "Come on, come on. Thank you, thank you.")) is False


def test_a_stock_phrase_in_a_long_talk_is_no_loop() -> None:
    fillers = [f"{word} " * 2 + f"goes to the {word} shop number {place}." for place, word in enumerate(
        ("green", "blue", "red", "white", "black", "brown", "pink", "grey", "gold", "beige", "teal", "mauve")
    )]  # fmt: skip
    asked = [f"{text} Would you like to?" if place % 4 == 0 else text for place, text in enumerate(fillers)]
    assert measure("loop", talk(*asked)) is False


@pytest.mark.parametrize(
    "last",
    [
        "Goodbye.",
        "Really?",
        "Stop!",
        'He said "no."',
        "(See you.)",
        "Good bye . ",
        "Well...",
        "Bye :)",
        "Bye \U0001f600",
        "I \u2764\ufe0f",
        "\u518d\u89c1\u3002",
        "\u0927\u0928\u094d\u092f\u0935\u093e\u0926\u0964",
        "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35",
    ],
)
def test_a_finished_turn_ends_properly(last: str) -> None:
    assert measure("ends_properly", talk("Hello.", last)) is True


@pytest.mark.parametrize(
    "last", ["I will bring it to your", "Well,", "First:", "", "I think -", "and then (", "so \u201c"]
)
def test_a_cut_turn_does_not(last: str) -> None:
    assert measure("ends_properly", talk("Hello.", last)) is False


def test_a_chat_without_final_marks_need_not_end_with_one() -> None:
    assert measure("ends_properly", talk("hi there", "hello, how are you", "fine", "see you")) is True
    assert measure("ends_properly", talk("hi there", "hello, how are you", "fine", " ")) is False


def test_no_turn_ends_properly_in_an_empty_dialogue() -> None:
    assert measure("ends_properly", Dialogue(id="e")) is False


def test_on_topic_takes_scenario_then_subtopic_then_topic() -> None:
    asked = {
        "topic": "cooking pasta",
        "fields": {"subtopic": "lost luggage"},
        "scenario": "A flight lands without suitcases",
    }
    said = LUGGAGE.model_copy(update=asked)
    assert measure("on_topic", said) == pytest.approx(0.5)
    assert measure("topic_words", said) == 4
    assert measure("on_topic", said.model_copy(update={"scenario": None})) == 0.5
    assert measure("on_topic", said.model_copy(update={"scenario": " ", "fields": {}})) == 0.0


def test_on_topic_stems_and_leaves_out_stop_words() -> None:
    assert measure("on_topic", talk("I booked two tables.", topic="a booking of the table")) == 1.0
    assert measure("topic_words", talk("x", topic="a booking of the table")) == 2


@pytest.mark.parametrize("known", [{}, {"topic": "of the"}, {"topic": "?!"}, {"fields": {"subtopic": ["list"]}}])
def test_nothing_to_compare_is_on_topic(known: dict[str, Any]) -> None:
    assert measure("on_topic", talk("Hello.", **known)) == 1.0


def test_on_topic_in_chinese() -> None:
    assert measure("on_topic", talk("\u6211\u7684\u884c\u674e\u4e22\u4e86\u3002", topic="\u884c\u674e")) == 1.0
    assert measure("on_topic", talk("\u4f60\u597d\u3002", topic="\u884c\u674e")) == 0.0
