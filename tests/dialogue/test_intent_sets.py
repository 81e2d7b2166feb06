"""Public data sets of intents, in the layouts they are published in: HWU64, SNIPS, ATIS, BANKING77."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialoom.dialogue import Dialogue
from dialoom.dialogue.formats import find_format, read_dialogues
from dialoom.errors import DataError

HWU = """\
userid;answerid;scenario;intent;status;answer_annotation;notes;suggested_entities;answer_normalised;answer;question
1;1;alarm;set;null;wake me up at [time : five am] this [date : week];;;wake me up at five am;x;"a; b"
1;2;audio;volume_mute;IRR_XR;quiet;;;quiet;quiet;x
"""


def slots(dialogue: Dialogue) -> list[tuple[str, str]]:
    (turn,) = dialogue.turns
    for slot in turn.slots:
        assert turn.text[slot.start : slot.end] == slot.value
    return [(slot.name, slot.value) for slot in turn.slots]


def said(dialogue: Dialogue) -> tuple[str, str | None]:
    return dialogue.turns[0].text, dialogue.turns[0].intent


def test_hwu64(tmp_path: Path) -> None:
    path = tmp_path / "hwu.csv"
    path.write_text(HWU)
    assert find_format(path).name == "hwu64"
    first, second = read_dialogues(path)
    assert said(first) == ("wake me up at five am this week", "alarm_set")
    assert slots(first) == [("time", "five am"), ("date", "week")]
    assert said(second) == ("quiet", "audio_volume_mute")
    assert second.fields["status"] == "IRR_XR"
    path.write_text(HWU.replace("quiet;;;", ";;;"))
    with pytest.raises(DataError, match=r"hwu\.csv:3.*no text"):
        list(read_dialogues(path))
    bad: list[str] = []
    assert len(list(read_dialogues(path, bad=lambda error, row: bad.append(str(error))))) == 1
    assert len(bad) == 1


words = st.text("abc xyz", min_size=1, max_size=6)


@given(pieces=st.lists(st.tuples(words, st.sampled_from(["", "artist", "city"])), min_size=1, max_size=5))
def test_snips_as_published_keeps_its_spans(
    pieces: list[tuple[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("snips") / "train_X.json"
    data = [{"text": text} | ({"entity": name} if name else {}) for text, name in pieces]
    path.write_text(json.dumps({"PlayMusic": [{"data": [*data, {"text": "!"}]}]}))
    assert find_format(path).name == "snips"
    (read,) = read_dialogues(path)
    assert said(read) == (("".join(text for text, _ in pieces) + "!").strip(), "PlayMusic")
    assert slots(read) == [(name, text.strip()) for text, name in pieces if name and text.strip()]


def test_snips_tells_what_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "validate_X.json"
    path.write_text('{"PlayMusic": [{"data": [{"text": "play"}]}, {"data": [{"texd": "play"}]}]}')
    with pytest.raises(DataError, match=r"PlayMusic\[1\]\.data\[0\]\.text.*did you mean 'texd'"):
        list(read_dialogues(path))
    (read,) = read_dialogues(path, bad=lambda error, row: None)
    assert read.fields == {"split": "validation"}


def test_atis_as_parallel_files(tmp_path: Path) -> None:
    for split, text in (("train", "fly to new york"), ("valid", "fly to rome"), ("test", "fares")):
        (tmp_path / split).mkdir()
        tags = {"fly to new york": "O O B-city I-city", "fly to rome": "O O B-city", "fares": "O"}[text]
        for name, line in (("seq.in", text), ("seq.out", tags), ("label", "atis_flight")):
            (tmp_path / split / name).write_text(f"{line}\n")
    assert find_format(tmp_path).name == "seq_in_out"
    read = {one.fields["split"]: one for one in read_dialogues(tmp_path)}
    assert set(read) == {"train", "validation", "test"}
    assert slots(read["train"]) == [("city", "new york")]
    assert said(read["test"]) == ("fares", "atis_flight")
    (tmp_path / "test" / "seq.out").write_text("O O\n")
    with pytest.raises(DataError, match=r"seq\.in:1.*1 tokens and 2 tags"):
        list(read_dialogues(tmp_path))
    (tmp_path / "test" / "label").write_text("a\nb\n")
    with pytest.raises(DataError, match="differ in length"):
        list(read_dialogues(tmp_path, bad=lambda error, row: None))


def test_banking77_as_csv_and_as_a_folder_of_the_hub(tmp_path: Path) -> None:
    path = tmp_path / "train.csv"
    path.write_text('text,category\n"where is my card?",card_arrival\n')
    assert [said(one) for one in read_dialogues(path)] == [("where is my card?", "card_arrival")]
    folder = tmp_path / "banking77" / "data"
    folder.mkdir(parents=True)
    note = {"info": {"features": {"label": {"names": ["card_arrival", "lost_card"], "_type": "ClassLabel"}}}}
    for split in ("train", "test"):
        table = pa.table({"text": ["gone!"], "label": [1]}).replace_schema_metadata({"huggingface": json.dumps(note)})
        pq.write_table(table, folder / f"{split}-00000-of-00001.parquet")
    read = list(read_dialogues(tmp_path / "banking77"))
    assert [said(one) for one in read] == [("gone!", "lost_card")] * 2
    assert sorted(one.fields.get("split", "train") for one in read) == ["test", "train"]
