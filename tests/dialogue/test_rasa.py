"""Rasa NLU YAML: what Rasa would read out of it, round trips, and what cannot be held."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialoom.dialogue import Dialogue
from dialoom.dialogue.formats import find_format, read_dialogues
from dialoom.errors import DataError
from tests.dialogue.nlu import again, content, dialogue, labelled, slot, write

# Rasa's own grammar of an annotation (entities_parser.py of Rasa 3), which knows no escapes.
GRAMMAR = re.compile(r"\[(?P<text>[^\]]+?)\](\((?P<name>[^:)]+?)(?:\:(?P<value>[^)]+))?\)|\{(?P<dict>[^}]+?)\})")

NLU = """\
version: "3.1"
nlu:
- intent: book
  metadata:
    sentiment: neutral
  examples: |
    - fly to [Rome](city)
    - from [NYC]{"entity": "city", "role": "from", "value": "New York"} at 7: now # no comment
- intent: chit/hello
  examples:
  - text: |
      hello
    metadata: {seen: 3}
- synonym: New York
  examples: |
    - NYC
    - the big apple
- regex: code
  examples: |
    - \\d{5}
- lookup: city
  examples: |
    - Rome
responses:
  utter_chit/hello:
  - text: Hi!
"""


def holds(dialogue: Dialogue) -> bool:
    """Whether Rasa can hold the utterance: no spaces at the ends, and brackets only around slots."""
    text = dialogue.turns[0].text
    return text == text.strip(" \r\n") and not set(text) & set("[]")


@settings(max_examples=80, deadline=None)
@given(st.lists(labelled(normalised=True).filter(holds), min_size=1, max_size=5))
def test_any_utterance_reads_back(dialogues: list[Dialogue]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert content(again(dialogues, Path(folder) / "nlu.yml", "rasa")) == content(dialogues)


@settings(max_examples=80, deadline=None)
@given(labelled(normalised=True))
def test_what_is_written_reads_back_and_the_rest_is_counted(given_dialogue: Dialogue) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "nlu.yml"
        anchor = dialogue("anchor", id="anchor")
        written = write([given_dialogue, anchor], path, "rasa")
        assert written + sum(written.left_out.values()) == 2
        kept = [given_dialogue, anchor] if written == 2 else [anchor]
        assert content(read_dialogues(path)) == content(kept)


def test_a_file_of_rasa_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "nlu.yml"
    path.write_text(NLU, "utf-8")
    assert find_format(path).name == "rasa"
    rome, york, hello = read_dialogues(path)
    assert [(one.turns[0].text, one.turns[0].intent) for one in (rome, york, hello)] == [
        ("fly to Rome", "book"),
        ("from NYC at 7: now # no comment", "book"),
        ("hello", "chit/hello"),
    ]
    assert rome.turns[0].slots == [slot("fly to Rome", "Rome")]
    assert york.turns[0].slots == [slot("from NYC", "NYC", value="New York")]
    assert york.turns[0].meta["rasa"] == {"intent": {"sentiment": "neutral"}, "entities": [{"role": "from"}]}
    assert hello.turns[0].meta["rasa"] == {"example": {"seen": 3}}
    assert rome.fields["rasa"] == {
        "items": [
            {"synonym": "New York", "examples": ["NYC", "the big apple"]},
            {"regex": "code", "examples": ["\\d{5}"]},
            {"lookup": "city", "examples": ["Rome"]},
        ],
        "rest": {"responses": {"utter_chit/hello": [{"text": "Hi!"}]}},
    }
    assert rome.lineage.provenance == "real"
    assert rome.lineage.source == "nlu.yml (rasa)"


def test_a_file_of_rasa_is_written_as_it_was_read(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    path = tmp_path / "a" / "nlu.yml"
    path.write_text(NLU, "utf-8")
    first = list(read_dialogues(path))
    assert again(first, tmp_path / "nlu.yml", "rasa") == first


def test_the_written_file(tmp_path: Path) -> None:
    told = "fly to 😀Rome: now"
    write(
        [
            dialogue(told, slots=[slot(told, "Rome", value="roma }")]),
            dialogue("- a list: no"),
            dialogue("two\nlines\u2028", "yes"),
        ],
        tmp_path / "nlu.yml",
        "rasa",
    )
    assert (tmp_path / "nlu.yml").read_text("utf-8").splitlines()[1:] == [
        'version: "3.1"',
        "nlu:",
        "- intent: book",
        "  examples: |",
        '    - fly to 😀[Rome]{"entity": "city", "value": "roma \\u007d"}: now',
        "    - - a list: no",
        '- intent: "yes"',
        "  examples:",
        '  - text: "two\\nlines\\u2028"',
    ]


@settings(max_examples=80, deadline=None)
@given(st.lists(labelled(normalised=True).filter(holds), min_size=1, max_size=3))
def test_rasas_grammar_finds_the_same_slots(dialogues: list[Dialogue]) -> None:
    """Parsed here by PyYAML and Rasa's expression, and not by dialoom."""
    yaml = pytest.importorskip("yaml")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "nlu.yml"
        write(dialogues, path, "rasa")
        text = path.read_text("utf-8")
        assert not text.isascii(), "Rasa decodes escapes in files of ASCII alone"
        parsed = yaml.safe_load(text)
    assert parsed["version"] == "3.1"
    found = []
    for item in parsed["nlu"]:
        assert set(item) == {"intent", "examples"}
        assert isinstance(item["intent"], str)
        if isinstance(item["examples"], str):
            lines = item["examples"].splitlines()
            assert all(line.startswith("-") for line in lines)
            examples = [line[1:].strip("\n\r ") for line in lines]
        else:
            examples = [each["text"].strip("\n\r ") for each in item["examples"]]
        for example in examples:
            bare = GRAMMAR.sub(lambda match: match["text"], example)
            found.append((bare, item["intent"], [match["text"] for match in GRAMMAR.finditer(example)]))
    expected = [
        (turn.text, turn.intent, [turn.text[each.start : each.end] for each in turn.slots])
        for one in dialogues
        for turn in one.turns
    ]
    assert sorted(map(repr, found)) == sorted(map(repr, expected))


