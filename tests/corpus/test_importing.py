"""Importing real dialogues: all of them, once, and what cannot be read is kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dialoom.corpus import Corpus
from dialoom.corpus.held_out import held_out, text_key
from dialoom.corpus.importing import Importer
from dialoom.dialogue import Dialogue
from dialoom.errors import DataError


def row(number: int) -> str:
    said = [{"role": "user", "content": f"question {number}"}, {"role": "assistant", "content": "answer"}]
    return json.dumps({"messages": said})


def importer(corpus: Corpus, **more: object) -> Importer:
    return Importer(corpus, Path(corpus.location) / "aside", **more)  # type: ignore[arg-type]


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return Corpus.open(tmp_path / "corpus", create=True)


def test_a_file_is_imported_once_whatever_its_name(corpus: Corpus, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text("".join(f"{row(n)}\n" for n in range(1200)), "utf-8")
    first = importer(corpus).add(log)
    assert (first.added, first.known, first.bad, first.aside) == (1200, 0, [], None)
    version = corpus.version
    again = importer(corpus).add(log)
    moved = log.rename(tmp_path / "renamed.jsonl")
    renamed = importer(corpus).add(moved)
    assert (again.added, again.known, renamed.added, renamed.known) == (0, 1200, 0, 1200)
    assert corpus.version == version
    read = list(corpus.dialogues())
    assert [one.turns[0].text for one in read] == [f"question {n}" for n in range(1200)]
    assert {(one.lineage.provenance, one.lineage.source) for one in read} == {("real", "log.jsonl (messages)")}


def test_a_log_that_has_grown_adds_what_is_new(corpus: Corpus, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text(f"{row(0)}\n{row(1)}\n", "utf-8")
    importer(corpus).add(log)
    log.write_text(f"{row(0)}\n{row(1)}\n{row(2)}\n", "utf-8")
    done = importer(corpus).add(log)
    assert (done.added, done.known) == (1, 2)


def test_an_import_that_was_cut_short_goes_on(corpus: Corpus, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text("".join(f"{row(n)}\n" for n in range(1200)), "utf-8")

    def fail_at_700(dialogue: Dialogue) -> Dialogue:
        if dialogue.turns[0].text == "question 700":
            raise RuntimeError
        return dialogue

    with pytest.raises(RuntimeError):
        importer(corpus, change=fail_at_700).add(log)
    assert corpus.count() == 512
    done = importer(corpus).add(log)
    assert (done.added, done.known, corpus.count()) == (688, 512, 1200)


BAD = {
    "log.jsonl": (
        (row(0) + '\n{"messages": [\n' + row(1) + '\n{"messages": 7}\n[]\n').encode()
        + b'{"messages": "\xff"}\n'
        + row(2).encode(),
        [(2, None), (4, "messages"), (5, None), (6, None)],
    ),
    "list.json": (
        f'[{row(0)}, 5, {{"messages": [{{"role": "user"}}]}}, {row(1)}, {row(2)}]'.encode(),
        [(None, "[1]"), (None, "[2].messages[0].content")],
    ),
    "table.csv": (
        b"id,dialogue,summary\n1,A: hello,s\n2,A: hi\n3,nobody speaks,s\n4,B: yes,s\n5,C: bye,s\n",
        [(3, None), (4, "dialogue")],
    ),
    "own.jsonl": (
        b'{"id": "1", "turns": []}\n{"id": 2, "turns": []}\n{"id": "3", "turns": [], "x": 1}\n'
        b'{"id": "4", "turns": []}\n{"id": "5", "turns": []}',
        [(2, "id"), (3, "x")],
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_rows_are_told_and_kept_and_the_rest_goes_on(corpus: Corpus, tmp_path: Path, name: str) -> None:
    content, places = BAD[name]
    file = tmp_path / name
    file.write_bytes(content)
    done = importer(corpus).add(file)
    assert done.added == corpus.count() == 3
    assert [(error.place.line, error.place.field) for error in done.bad if error.place] == places
    assert done.aside is not None
    kept = [json.loads(line) for line in done.aside.read_text("utf-8").splitlines()]
    assert [(each["line"], each["field"]) for each in kept] == places
    assert all(each["file"] == str(file) and each["what"] and each["row"] for each in kept)
    again = importer(corpus).add(file)
    assert (again.added, again.known, len(again.bad)) == (0, 3, len(places))
    assert again.aside == done.aside
    assert len(again.aside.read_text("utf-8").splitlines()) == len(places)


def test_a_file_of_which_nothing_can_be_read(corpus: Corpus, tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    file.write_text('{"messages": 7}\n', "utf-8")
    with pytest.raises(DataError, match=r"not one row can be read.*aside"):
        importer(corpus).add(file, "messages")
    with pytest.raises(DataError, match="no such file"):
        importer(corpus).add(tmp_path / "nowhere.jsonl")
    assert corpus.count() == 0


def test_what_is_imported_can_be_held_out_as_it_was_and_as_it_is_kept(corpus: Corpus, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text(f"{row(0)}\n{row(1)}\n", "utf-8")
    importer(corpus).add(log)

    def shout(dialogue: Dialogue) -> Dialogue:
        turns = [turn.model_copy(update={"text": f"{turn.text} now"}) for turn in dialogue.turns]
        return dialogue.model_copy(update={"turns": turns})

    done = importer(corpus, change=shout, hold="test").add(log)
    assert done.added == 0
    marks = held_out(corpus)
    assert set(marks.texts) == {text_key(f"question {n}{end}\nanswer{end}") for n in range(2) for end in ("", " now")}
    assert list(marks.files.values()) == ["test"]
