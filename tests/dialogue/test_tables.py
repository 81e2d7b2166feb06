"""Utterances and dialogues as tables: CSV of both levels, CLINC, rows of Parquet."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialoom.dialogue import Dialogue, Slot, Turn
from dialoom.dialogue.formats import find_format, read_dialogues
from dialoom.errors import DataError
from tests.dialogue import strategies
from tests.dialogue.nlu import again, content, dialogue, labelled, slot, write
from tests.dialogue.test_formats import DATA


@settings(max_examples=100, deadline=None)
@given(st.lists(labelled(normalised=True), min_size=1, max_size=4))
def test_any_utterance_reads_back_from_csv(dialogues: list[Dialogue]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "u.csv"
        read = again(dialogues, path, "csv")
        assert find_format(path).name == "csv"
    assert [one.turns for one in read] == [one.turns for one in dialogues]


@settings(max_examples=30, deadline=None)
@given(st.lists(strategies.dialogues.filter(lambda one: one.turns), min_size=1, max_size=4))
def test_any_turns_read_back_from_csv(dialogues: list[Dialogue]) -> None:
    def shown(turns: list[Turn]) -> list[Turn]:
        return [
            turn.model_copy(update={"intent": turn.intent or None, "emotion": turn.emotion or None}) for turn in turns
        ]

    with tempfile.TemporaryDirectory() as folder:
        read = again(dialogues, Path(folder) / "t.csv", "csv_turns")
        assert find_format(Path(folder) / "t.csv").name == "csv_turns"
    assert [(one.id, one.turns) for one in read] == [(one.id, shown(one.turns)) for one in dialogues]
    assert [(one.topic, one.summary) for one in read] == [(one.topic or None, one.summary or None) for one in dialogues]


def test_the_utterances_of_a_dialogue(tmp_path: Path) -> None:
    turns = [
        Turn(speaker="Ann", text="to Rome", intent="book", slots=[Slot(name="city", value="Rome")]),
        Turn(speaker="assistant", text="Sure?", intent="confirm"),
        Turn(speaker="Ann", text="yes"),
        Turn(speaker="Ann", text='=1+1; "go"', intent="go"),
    ]
    only = Dialogue(id="d2", turns=[Turn(speaker="Bo", text="hi")], fields={"intent": "greet", "split": "test"})
    written = write([Dialogue(id="d1", turns=turns), only], tmp_path / "u.csv", "csv")
    assert (tmp_path / "u.csv").read_text("utf-8").splitlines() == [
        "id,text,intent,slots,split,language",
        'd1#1,to Rome,book,"[{""name"":""city"",""value"":""Rome"",""start"":3,""end"":7}]",,',
        'd1#4,"=1+1; ""go""",go,,,',
        "d2,hi,greet,,test,",
    ]
    assert (int(written), written.what) == (3, "utterances")
    assert written.notes == (
        "left out 1 utterances: not said by a user (d1#2)",
        "left out 1 utterances: no intent (d1#3)",
    )


@pytest.mark.parametrize(
    "bad",
    [
        Slot(name="city", value="Rome", start=3, end=99),
        Slot(name="city", value="Rome", start=4, end=4),
        Slot(name="city", value="Rome", start=-1, end=4),
        Slot(name="city", value="Rome", start=3),
        Slot(name="city", value="Rome", start=2, end=6),
    ],
)
@pytest.mark.parametrize("form", ["csv", "rasa", "clu", "dialogflow_cx", "dialogflow_es", "lex_v2", "clinc"])
def test_offsets_that_do_not_fit_name_the_dialogue(form: str, bad: Slot, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"dialogue 'd7': the slot 'city'") as caught:
        write([dialogue("ok"), dialogue("to Rome", slots=[bad], id="d7")], tmp_path / "x", form)
    assert caught.value.place is not None
    assert caught.value.place.field == "turns[0].slots[0]"
    assert list(tmp_path.iterdir()) == []