@settings(max_examples=60, deadline=None)
@given(st.lists(labelled(normalised=True), min_size=1, max_size=3))
def test_rasa_itself_reads_the_same(dialogues: list[Dialogue]) -> None:
    rasa = pytest.importorskip(
        "rasa.shared.nlu.training_data.formats.rasa_yaml", reason="rasa is not installed (3.6 takes Python below 3.11)"
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "nlu.yml"
        write([*dialogues, dialogue("anchor", id="anchor")], path, "rasa")
        data = rasa.RasaYAMLReader().reads(path.read_text("utf-8"))
        read = {
            (
                message.data["text"],
                message.data["intent"],
                tuple((each["entity"], each["value"], each["start"], each["end"]) for each in entities),
            )
            for message in data.training_examples
            for entities in [message.data.get("entities", [])]
        }
        # Rasa keeps one of equal examples.
        assert read == set(content(read_dialogues(path)))


@pytest.mark.parametrize(
    ("content_", "line", "what"),
    [
        ("nlu: [\n", 2, "broken YAML"),
        ("nlu:\n- intent: a\n  examples: |\n    - x\n    y\n", 5, "does not begin with '-'"),
        ("nlu:\n- intent: a\n  examples: |\n    - x\n    - [y]{entity: 3}\n", 5, "an annotation"),
        ("nlu:\n- intent: a\n  examples:\n  - tekst: x\n", 4, "a mapping with 'text'"),
        ("nlu:\n- intnt: a\n", 2, "none of the keys intent"),
        ("nlu:\n- 3\n", 2, "expected a mapping"),
        ("nlu:\n- intent: [a]\n  examples: |\n    - x\n", 2, "the name of an intent"),
        ("nlx: []\n", None, "no key 'nlu'"),
        ("nlu:\n- lookup: a\n  examples: |\n    - x\n", None, "no intent has an example"),
    ],
)
def test_bad_files_tell_the_line(content_: str, line: int | None, what: str, tmp_path: Path) -> None:
    path = tmp_path / "nlu.yml"
    path.write_text(content_)
    with pytest.raises(DataError, match=what) as caught:
        list(read_dialogues(path, "rasa"))
    assert caught.value.place is not None
    assert (caught.value.place.file, caught.value.place.line) == (str(path), line)


def test_bad_examples_are_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "nlu.yml"
    path.write_text("nlu:\n- intent: a\n  examples: |\n    - x\n    y\n    - [z]{entity}\n    - w\n")
    bad: list[tuple[DataError, str]] = []
    read = list(read_dialogues(path, None, lambda error, said: bad.append((error, said))))
    assert [one.turns[0].text for one in read] == ["x", "w"]
    assert len(bad) == 2
