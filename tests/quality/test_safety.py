"""Abuse and sensitive topics, by lexicon."""

from __future__ import annotations

import pytest

from dialoom.quality.safety.abuse import HINTS, is_abusive
from dialoom.quality.tagging import Tagger
from tests.quality.talk import measure, talk


@pytest.mark.parametrize(
    "text",
    [
        "You are such a worthless person.",
        "I will kill you!",
        "I hope you die.",
        "Immigrants are vermin.",
        "I hate all gay people.",
        "Shut the hell up.",
        "You stupid idiot!",
    ],
)
def test_abuse_is_found(text: str) -> None:
    assert measure("toxic", talk("Hello.", text)) is True


@pytest.mark.parametrize(
    "text",
    [
        "I hate rainy days.",
        "I don't hate women.",
        "How can I kill a Python process?",
        "The film was disgusting.",
        "Many immigrants live here.",
        "This soup is too spicy.",
        "Don't be an idiot.",
        "",
    ],
)
def test_other_talk_is_not(text: str) -> None:
    assert measure("toxic", talk("Hello.", text)) is False


def test_no_abuse_is_without_a_hint() -> None:
    from tests.quality.real import dailydialog

    dialogues = dailydialog()
    plain = [is_abusive(one.text().lower().replace("’", "'")) for one in dialogues]
    assert [tags["toxic"] for tags in Tagger(["toxic"]).tag(dialogues)] == plain
    assert "scum" in HINTS


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("I want to kill myself.", "self_harm"),
        ("He overdosed on cocaine.", "drugs,self_harm"),
        ("Call an ambulance, he had a heart attack!", "medical_emergency"),
        ("The bomb was in a car. It was murder.", "violence,weapons"),
        ("They do money laundering and commit fraud.", "crime"),
        ("It was domestic violence.", "abuse"),
        ("That is racist.", "hate"),
        ("My life is good, and I take the bus.", ""),
        ("They attack the problem.", ""),
        ("", ""),
    ],
)
def test_sensitive_topics_are_named(text: str, topics: str) -> None:
    assert measure("sensitive_topics", talk(text, "Oh.")) == topics
