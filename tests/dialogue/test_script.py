"""Reading what a model wrote as a script."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialoom.dialogue import Dialogue, Turn, read_script

names = st.sampled_from(["Anna", "Bob", "Dr. Hawkins", "Žofie Nová"])
words = st.text(alphabet="abc dé?!,", min_size=1, max_size=30).map(str.strip).filter(bool)


@given(st.lists(st.builds(Turn, speaker=names, text=words), min_size=1, max_size=8))
def test_a_script_reads_back(turns: list[Turn]) -> None:
    script = Dialogue(id="x", turns=turns).script()
    assert read_script(script) == turns
    assert read_script(script, ["Anna", "Bob", "Dr. Hawkins", "Žofie Nová"]) == turns


def _said(turns: list[Turn]) -> list[tuple[str, str]]:
    return [(turn.speaker, turn.text) for turn in turns]


@pytest.mark.parametrize(
    "head", ["Anna:", "**Anna:**", "**Anna**:", "- Anna:", "anna:", "ANNA :", "### Anna:", "__Anna__:"]
)
def test_markup_and_case_of_a_name_do_not_matter(head: str) -> None:
    assert _said(read_script(f"{head} hello", ["Anna"])) == [("Anna", "hello")]


def test_other_lines_continue_the_turn() -> None:
    assert _said(read_script("Anna: one\n two\n\nBob: three", ["Anna", "Bob"])) == [
        ("Anna", "one two"),
        ("Bob", "three"),
    ]


def test_only_given_speakers_start_turns() -> None:
    assert _said(read_script("Anna: note\nHint: it is late", ["Anna"])) == [("Anna", "note Hint: it is late")]


def test_lines_before_the_first_turn_are_left_out() -> None:
    assert _said(read_script("Here is the dialogue\n\nAnna: hi", ["Anna"])) == [("Anna", "hi")]


def test_without_speakers_a_name_has_at_most_four_words() -> None:
    script = "Anna: hi\nthis is far too long for a name: yes\nThe Old Sea Captain: ahoy"
    assert _said(read_script(script)) == [
        ("Anna", "hi this is far too long for a name: yes"),
        ("The Old Sea Captain", "ahoy"),
    ]


def test_quotation_marks_go_only_where_they_wrap_the_whole_turn() -> None:
    script = 'Anna: "hello there"\nBob: "yes" and "no"\nAnna: say "please"'
    assert [text for _, text in _said(read_script(script))] == ["hello there", '"yes" and "no"', 'say "please"']


@pytest.mark.parametrize("script", ["", "\n\n", "no turn here", "Anna:", "Anna: \nBob:  "])
def test_no_utterance_no_turn(script: str) -> None:
    assert read_script(script) == []
