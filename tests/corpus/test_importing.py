"""Importing real dialogues: all of them, once, and what cannot be read is kept."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import lance
import pytest

from dialoom.corpus import Corpus, verify
from dialoom.corpus.held_out import held_out, text_key
from dialoom.corpus.importing import Imported, Importer
from dialoom.dialogue import Dialogue, Lineage, Turn
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
        + b'{"messages": "\xff"}\n{"messages": []}\n'
        + row(2).encode(),
        [(2, None), (4, "messages"), (5, None), (6, None), (7, "messages")],
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
        b'{"id": "1", "turns": [{"speaker": "A", "text": "a"}]}\n{"id": 2, "turns": []}\n'
        b'{"id": "3", "turns": [], "x": 1}\n{"id": "4", "turns": [{"speaker": "A", "text": "b"}]}\n'
        b'{"id": "5", "turns": [{"speaker": "A", "text": ""}]}',
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
    with pytest.raises(DataError, match=r"not one row can be read; the first one, at .*log.jsonl:1, .*aside"):
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


def messages(*said: str, id: str | None = None) -> str:
    told = [{"role": "user", "content": text} for text in said]
    return json.dumps({"messages": told} | ({"id": id} if id else {})) + "\n"


def shouting(dialogue: Dialogue) -> Dialogue:
    """Stands for a redaction: idempotent, and another text than before."""
    turns = [turn.model_copy(update={"text": turn.text.upper()}) for turn in dialogue.turns]
    return dialogue.model_copy(update={"turns": turns})


def texts(corpus: Corpus) -> list[str]:
    return sorted(one.turns[0].text for one in corpus.dialogues())


def told(done: Imported) -> tuple[int, int, int, int]:
    return done.added, done.updated, done.known, len(done.bad)


def test_a_log_that_has_grown_under_another_name_adds_what_is_new(corpus: Corpus, tmp_path: Path) -> None:
    before, after = tmp_path / "monday.jsonl", tmp_path / "tuesday.jsonl"
    before.write_text(messages("hello") + messages("hello") + messages("bye"), "utf-8")
    after.write_text(messages("new") + messages("hello") * 3 + messages("bye"), "utf-8")
    assert told(importer(corpus).add(before)) == (3, 0, 0, 0)
    assert told(importer(corpus).add(after)) == (2, 0, 3, 0)
    assert texts(corpus) == ["bye", "hello", "hello", "hello", "new"]
    assert not verify(corpus).faults


def test_a_corpus_whose_rows_are_called_after_their_file_is_known_all_the_same(corpus: Corpus, tmp_path: Path) -> None:
    """As an earlier dialoom imported rows without ids."""
    said = ["hello", "hello", "bye"]
    earlier = [
        Dialogue(
            id=f"monday.jsonl:{number}",
            turns=[Turn(speaker="user", text=text)],
            lineage=Lineage(provenance="real", source="monday.jsonl (messages)", position=[number - 1]),
        )
        for number, text in enumerate(said, start=1)
    ]
    corpus.append(earlier, run="import-0123456789ab", batch="0")
    log = tmp_path / "tuesday.jsonl"
    log.write_text("".join(map(messages, [*said, "hello"])), "utf-8")
    assert told(importer(corpus).add(log)) == (1, 0, 3, 0)
    assert told(importer(corpus).add(log)) == (0, 0, 4, 0)
    assert told(importer(corpus, change=shouting).add(log)) == (0, 4, 0, 0)
    assert told(importer(corpus, change=shouting).add(log)) == (0, 0, 4, 0)
    assert texts(corpus) == ["BYE", "HELLO", "HELLO", "HELLO"]
    assert {one.id for one in corpus.dialogues()} >= {one.id for one in earlier}
    assert not verify(corpus).faults


@pytest.mark.parametrize("id", [None, "c1"])
def test_what_lay_there_unchanged_is_changed_there(corpus: Corpus, tmp_path: Path, id: str | None) -> None:
    log, counts = tmp_path / "log.jsonl", Counter[str]()

    def counting(dialogue: Dialogue) -> Dialogue:
        counts["NAME"] += 1
        return shouting(dialogue)

    log.write_text(messages("my name is ann", id=id) + messages("quiet"), "utf-8")
    first = importer(corpus).add(log)
    log.write_text(messages("my name is ann", id=id) + messages("quiet") + messages("new"), "utf-8")
    again = importer(corpus, change=counting, counts=counts)
    done = again.add(log)
    assert (told(done), done.replaced) == ((1, 2, 0, 0), {"NAME": 3})
    twice = again.add(log)
    assert (told(twice), twice.replaced) == ((0, 0, 3, 0), {})
    assert texts(corpus) == ["MY NAME IS ANN", "NEW", "QUIET"]
    # They stay what the first import brought, so that it can be taken out as a whole.
    assert corpus.count(f"run = '{first.run}'") == 2
    # Nothing comes back as it was; an id of its own may be that of another dialogue, so that it is asked about.
    assert told(importer(corpus).add(log)) == ((0, 0, 3, 0) if id is None else (0, 0, 2, 1))
    assert texts(corpus) == ["MY NAME IS ANN", "NEW", "QUIET"]
    assert not verify(corpus).faults


def test_an_id_of_other_content_is_refused_replaced_or_kept_beside(corpus: Corpus, tmp_path: Path) -> None:
    one, other = tmp_path / "one.jsonl", tmp_path / "other.jsonl"
    one.write_text(messages("hello", id="c1") + messages("bye", id="c2"), "utf-8")
    other.write_text(messages("hello", "yes?", id="c1") + messages("bye", id="c2"), "utf-8")
    importer(corpus).add(one)
    refused = importer(corpus).add(other)
    assert told(refused) == (0, 0, 1, 1)
    assert "brought a dialogue 'c1' with other content (--same-id replace" in str(refused.bad[0])
    assert refused.aside is not None
    assert json.loads(refused.aside.read_text("utf-8"))["field"] == "id"
    assert told(importer(corpus, same_id="replace").add(other)) == (0, 1, 1, 0)
    assert [len(dialogue.turns) for dialogue in corpus.dialogues()] == [2, 1]
    other.write_text(messages("welcome", id="c1"), "utf-8")
    assert told(importer(corpus, same_id="both").add(other)) == (1, 0, 0, 0)
    assert told(importer(corpus).add(other)) == (0, 0, 1, 0)
    assert sorted(len(dialogue.turns) for dialogue in corpus.dialogues()) == [1, 1, 2]
    assert not verify(corpus).faults


def test_an_id_that_a_file_gives_twice(corpus: Corpus, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text(messages("a", id="c1") + messages("a", id="c1") + messages("b", id="c1"), "utf-8")
    done = importer(corpus, same_id="replace").add(log)
    assert told(done) == (1, 0, 1, 1)
    assert "the id 'c1' is there twice in this file" in str(done.bad[0])
    assert not verify(corpus).faults


def test_a_dialogue_without_turns_is_bad_in_any_format(corpus: Corpus, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text('{"id": "1", "turns": []}\n{"id": "2", "turns": [{"speaker": "A", "text": "a"}]}\n', "utf-8")
    done = importer(corpus).add(log)
    assert told(done) == (1, 0, 0, 1)
    assert "dialogue '1' has no turns" in str(done.bad[0])
    log.write_text('{"id": "1", "turns": []}\n', "utf-8")
    with pytest.raises(DataError, match="not one row can be read"):
        importer(corpus).add(log)


def test_more_changes_than_one_commit_holds(corpus: Corpus, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text("".join(messages(f"question {number}") for number in range(1_100)), "utf-8")
    importer(corpus).add(log)
    assert told(importer(corpus, change=shouting).add(log)) == (0, 1_100, 0, 0)
    assert texts(corpus) == sorted(f"QUESTION {number}" for number in range(1_100))
    assert [one.lineage.position for one in corpus.dialogues()] == [[number] for number in range(1_100)]


def test_two_who_import_a_file_at_once_bring_it_once(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The moment that processes meet by chance alone: both have seen that nothing of it is there."""
    file = tmp_path / "log.jsonl"
    file.write_text("".join(f"{row(number)}\n" for number in range(3)), "utf-8")
    rival = importer(Corpus.open(corpus.location))
    commit = lance.LanceDataset.commit
    met: list[Imported] = []

    def rivalled(*arguments: Any, **options: Any) -> Any:
        if not met:
            met.append(Imported(file, ""))
            met.append(rival.add(file))
        return commit(*arguments, **options)

    mine = importer(corpus)
    monkeypatch.setattr(lance.LanceDataset, "commit", rivalled)
    done = mine.add(file)
    assert (met[1].added, done.added, done.known) == (3, 0, 3)
    assert corpus.count() == 3
    assert not verify(corpus).faults
    assert [version.what for version in corpus.versions()][1:] == [f"append 3 of run {done.run}, batch 0"]
