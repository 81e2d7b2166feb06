"""Taking out, putting back, restoring, and naming what changed."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import lance
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialoom.corpus import Corpus, derived, diff, lives, verify
from dialoom.corpus.held_out import held_out, hold_out, text_key
from dialoom.errors import UsageError
from tests.corpus.made import dialogue


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return Corpus.open(tmp_path / "corpus", create=True)


def newest_hash(corpus: Corpus) -> str:
    return corpus.versions()[-1].hash


def test_a_batch_goes_and_comes_back_and_all_else_stays(corpus: Corpus) -> None:
    corpus.append([dialogue("a", 0), dialogue("b", 1)], run="r", batch="1")
    corpus.append([dialogue("c", 2), dialogue("d", 3)], run="r", batch="2")
    whole = newest_hash(corpus)
    removed = corpus.remove("batch = '1'", why="a wrong model")
    corpus.append([dialogue("e", 4)], run="s", batch="1")
    assert removed.ids == ("a", "b")
    assert list(corpus.ids()) == ["c", "d", "e"]
    assert corpus.versions()[-2].why == "a wrong model"
    back = corpus.put_back(removed.version - 1, "batch = '1' AND run = 'r'")
    assert back.ids == ("a", "b")
    assert list(corpus.ids()) == ["a", "b", "c", "d", "e"]
    assert [row["batch"] for row in corpus.query("SELECT batch FROM dialogues WHERE id < 'c'").to_pylist()] == [
        "1",
        "1",
    ]
    corpus.remove("id = 'e'")
    assert newest_hash(corpus) == whole
    assert not verify(corpus).faults


def test_putting_back_what_is_there_changes_nothing(corpus: Corpus) -> None:
    version = corpus.append([dialogue("a", 0), dialogue("b", 1)], run="r", batch="1")
    assert corpus.put_back(version, "true") == (version, ())
    corpus.remove("id = 'a'")
    assert corpus.put_back(version, "true").ids == ("a",)
    assert list(corpus.ids()) == ["a", "b"]


def test_other_content_takes_the_place_of_dialogues_and_can_be_undone(corpus: Corpus) -> None:
    before = corpus.append([dialogue("a", 0), dialogue("b", 1), dialogue("c", 2)], run="r", batch="1")
    corpus.append([dialogue("a", 0)], run="s", batch="1")
    longer = dialogue("b", 7, text="another text", score=0.9)
    longer.turns *= 2
    updated = corpus.update({("r", "b"): longer, ("r", "nobody"): longer}, why="a clearer recording")
    assert updated.ids == ("b",)
    assert [one.turns[0].text for one in corpus.dialogues()] == ["I am a", "another text", "I am c", "I am a"]
    row = corpus.query("SELECT batch, position FROM dialogues WHERE id = 'b'").to_pylist()
    assert row == [{"batch": "1", "position": [1]}]
    told = corpus.versions()[-1]
    assert (told.kind, told.added, told.removed, told.rows) == ("update", 1, 1, 4)
    assert told.means["turns"] == 2.5
    assert told.means["distinct_2"] == pytest.approx(0.6)
    assert diff(corpus, before, corpus.version).changed == (("r", "b"),)
    assert not verify(corpus).faults
    (life,) = lives(corpus, "b")
    assert life.stays == ((before, None),)
    assert corpus.put_back(before, "run = 'r'").ids == ()
    corpus.restore(updated.version - 1)
    assert next(corpus.dialogues(where="id = 'b'")).turns[0].text == "I am b"


def test_what_is_held_out_stays_so_with_other_content(corpus: Corpus) -> None:
    corpus.append([dialogue("a", 0), dialogue("b", 1)], run="r", batch="1")
    hold_out(corpus, "test", texts={text_key(dialogue("a").text()): "a"})
    corpus.update({("r", name): dialogue(name, text=f"[NAME_1] {name}") for name in "ab"})
    marks = held_out(corpus)
    assert [marks.texts.get(text_key(one.text())) for one in corpus.dialogues()] == ["test", None]


def test_restoring_gives_the_same_content_and_can_be_undone(corpus: Corpus) -> None:
    one = corpus.append([dialogue("a", 0)], run="r", batch="1")
    two = corpus.append([dialogue("b", 1)], run="r", batch="2")
    three = corpus.restore(one, why="the second batch was for another set")
    hashes = {version.number: version.hash for version in corpus.versions()}
    assert hashes[three] == hashes[one] != hashes[two]
    assert list(corpus.ids()) == ["a"]
    assert newest_hash(corpus) == hashes[one]
    corpus.append([dialogue("c", 2)], run="r", batch="3")
    corpus.restore(two)
    assert list(corpus.ids()) == ["a", "b"]
    assert newest_hash(corpus) == hashes[two]


def test_an_append_that_meets_a_restore_comes_after_it(corpus: Corpus) -> None:
    one = corpus.append([dialogue("a", 0)], run="r", batch="1")
    corpus.append([dialogue("b", 1)], run="r", batch="2")
    Corpus.open(corpus.location).restore(one)
    corpus.append([dialogue("c", 2)], run="r", batch="3")
    assert list(corpus.ids()) == ["a", "c"]
    assert not verify(corpus).faults


def test_an_append_whose_answer_is_lost_is_there_once(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    insert = lance.LanceDataset.insert

    def lossy(self: lance.LanceDataset, *arguments: Any, **options: Any) -> None:
        insert(self, *arguments, **options)
        raise OSError("connection reset by peer")

    with monkeypatch.context() as patched:
        patched.setattr(lance.LanceDataset, "insert", lossy)
        version = corpus.append([dialogue("a", 0)], run="r", batch="1")
    assert list(corpus.ids(version=version)) == ["a"]
    assert corpus.version == version


def test_the_content_hash_is_that_of_the_dialogues_alone(tmp_path: Path) -> None:
    made = [dialogue(f"d{number}", number) for number in range(20)]
    forth, back = (Corpus.open(tmp_path / name, create=True) for name in ("forth", "back"))
    forth.append(made, run="one", batch="x")
    for each in reversed(made):
        back.append([each], run="other", batch=each.id)
    back.compact()
    assert newest_hash(forth) == newest_hash(back)
    made[3].turns[0].text += "!"
    other = Corpus.open(tmp_path / "other", create=True)
    other.append(made, run="one", batch="x")
    assert newest_hash(other) != newest_hash(forth)


def test_what_was_made_from_removed_dialogues_is_named(corpus: Corpus) -> None:
    corpus.append([dialogue("a", 0), dialogue("b", 1)], run="r", batch="1")
    child, grandchild, other = dialogue("c", 2, examples=["x", "a"]), dialogue("d", 3), dialogue("e", 4, examples=["y"])
    grandchild.fields["source_id"] = "c"
    corpus.append([child, grandchild, other], run="s", batch="1")
    removed = corpus.remove("batch = '1' AND run = 'r'")
    assert derived(corpus, removed.ids) == [("s", "c", ("a",)), ("s", "d", ("c",))]


Step = tuple[str, Any]
steps: st.SearchStrategy[list[Step]] = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.lists(st.integers(0, 12), max_size=4, unique=True)),
        st.tuples(st.just("remove"), st.integers(0, 12)),
        st.tuples(st.just("change"), st.integers(0, 12)),
        st.tuples(st.just("restore"), st.integers(0, 6)),
        st.tuples(st.just("compact"), st.none()),
    ),
    max_size=6,
)


@settings(max_examples=12, deadline=None)
@given(steps, st.tuples(st.integers(0, 6), st.integers(0, 6)))
def test_a_diff_names_exactly_the_rows_that_changed(made: Sequence[Step], between: tuple[int, int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        corpus = Corpus.open(folder, create=True)
        states: list[tuple[int, dict[str, str]]] = [(corpus.version, {})]
        for number, (kind, value) in enumerate(made):
            state = dict(states[-1][1])
            _do(corpus, kind, value, state, states, str(number))
            states.append((corpus.version, state))
        (before, old), (after, new) = (states[min(each, len(states) - 1)] for each in between)
        found = diff(corpus, before, after)
        assert [row.id for row in found.added] == sorted(new.keys() - old.keys())
        assert [row.id for row in found.removed] == sorted(old.keys() - new.keys())
        assert [row.id for row in found.changed] == sorted(
            name for name in old.keys() & new.keys() if old[name] != new[name]
        )
        assert (found.hashes[0] == found.hashes[1]) == (old == new)
        assert not verify(corpus).faults


def _do(
    corpus: Corpus, kind: str, value: Any, state: dict[str, str], states: list[tuple[int, dict[str, str]]], batch: str
) -> None:
    if kind == "append":
        new = [f"{each:02}" for each in value if f"{each:02}" not in state]
        corpus.append([dialogue(name, text=batch) for name in new], run="r", batch=batch)
        state |= dict.fromkeys(new, batch)
    elif kind == "remove":
        corpus.remove(f"id = '{value:02}'")
        state.pop(f"{value:02}", None)
    elif kind == "change" and f"{value:02}" in state:
        corpus.update({("r", f"{value:02}"): dialogue(f"{value:02}", text=batch)})
        state[f"{value:02}"] = batch
    elif kind == "restore":
        version, held = states[min(value, len(states) - 1)]
        corpus.restore(version)
        state.clear()
        state |= held
    elif kind == "compact":
        corpus.compact()


def test_a_diff_tells_the_numbers(corpus: Corpus) -> None:
    one = corpus.append([dialogue("a", topic="x", score=0.2), dialogue("b", topic="x", score=0.4)], run="r", batch="1")
    two = corpus.append([dialogue("c", topic="y", score=0.9)], run="r", batch="2")
    corpus.remove("id = 'a'")
    found = diff(corpus, one, corpus.version)
    assert found.means["distinct_2"] == pytest.approx((0.3, 0.65))
    assert found.means["turns"] == (2, 2)
    assert found.topics == {"x": -1, "y": 1}
    assert diff(corpus, two, two).topics == {}


def test_names_of_versions(corpus: Corpus) -> None:
    version = corpus.append([dialogue("a")], run="r", batch="1")
    corpus.name("first")
    corpus.append([dialogue("b")], run="r", batch="2")
    assert corpus.names() == {"first": version}
    assert corpus.number_of("first") == corpus.number_of(str(version)) == version
    assert list(corpus.ids(version=corpus.number_of("first"))) == ["a"]
    with pytest.raises(UsageError, match="called 'first' already"):
        corpus.name("first")
    with pytest.raises(UsageError, match="cannot name a version"):
        corpus.name("7")
    with pytest.raises(UsageError, match="did you mean 'first'"):
        corpus.number_of("frist")
    with pytest.raises(UsageError, match="no version 99: versions there are 1 to 3"):
        corpus.number_of("99")


def test_a_sample_depends_on_content_and_seed_alone(tmp_path: Path, corpus: Corpus) -> None:
    made = [dialogue(f"{number:02}", number) for number in range(30)]
    corpus.append(made, run="r", batch="1")
    other = Corpus.open(tmp_path / "other", create=True)
    for each in reversed(made):
        other.append([each], run="r", batch=each.id)
    drawn = corpus.sample(5, seed=3)
    assert len(drawn) == 5
    assert drawn == other.sample(5, seed=3)
    assert drawn != corpus.sample(5, seed=4)
    assert corpus.sample(9, where="id < '03'") != []
    assert {each.id for each in corpus.sample(9, where="id < '03'")} == {"00", "01", "02"}
