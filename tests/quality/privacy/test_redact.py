"""Replacing: the same by the same, everywhere in a dialogue, and nothing else touched."""

from __future__ import annotations

import pytest

from dialoom.dialogue import Dialogue, Lineage, Persona, Slot, Turn
from dialoom.errors import MissingExtra
from dialoom.quality.privacy import Found, Redactor
from dialoom.quality.privacy.presidio import has_presidio, presidio_finder

TALK = Dialogue(
    id="call-7@example.com",
    topic="Card of Anna Berg",
    personas=[Persona(name="Anna", description="anna@example.com is hers")],
    turns=[
        Turn(speaker="Agent", text="Who is calling?", intent="ask"),
        Turn(
            speaker="Anna",
            text="Anna Berg, anna@example.com, or ANNA@example.com, or bob@example.com.",
            slots=[
                Slot(name="name", value="Anna Berg", start=0, end=9),
                Slot(name="mail", value="anna@example.com", start=11, end=27),
                Slot(name="mail", value="bob@example.com", start=53, end=68),
            ],
        ),
        Turn(speaker="Agent", text="Thanks Anna, +1 202 555 0143?"),
        Turn(speaker="Anna", text="(202) 555-0143, yes. Annabel knows."),
    ],
    summary="Anna Berg gives anna@example.com",
    fields={"log": [{"caller": "Anna Berg", "n": 1}]},
    lineage=Lineage(provenance="real", source="anna@example.com.jsonl"),
)


def test_one_datum_is_one_tag_everywhere() -> None:
    redactor = Redactor()
    done = redactor(TALK)
    assert [turn.speaker for turn in done.turns] == ["Agent", "[NAME_1]", "Agent", "[NAME_1]"]
    assert done.turns[1].text == "[NAME_1] Berg, [EMAIL_1], or [EMAIL_1], or [EMAIL_2]."
    assert done.turns[2].text == "Thanks [NAME_1], [PHONE_1]?"
    assert done.turns[3].text == "[PHONE_1], yes. Annabel knows."
    assert done.summary == "[NAME_1] Berg gives [EMAIL_1]"
    assert done.personas[0].model_dump()["description"] == "[EMAIL_1] is hers"
    assert done.fields == {"log": [{"caller": "[NAME_1] Berg", "n": 1}]}
    assert (done.id, done.lineage, done.turns[0].intent) == (TALK.id, TALK.lineage, "ask")
    assert redactor.counts == {"EMAIL": 2, "PHONE": 1, "NAME": 1}


def test_slots_keep_pointing_at_their_words() -> None:
    for style in ("tags", "surrogates"):
        turn = Redactor(style=style)(TALK).turns[1]
        assert [turn.text[slot.start : slot.end] for slot in turn.slots] == [slot.value for slot in turn.slots]
        assert turn.slots[0].value.endswith(" Berg")


def test_surrogates_look_real_and_belong_to_nobody() -> None:
    done = Redactor(style="surrogates")(TALK)
    assert done.turns[1].text == "Alex Berg, person1@example.com, or person1@example.com, or person2@example.com."
    assert done.turns[3].text == "(200) 555-0101, yes. Annabel knows."


def test_only_the_kinds_that_were_asked_for() -> None:
    done = Redactor(["phone"], speakers=False)(TALK)
    assert "anna@example.com" in done.turns[1].text
    assert done.turns[2].text == "Thanks Anna, [PHONE_1]?"


def test_another_finder_adds_its_own_and_names_of_one_person_are_one() -> None:
    def names(text: str) -> list[Found]:
        start = text.find("Anna Berg")
        return [Found(start, start + 9, "NAME")] if start >= 0 else []

    done = Redactor(more=[names])(TALK)
    assert done.turns[1].text.startswith("[NAME_1], [EMAIL_1]")
    assert done.turns[2].text == "Thanks [NAME_1], [PHONE_1]?"
    assert done.topic == "Card of [NAME_1]"


def test_a_dialogue_without_any_is_left_as_it_is() -> None:
    plain = Dialogue(id="1", turns=[Turn(speaker="user", text="Hello."), Turn(speaker="#Person2#", text="Hi.")])
    assert Redactor()(plain) is plain


def test_twice_is_once() -> None:
    once = Redactor()(TALK)
    assert Redactor()(once) == once


def test_names_need_their_extra() -> None:
    if has_presidio():
        finder, model = presidio_finder()
        found = {one.kind for one in finder("I am John Smith and live in Berlin.")}
        assert found >= {"NAME", "LOCATION"} if model else not found
    else:
        with pytest.raises(MissingExtra, match=r"dialoom\[privacy\]"):
            presidio_finder()