def test_a_slot_without_offsets_is_looked_up(tmp_path: Path) -> None:
    text = "cat at a 北京 at"
    slots = [Slot(name=name, value=value) for name, value in [("a", "a"), ("b", "at"), ("c", "北"), ("d", "dog")]]
    (read,) = again([dialogue(text, slots=slots)], tmp_path / "u.csv", "csv")
    assert [(each.name, each.start, each.end) for each in read.turns[0].slots] == [("c", 9, 10)]
    written = write([dialogue("two for me", slots=[slot("two for me", "two", value="2")])], tmp_path / "u.csv", "csv")
    assert written.notes == ()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_other_names_and_delimiters(delimiter: str, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    rows = [["category", "query", "more"], ["a", '"x\n;,\t| ""y"""', "1"], ["b", "=SUM(A1)", ""]]
    path.write_text("\ufeff" + "".join(delimiter.join(row) + "\r\n" for row in rows), "utf-8", newline="")
    read = list(read_dialogues(path))
    assert [(one.turns[0].text, one.turns[0].intent) for one in read] == [('x\n;,\t| "y"', "a"), ("=SUM(A1)", "b")]
    assert [one.fields for one in read] == [{"more": "1"}, {}]


def test_rows_of_parquet_are_rows(tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": ["a", "b"], "label": [3, 4]}), tmp_path / "u.parquet")
    assert [one.turns[0].intent for one in read_dialogues(tmp_path / "u.parquet")] == ["3", "4"]
    messages = [[{"role": "user", "content": "hi"}, {"role": "assistant", "content": "yes"}]]
    pq.write_table(pa.table({"messages": messages}), tmp_path / "m.parquet")
    assert find_format(tmp_path / "m.parquet").name == "messages"
    (read,) = read_dialogues(tmp_path / "m.parquet")
    assert [turn.text for turn in read.turns] == ["hi", "yes"]
    (tmp_path / "b.parquet").write_bytes(b"PAR1 broken")
    with pytest.raises(DataError, match="broken Parquet"):
        list(read_dialogues(tmp_path / "b.parquet", "csv"))


def test_turns_that_stand_apart(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("session_id,role,message\n1,a,x\n1,b,y\n2,a,z\n1,a,w\n")
    reading = read_dialogues(path)
    assert [turn.text for turn in next(reading).turns] == ["x", "y"]
    with pytest.raises(DataError, match=r":5: the turns of the dialogue '1' stand apart"):
        list(reading)


@pytest.mark.parametrize(
    ("rows", "field", "what"),
    [
        ("text,intent,slots\nx,a,[{]\n", "slots", "broken JSON"),
        ('text,intent,slots\nx,a,"[{""nam"": 1}]"\n', "slots", "slots cannot be read"),
        ("text,intnt\nx,a\n", "intent", "no field 'intent'"),
    ],
)
def test_bad_cells_tell_line_and_field(rows: str, field: str, what: str, tmp_path: Path) -> None:
    path = tmp_path / "u.csv"
    path.write_text(rows)
    with pytest.raises(DataError, match=what) as caught:
        list(read_dialogues(path, "csv"))
    assert caught.value.place is not None
    assert (caught.value.place.line, caught.value.place.field) == (2, field)


def test_tokens_and_tags_become_slots(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    row = {"text": "play  the wall by x", "intent": "Play", "tokens": ["play", "the", "wall", "by", "x"]}
    path.write_text(json.dumps(row | {"bio": ["O", "B-song", "I-song", "O", "B-artist"]}))
    (read,) = read_dialogues(path)
    assert [(each.name, each.value, each.start, each.end) for each in read.turns[0].slots] == [
        ("song", "the wall", 6, 14),
        ("artist", "x", 18, 19),
    ]
    path.write_text(json.dumps(row | {"bio": ["O"]}))
    with pytest.raises(DataError, match="5 tokens and 1 tags"):
        list(read_dialogues(path))


@settings(max_examples=50, deadline=None)
@given(st.lists(labelled(), min_size=1, max_size=4))
def test_clinc_reads_back(dialogues: list[Dialogue]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "c.json"
        read = again(dialogues, path, "clinc")
        assert find_format(path).name == "clinc"
    assert [(one.turns[0].text, one.turns[0].intent) for one in read] == [
        (one.turns[0].text, one.turns[0].intent) for one in dialogues
    ]


@pytest.mark.skipif(not (DATA / "clinc150").is_dir(), reason=f"no CLINC150 in {DATA}")
def test_real_clinc_goes_through_every_form_that_knows_intents(tmp_path: Path) -> None:
    real = list(read_dialogues(DATA / "clinc150" / "data_full.json"))
    assert len(real) == 23_700
    assert len({one.turns[0].intent for one in real}) == 151
    some = real[::79]
    for form in ("rasa", "clu", "dialogflow_cx", "dialogflow_es", "csv", "clinc"):
        assert content(again(some, tmp_path / form, form)) == content(some), form
        assert find_format(tmp_path / form).name == form


@pytest.mark.skipif(not (DATA / "snips").is_dir(), reason=f"no SNIPS in {DATA}")
def test_real_snips_keeps_its_slots(tmp_path: Path) -> None:
    real = list(read_dialogues(DATA / "snips" / "test.jsonl"))
    assert len(real) == 700
    for form in ("rasa", "clu", "csv", "dialogflow_cx"):
        assert content(again(real, tmp_path / form, form)) == content(real), form
