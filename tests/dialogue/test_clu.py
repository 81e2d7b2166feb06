"""Azure CLU projects: offsets in UTF-16, round trips, limits of the service."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialoom.dialogue import Dialogue
from dialoom.dialogue.formats import find_format, read_dialogues
from dialoom.errors import DataError
from tests.dialogue.nlu import again, content, dialogue, labelled, slot, write


def project(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


@settings(max_examples=100, deadline=None)
@given(st.lists(labelled(normalised=True), min_size=1, max_size=4))
def test_any_utterance_reads_back(dialogues: list[Dialogue]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "p.json"
        bare = {(each.name, each.value) for one in dialogues for each in one.turns[0].slots}
        written = write(dialogues, path, "clu")
        assert written == len(dialogues)
        if not any("several values" in note for note in written.notes):
            assert content(read_dialogues(path)) == content(dialogues)
        else:
            assert len(bare) > 1


@settings(max_examples=100, deadline=None)
@given(labelled())
def test_offsets_are_those_of_utf_16(given_dialogue: Dialogue) -> None:
    turn = given_dialogue.turns[0]
    with tempfile.TemporaryDirectory() as folder:
        write([given_dialogue], Path(folder) / "p.json", "clu")
        (entry,) = project(Path(folder) / "p.json")["assets"]["utterances"]
    encoded = turn.text.encode("utf-16-le")
    assert len(entry["entities"]) == len(turn.slots)
    for entity, expected in zip(entry["entities"], turn.slots, strict=True):
        start, end = 2 * entity["offset"], 2 * (entity["offset"] + entity["length"])
        assert encoded[start:end].decode("utf-16-le") == turn.text[expected.start : expected.end]
        assert len(encoded[:start].decode("utf-16-le")) == expected.start


def test_an_emoji_counts_two(tmp_path: Path) -> None:
    text = "👩‍🚀😀 to Rome"
    one = dialogue(
        text, slots=[slot(text, "Rome"), slot(text, "😀", "mood")], fields={"split": "test", "language": "it"}
    )
    assert write([one, dialogue("x"), one], tmp_path / "my bot!.json", "clu") == 3
    found = project(tmp_path / "my bot!.json")
    assert found["stringIndexType"] == "Utf16CodeUnit"
    assert found["metadata"]["projectName"] == "my_bot_"
    assert (found["metadata"]["language"], found["metadata"]["multilingual"]) == ("it", False)
    assert found["assets"]["intents"] == [{"category": "book"}]
    assert [each["category"] for each in found["assets"]["entities"]] == ["mood", "city"]
    assert found["assets"]["utterances"][0] == {
        "text": text,
        "language": "it",
        "intent": "book",
        "entities": [
            {"category": "mood", "offset": 5, "length": 2},
            {"category": "city", "offset": 11, "length": 4},
        ],
        "dataset": "Test",
    }
    read = list(read_dialogues(tmp_path / "my bot!.json"))
    assert read[0].fields["split"] == "test"
    assert find_format(tmp_path / "my bot!.json").name == "clu"


def test_values_become_lists_and_definitions_stay(tmp_path: Path) -> None:
    text = "to NYC or LA"
    one = dialogue(text, slots=[slot(text, "NYC", value="New York"), slot(text, "LA")])
    write([one], tmp_path / "p.json", "clu")
    made = project(tmp_path / "p.json")
    assert made["assets"]["entities"][0]["list"] == {
        "sublists": [{"listKey": "New York", "synonyms": [{"language": "en-us", "values": ["NYC"]}]}]
    }
    made["assets"]["entities"] += [{"category": "when", "prebuilts": [{"category": "DateTime"}]}]
    made["assets"]["intents"] += [{"category": "None"}]
    made["metadata"]["settings"] = {"confidenceThreshold": 0.7}
    (tmp_path / "q.json").write_text(json.dumps(made))
    again(read_dialogues(tmp_path / "q.json"), tmp_path / "r.json", "clu")
    assert project(tmp_path / "r.json") == made


def test_what_the_service_refuses_is_left_out_and_named(tmp_path: Path) -> None:
    long = "😀" * 251
    written = write(
        [
            dialogue("fine", id="d0"),
            dialogue(long, id="d1"),
            dialogue("x", "a/b", id="d2"),
            dialogue("a city", slots=[slot("a city", "city", "c(1)")], id="d3"),
            dialogue("x", None, id="d4"),
        ],
        tmp_path / "p.json",
        "clu",
    )
    assert written == 1
    assert dict(written.left_out) == {
        "CLU takes texts up to 500 characters": 1,
        "CLU takes no intent called 'a/b'": 1,
        "CLU takes no entity called 'c(1)'": 1,
        "no intent": 1,
    }
    assert "left out 1 utterances: CLU takes no intent called 'a/b' (d2)" in written.notes


@pytest.mark.parametrize(
    ("change", "field", "what"),
    [
        ({"offset": 1}, "assets.utterances[0].entities[0]", "no characters of"),
        ({"length": 99}, "assets.utterances[0].entities[0]", "no characters of"),
        ({"offset": "0"}, "assets.utterances[0].entities[0].offset", "expected a whole number"),
    ],
)
def test_bad_entities_tell_their_place(change: dict[str, Any], field: str, what: str, tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    write([dialogue("😀 x", slots=[slot("😀 x", "😀")])], path, "clu")
    made = project(path)
    made["assets"]["utterances"][0]["entities"][0] |= change
    path.write_text(json.dumps(made))
    with pytest.raises(DataError, match=what) as caught:
        list(read_dialogues(path))
    assert caught.value.place is not None
    assert caught.value.place.field == field


def test_a_text_of_two_intents_is_named(tmp_path: Path) -> None:
    written = write([dialogue("x", id="d1"), dialogue("x", "greet", id="d2")], tmp_path / "p.json", "clu")
    assert written.notes == ("texts with more than one intent: 1 ('x' is 'book' in d1 and 'greet' in d2)",)
