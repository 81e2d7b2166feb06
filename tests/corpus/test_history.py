"""What each version says of itself, the changelog, and whether a corpus is whole."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import lance
import pyarrow as pa
import pytest

from dialoom.corpus import Corpus, changelog, lives, verify
from tests.corpus.made import dialogue


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return Corpus.open(tmp_path / "corpus", create=True)


def recipe(prompt: str, recipe_hash: str, run: str) -> dict[str, str]:
    text = f"recipe: calls\nseed: 7\nnodes:\n  dialogue:\n    prompt: {prompt}\n"
    return {"run": run, "recipe": "calls", "recipe_hash": recipe_hash, "directory": "/runs", "text": text}


def test_the_changelog_tells_what_why_by_which_recipe_and_what_it_did(corpus: Corpus) -> None:
    corpus.add("runs", [recipe("A call.", "h1", "one"), recipe("A cross call.", "h2", "two")])
    for number in range(3):
        corpus.append(
            [dialogue(f"a{number}", topic="luggage", score=0.2, recipe="calls", recipe_hash="h1")],
            run="one",
            batch=f"{number}",
        )
    corpus.append([dialogue("b", topic="seats", score=0.8, recipe="calls", recipe_hash="h2")], run="two", batch="0")
    corpus.compact()
    corpus.remove("run = 'one'", why="the callers were too calm")
    first, second, third = changelog(corpus)
    assert (first.versions, first.added, first.topics, first.recipe_diff) == ((2, 4), 3, {"luggage": 3}, "")
    assert "-    prompt: A call.\n+    prompt: A cross call." in second.recipe_diff
    assert (third.removed, third.after.rows, third.intents) == (3, 1, {"greet": 3})
    text = "\n".join(entry.to_text() for entry in (first, second, third))
    assert "## Version 2 to 4: 3 dialogues of run one" in text
    assert "Why: the callers were too calm" in text
    assert "distinct_2 0.2 → 0.35" in text
    assert "distinct_2 0.35 → 0.8" in text
    assert "Topics: -3 luggage" in text


def test_history_is_the_same_added_up_at_once_or_bit_by_bit(corpus: Corpus, tmp_path: Path) -> None:
    for number in range(4):
        corpus.append([dialogue(f"{number}", score=number / 10)], run="r", batch=str(number))
        if number % 2:
            corpus.versions()
    corpus.remove("id = '1'")
    corpus.restore(3)
    bit_by_bit = corpus.versions()
    (Path(corpus.location) / "changes.lance").rename(tmp_path / "aside")
    at_once = corpus.versions()
    assert bit_by_bit == at_once
    assert corpus.query("SELECT max(version) AS v FROM changes").to_pylist() == [{"v": corpus.version}]


def test_what_lance_does_by_itself_is_told_in_words(corpus: Corpus) -> None:
    for name in "abc":
        corpus.append([dialogue(name)], run="r", batch=name)
    corpus.compact()
    told = [(version.kind, version.what) for version in corpus.versions()[4:]]
    assert told == [
        ("compact", "compact: numbers for the merged files were reserved"),
        ("compact", "compact: small files were merged"),
    ]
    # Corpora in which an earlier dialoom has noted Lance's own words.
    corpus.replace(
        "changes",
        "kind = 'compact'",
        [
            row | {"kind": lance_word, "what": lance_word}
            for row, lance_word in zip(
                corpus.read("changes", where="kind = 'compact'").to_pylist(), ("baseoperation", "rewrite"), strict=True
            )
        ],
    )
    assert [(version.kind, version.what) for version in corpus.versions()[4:]] == told
    assert [(life.stays) for life in lives(corpus, "a")] == [((2, None),)]


def test_a_history_whose_beginning_was_cleaned_away(corpus: Corpus) -> None:
    for name in "abc":
        corpus.append([dialogue(name)], run="r", batch=name)
    whole = corpus.versions()[-1].hash
    shutil.rmtree(Path(corpus.location) / "changes.lance")
    lance.dataset(f"{corpus.location}/dialogues.lance").cleanup_old_versions(timedelta(0), delete_unverified=True)
    corpus.append([dialogue("d")], run="r", batch="d")
    first, second = corpus.versions()
    assert (first.hash, second.rows) == (whole, 4)
    assert not verify(corpus).faults


def test_commits_of_other_programs_are_read_from_their_rows(corpus: Corpus) -> None:
    corpus.append([dialogue(name) for name in "abc"], run="r", batch="1")
    lance.dataset(f"{corpus.location}/dialogues.lance").delete("id = 'b'")
    corpus.append([dialogue("d")], run="r", batch="2")
    told = corpus.versions()[-2]
    assert (told.kind, told.removed, told.rows) == ("delete", 1, 2)
    assert not verify(corpus).faults


def test_a_row_that_was_altered_is_found(corpus: Corpus) -> None:
    corpus.append([dialogue("a"), dialogue("b")], run="r", batch="1")
    lance.dataset(f"{corpus.location}/dialogues.lance").update({"topic": "'other'"}, where="id = 'b'")
    assert [fault for fault in verify(corpus).faults if "dialogue 'b' of run 'r' is not as it was written" in fault]
    assert not verify(corpus, 2).faults


def test_a_dialogue_that_is_there_twice_is_found(corpus: Corpus) -> None:
    corpus.append([dialogue("a")], run="r", batch="1")
    corpus.append([dialogue("a")], run="s", batch="1")
    assert not verify(corpus).faults
    corpus.append([dialogue("a")], run="r", batch="2")
    assert verify(corpus).faults == ("dialogue 'a' of run 'r' is there 2 times",)


def test_a_commit_that_is_there_in_part_is_found(corpus: Corpus) -> None:
    corpus.append([dialogue("a"), dialogue("b")], run="r", batch="1")
    table = lance.dataset(f"{corpus.location}/dialogues.lance")
    # The half of an append, with the account of the whole.
    made = table.read_transaction(2)
    assert made is not None
    rows = pa.Table.from_pylist(table.to_table().slice(0, 1).to_pylist(), schema=table.schema)
    lance.write_dataset(rows, table, mode="append", transaction_properties=made.transaction_properties)
    assert any("its commits tell of 4 rows" in fault for fault in verify(corpus).faults)


def test_files_that_are_gone_are_found(corpus: Corpus) -> None:
    corpus.append([dialogue("a")], run="r", batch="1")
    corpus.add("ratings", [{"id": "a", "value": 1}])
    for table in ("dialogues", "ratings"):
        for file in (Path(corpus.location) / f"{table}.lance" / "data").iterdir():
            file.unlink()
    dialogues, ratings = verify(corpus).faults
    assert "is damaged or missing" in dialogues
    assert "cannot read ratings of the corpus" in ratings
