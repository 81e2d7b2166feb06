"""Amazon Lex V2 bots: the import layout, references to slots, what Lex refuses."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialoom.dialogue import Dialogue
from dialoom.dialogue.formats import find_format, read_dialogues
from dialoom.errors import DataError
from tests.dialogue.nlu import again, dialogue, labelled, slot, write


def files(path: Path) -> dict[str, Any]:
    with ZipFile(path) as archive:
        return {name: json.loads(archive.read(name)) for name in archive.namelist()}


def test_the_layout_is_what_lex_imports(tmp_path: Path) -> None:
    text = "from Rome to NYC?"
    slots = [slot(text, "Rome", "from_city"), slot(text, "NYC", "to_city", "New York")]
    write(
        [dialogue(text, slots=slots), dialogue("Hallo", "greet", fields={"language": "de"})],
        tmp_path / "a bot.zip",
        "lex_v2",
    )
    made = files(tmp_path / "a bot.zip")
    english = "a_bot/BotLocales/en_US"
    assert set(made) == {
        "Manifest.json",
        "a_bot/Bot.json",
        f"{english}/BotLocale.json",
        f"{english}/Intents/FallbackIntent/Intent.json",
        f"{english}/Intents/book/Intent.json",
        f"{english}/Intents/book/Slots/from_city/Slot.json",
        f"{english}/Intents/book/Slots/to_city/Slot.json",
        f"{english}/SlotTypes/from_city/SlotType.json",
        f"{english}/SlotTypes/to_city/SlotType.json",
        "a_bot/BotLocales/de_DE/BotLocale.json",
        "a_bot/BotLocales/de_DE/Intents/FallbackIntent/Intent.json",
        "a_bot/BotLocales/de_DE/Intents/greet/Intent.json",
    }
    intent = made[f"{english}/Intents/book/Intent.json"]
    assert intent["sampleUtterances"] == [{"utterance": "from {from_city} to {to_city}?"}]
    assert intent["slotPriorities"] == [
        {"slotName": "from_city", "priority": 1},
        {"slotName": "to_city", "priority": 2},
    ]
    assert made[f"{english}/SlotTypes/to_city/SlotType.json"]["slotTypeValues"] == [
        {"sampleValue": {"value": "New York"}, "synonyms": [{"value": "NYC"}]}
    ]
    assert made[f"{english}/Intents/FallbackIntent/Intent.json"]["parentIntentSignature"] == "AMAZON.FallbackIntent"
    assert find_format(tmp_path / "a bot.zip").name == "lex_v2"


def test_names_and_values_fit_the_api_model_of_the_service(tmp_path: Path) -> None:
    loaders = pytest.importorskip("botocore.loaders", reason="botocore is not installed")
    shapes = loaders.Loader().load_service_model("lexv2-models", "service-2")["shapes"]
    text = "a b"
    names = ["ok", "a_b-c", "x" * 100, "x" * 101, "a__b", "_a", "ä", "a b", ""]
    given_ones = [dialogue(f"{text} {name}", name or "-", [slot(text, "b", name or "-")]) for name in names]
    long = "v" * 141
    written = write([*given_ones, dialogue(long, "ok", [slot(long, long)])], tmp_path / "b.zip", "lex_v2")
    fitting = [
        name for name in names if re.fullmatch(shapes["Name"]["pattern"], name) and len(name) <= shapes["Name"]["max"]
    ]
    made = files(tmp_path / "b.zip")
    assert {value["name"] for name, value in made.items() if name.endswith("/Intent.json")} == {
        *fitting,
        "FallbackIntent",
    }
    assert sum(written.left_out.values()) == len(names) - len(fitting)
    values = [
        each["sampleValue"]["value"]
        for name, value in made.items()
        if name.endswith("SlotType.json")
        for each in value["slotTypeValues"]
    ]
    assert all(1 <= len(value) <= shapes["Value"]["max"] for value in values)
    assert any("slot values of more than 140 characters" in note for note in written.notes)


def test_what_lex_refuses_is_named_and_counted(tmp_path: Path) -> None:
    text = "to Rome"
    written = write(
        [
            dialogue(text, slots=[slot(text, "Rome")], id="d0"),
            dialogue("to Oslo", slots=[slot("to Oslo", "Oslo")], id="d1"),
            dialogue("To {x}", id="d2"),
            dialogue("a\nb", id="d3"),
            dialogue("x", "a b", id="d4"),
            dialogue("x" * 501, id="d5"),
            dialogue("x", fields={"language": "sw"}, id="d6"),
            dialogue("hello", "greet", id="d7"),
            dialogue("Hello", "bye", id="d8"),
        ],
        tmp_path / "b.zip",
        "lex_v2",
    )
    assert written == 2
    assert written.notes == (
        "left out 1 utterances: a brace, which Lex takes for a slot (d2)",
        "left out 1 utterances: a line end or control character (d3)",
        "left out 1 utterances: Lex takes no intent called 'a b' (d4)",
        "left out 1 utterances: Lex takes texts up to 500 characters (d5)",
        "left out 1 utterances: Lex has no locale for the language 'sw' (d6)",
        "left out 1 utterances: the same as another once slots are references (d1)",
        "left out 1 utterances: Lex takes a text once, and another intent has it (d8: 'greet')",
    )


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        labelled(
            text=st.text(st.characters(categories=["L", "N", "P", "S", "Zs"], exclude_characters="{}"), min_size=1)
        ),
        min_size=1,
        max_size=4,
    )
)
def test_samples_read_back(dialogues: list[Dialogue]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "b.zip"
        first = again(dialogues, path, "lex_v2")
        assert {one.turns[0].text for one in first} <= {_sample(one) for one in dialogues}
        assert len({one.turns[0].text.casefold() for one in first}) == len(
            {_sample(one).casefold() for one in dialogues}
        )
        second = again(first, path, "lex_v2")
    assert [one.turns for one in second] == [one.turns for one in first]


def _sample(dialogue: Dialogue) -> str:
    turn = dialogue.turns[0]
    text = turn.text
    for each in reversed(turn.slots):
        text = f"{text[: each.start]}{{{each.name}}}{text[each.end :]}"
    return text


def test_nothing_to_write_says_why(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"there are no utterances to write; left out 1 utterances: no intent \(d1\)"):
        write([dialogue("x", None)], tmp_path / "b.zip", "lex_v2")
    assert list(tmp_path.iterdir()) == []


def test_a_reference_is_a_slot(tmp_path: Path) -> None:
    text = "from Rome"
    (read,) = again([dialogue(text, slots=[slot(text, "Rome")])], tmp_path / "b.zip", "lex_v2")
    assert read.turns[0].text == "from {city}"
    assert read.turns[0].slots == [slot("from {city}", "{city}")]
    assert read.fields == {"language": "en_US"}
    assert next(iter(read_dialogues(tmp_path / "b.zip"))).turns == read.turns
