"""Open-Assistant's files: trees and flat messages come back as they were, and what is broken is named."""

from __future__ import annotations

import gzip
import json
import os
import random
import tempfile
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialoom.dialogue import Dialogue, Message, MessageTree, assemble, flatten, merge
from dialoom.dialogue.formats import (
    FORMATS,
    find_format,
    read_dialogues,
    read_flat,
    read_messages,
    read_trees,
    write_flat,
    write_messages,
    write_trees,
)
from dialoom.errors import DataError
from tests.dialogue.tree_strategies import nested_rows, tree_of, trees

DATA = Path(os.environ.get("DIALOOM_DATA") or Path(__file__).parents[2].parent / "shared/data") / "oasst"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"no Open-Assistant export in {DATA}")
TREES, MESSAGES = DATA / "en_100_tree.jsonl", DATA / "en_100_message.jsonl"


def export(dialogues: list[Dialogue], path: Path, form: str) -> int:
    write = FORMATS.load(form).write
    assert write is not None
    return write(dialogues, path)


def flat_rows(row: dict[str, Any]) -> list[dict[str, Any]]:
    below = [each for reply in row.get("replies") or [] for each in flat_rows(reply)]
    return [{name: value for name, value in row.items() if name != "replies"}, *below]


@needs_data
def test_the_real_trees_come_back_byte_for_byte(tmp_path: Path) -> None:
    assert write_trees(read_trees(TREES), tmp_path / "t.jsonl") == 100
    assert (tmp_path / "t.jsonl").read_bytes() == TREES.read_bytes()


@needs_data
def test_the_real_messages_come_back_byte_for_byte(tmp_path: Path) -> None:
    assert write_messages(read_messages(MESSAGES), tmp_path / "m.jsonl") == 100
    assert (tmp_path / "m.jsonl").read_bytes() == MESSAGES.read_bytes()


@needs_data
def test_the_real_trees_survive_being_flat_and_shuffled(tmp_path: Path) -> None:
    assert write_flat(read_trees(TREES), tmp_path / "flat.jsonl.gz") == 1167
    assert write_trees(read_flat(tmp_path / "flat.jsonl.gz"), tmp_path / "t.jsonl.gz") == 100
    assert gzip.decompress((tmp_path / "t.jsonl.gz").read_bytes()) == TREES.read_bytes()

    messages = list(read_messages(tmp_path / "flat.jsonl.gz"))
    random.Random(1).shuffle(messages)
    found = {tree.message_tree_id: tree for tree in assemble(messages)}
    for tree in read_trees(TREES):
        assert by_id(found[tree.message_tree_id]) == by_id(tree)


def by_id(tree: MessageTree) -> list[dict[str, Any]]:
    return sorted((message.own() for message in tree.messages()), key=lambda row: str(row["message_id"]))


@needs_data
@pytest.mark.parametrize("form", ["oasst_trees", "oasst_messages"])
def test_the_real_trees_survive_being_dialogues(form: str, tmp_path: Path) -> None:
    dialogues = list(read_dialogues(TREES))
    assert len(dialogues) == 626
    export(dialogues, tmp_path / "out.jsonl", form)
    again = read_trees(tmp_path / "out.jsonl") if form == "oasst_trees" else read_flat(tmp_path / "out.jsonl")
    assert [json.dumps(tree.row()) for tree in again] == TREES.read_text("utf-8").splitlines()


@needs_data
def test_the_real_messages_are_found_and_read_as_the_same_dialogues() -> None:
    assert (find_format(TREES).name, find_format(MESSAGES).name) == ("oasst_trees", "oasst_messages")
    talks = [[dialogue.text() for dialogue in read_dialogues(path)] for path in (TREES, MESSAGES)]
    assert talks[0] == talks[1]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=3, unique=True).flatmap(
    lambda prefixes: st.tuples(*(nested_rows(f"t{prefix}-") for prefix in prefixes))
))  # fmt: skip
def test_any_file_of_trees_comes_back_line_for_line(rows: tuple[dict[str, Any], ...]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder) / "in.jsonl", Path(folder) / "out.jsonl.gz"
        path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
        write_trees(read_trees(path), out)
        assert gzip.decompress(out.read_bytes()) == path.read_bytes()


@settings(max_examples=60, deadline=None)
@given(trees)
def test_any_tree_survives_being_flat(tree: MessageTree) -> None:
    flat = list(flatten(tree))
    assert [message.message_id for message in flat] == [message.message_id for message in tree.messages()]
    ids = {message.message_id for message in flat}
    assert all(message.parent_id in ids for message in flat[1:])
    assert not any(message.replies for message in flat)
    (again,) = assemble(flat)
    assert again == tree
    assert again.row() == tree.row()
    assert list(flatten(again)) == flat


@settings(max_examples=60, deadline=None)
@given(trees, st.randoms(use_true_random=False))
def test_flat_messages_may_come_in_any_order(tree: MessageTree, chance: random.Random) -> None:
    flat = list(flatten(tree))
    chance.shuffle(flat)
    (again,) = assemble(flat)
    assert by_id(again) == by_id(next(iter(assemble(flatten(tree)))))
    order = [message.message_id for message in flat]
    for message in again.messages():
        places = [order.index(reply.message_id) for reply in message.replies]
        assert places == sorted(places)


@settings(max_examples=60, deadline=None)
@given(trees)
def test_any_tree_survives_being_dialogues(tree: MessageTree) -> None:
    stored = [Dialogue.from_json(dialogue.to_json()) for dialogue in tree.dialogues("f")]
    (again,) = merge(stored)
    assert again.row() == tree.row()
    assert {dialogue.lineage.seed for dialogue in stored} == {tree.message_tree_id}


def test_flat_rows_with_and_without_what_the_tree_says_come_back(tmp_path: Path) -> None:
    rows = [
        {"message_id": "a", "parent_id": None, "text": "A", "role": "prompter", "replies": None},
        {"message_id": "b", "parent_id": "a", "text": "B", "role": "assistant"},
        {"message_id": "x", "text": "X", "role": "prompter", "message_tree_id": "x", "tree_state": "ready"},
        {"tree_state": "ready", "message_id": "y", "parent_id": "x", "text": "Y", "role": "assistant"},
    ]
    path, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    write_flat(read_flat(path), out)
    assert out.read_text() == path.read_text()
    assert [tree.tree_state for tree in read_flat(path)] == [None, "ready"]


def test_prompts_without_replies_and_deleted_messages_are_there(tmp_path: Path) -> None:
    prompts = [
        Message(message_id="a", text="A", role="prompter"),
        Message(
            message_id="b",
            text="B",
            role="prompter",
            replies=[Message(message_id="c", parent_id="b", text="C", role="assistant", deleted=True)],
        ),
    ]
    made = [MessageTree(message_tree_id=prompt.message_id, prompt=prompt) for prompt in prompts]
    write_trees(made, tmp_path / "t.jsonl")
    read = list(read_dialogues(tmp_path / "t.jsonl"))
    assert [(dialogue.id, dialogue.tags) for dialogue in read] == [("a", {}), ("c", {"deleted": True})]
    assert read[1].turns[1].meta == {"message": {"message_id": "c", "parent_id": "b", "deleted": True}}
    assert "t.jsonl" in str(read[1].lineage.source)


def test_long_paths_are_read_and_those_beyond_json_readers_refused(tmp_path: Path) -> None:
    def chain_of(length: int) -> MessageTree:
        message = Message(message_id=f"m{length}", parent_id=f"m{length - 1}", text="x", role="assistant")
        for number in range(length - 1, 0, -1):
            above = f"m{number - 1}" if number > 1 else None
            message = Message(message_id=f"m{number}", parent_id=above, text="x", role="prompter", replies=[message])
        return MessageTree(message_tree_id="m1", prompt=message)

    write_trees([chain_of(300)], tmp_path / "t.jsonl")
    (dialogue,) = read_dialogues(tmp_path / "t.jsonl")
    assert len(dialogue.turns) == 300
    with pytest.raises(DataError, match=r"'m1' is 301 messages deep.*oasst_messages"):
        write_trees([chain_of(301)], tmp_path / "u.jsonl")
    assert not (tmp_path / "u.jsonl").exists()
    write_flat([chain_of(3000)], tmp_path / "f.jsonl")
    (tree,) = read_flat(tmp_path / "f.jsonl")
    assert len(list(tree.messages())) == 3000


P = {"message_id": "p", "text": "P", "role": "prompter"}
R = {"message_id": "r", "parent_id": "p", "text": "R", "role": "assistant"}

# format, lines, line, field, words of the message, how many rows are bad, how many dialogues are still read
BAD: list[tuple[str, list[Any], int, str, str, int, int]] = [
    ("oasst_messages", [P, R, P], 3, "message_id", "'p' is there twice, first in line 1", 1, 1),
    ("oasst_messages", [P, {**R, "parent_id": "q"}], 2, "parent_id", "parent 'q' of the message 'r' is missing", 1, 1),
    (
        "oasst_messages",
        [P, {**R, "message_id": "s", "parent_id": "r"}, {**R, "parent_id": "q"}],
        2,
        "parent_id",
        "'s' hangs below 'r', whose parent 'q' is missing",
        2,
        1,
    ),
    (
        "oasst_messages",
        [P, {**R, "parent_id": "s"}, {**R, "message_id": "s", "parent_id": "r"}],
        2,
        "parent_id",
        "'r' lead in a circle: 'r' → 's' → 'r'",
        2,
        1,
    ),
    ("oasst_messages", [P, {**R, "parent_id": "r"}], 2, "parent_id", "circle: 'r' → 'r'", 1, 1),
    ("oasst_messages", [P, {"message_id": "r", "txt": "R", "role": "x"}], 2, "text", "'r' has no field 'text'", 1, 1),
    ("oasst_messages", [P, {**R, "rank": "1"}], 2, "rank", "the message 'r': expected a valid integer", 1, 1),
    ("oasst_messages", [P, {**R, "replies": [{**R, "parent_id": "z"}]}], 2, "replies[0].parent_id", "below 'r'", 1, 1),
    ("oasst_trees", [P], 1, "prompt", "no field 'prompt'", 1, 0),
    ("oasst_trees", [{"message_tree_id": "p"}], 1, "prompt", "no field 'prompt'", 1, 0),
    ("oasst_trees", [{"prompt": P}], 1, "message_tree_id", "the tree has no field 'message_tree_id'", 1, 0),
    ("oasst_trees", [{"message_tree_id": "p", "prompt": R}], 1, "prompt.parent_id", "'r' is a tree's prompt", 1, 0),
    (
        "oasst_trees",
        [{"message_tree_id": "p", "prompt": {**P, "replies": [{**R, "parent_id": "q"}]}}],
        1,
        "prompt.replies[0].parent_id",
        "the message 'r' hangs below 'p', and says that its parent is 'q'",
        1,
        0,
    ),
    (
        "oasst_trees",
        [{"message_tree_id": "p", "prompt": {**P, "replies": [R, R]}}],
        1,
        "message_id",
        "'r' is there twice",
        1,
        0,
    ),
    (
        "oasst_trees",
        [{"message_tree_id": "p", "prompt": P}, {"message_tree_id": "q", "prompt": P}],
        2,
        "message_id",
        "'p' is there twice, first in line 1",
        1,
        1,
    ),
    (
        "oasst_trees",
        [{"message_tree_id": "p", "prompt": {**P, "replies": ["x"]}}],
        1,
        "prompt.replies[0]",
        "expected a message, found text",
        1,
        0,
    ),
    (
        "oasst_trees",
        [{"message_tree_id": "p", "prompt": {**P, "replies": [{**R, "deleted": "no"}]}}],
        1,
        "prompt.replies[0].deleted",
        "the message 'r': expected a valid boolean",
        1,
        0,
    ),
]


@pytest.mark.parametrize(("form", "rows", "line", "field", "what", "bad", "read"), BAD)
def test_what_is_broken_is_named(
    form: str, rows: list[Any], line: int, field: str, what: str, bad: int, read: int, tmp_path: Path
) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    with pytest.raises(DataError) as caught:
        list(read_dialogues(path, form))
    assert caught.value.place is not None
    assert (caught.value.place.file, caught.value.place.line, caught.value.place.field) == (str(path), line, field)
    assert what in caught.value.what
    assert caught.value.remedy
    told: list[tuple[DataError, str]] = []
    assert len(list(read_dialogues(path, form, lambda error, said: told.append((error, said))))) == read
    assert len(told) == bad
    assert all(isinstance(json.loads(said), dict) for _, said in told)


def test_a_gzip_file_that_is_cut_short_is_named(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl.gz"
    write_trees([tree_of({"message_tree_id": "p", "prompt": {**P, "replies": []}})], path)
    path.write_bytes(path.read_bytes()[:-12])
    with pytest.raises(DataError, match=r"broken gzip.*fetch it again"):
        list(read_dialogues(path, "oasst_trees"))


def test_packed_files_are_the_same_each_time(tmp_path: Path) -> None:
    tree = tree_of({"message_tree_id": "p", "prompt": {**P, "replies": []}})
    for name in ("a.jsonl.gz", "b.jsonl.gz"):
        write_trees([tree], tmp_path / name)
    assert (tmp_path / "a.jsonl.gz").read_bytes() == (tmp_path / "b.jsonl.gz").read_bytes()
    assert find_format(tmp_path / "a.jsonl.gz").name == "oasst_trees"


def test_many_flat_messages_take_no_memory_of_their_own() -> None:
    def messages() -> Any:
        for number in range(20_000):
            above = None if number % 4 == 0 else f"m{number - 1}"
            yield Message(message_id=f"m{number}", parent_id=above, text="x" * 200, role="prompter")

    import tracemalloc

    tracemalloc.start()
    assert sum(1 for _ in assemble(messages())) == 5000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3_000_000


def test_flat_messages_of_several_trees_may_be_mixed() -> None:
    made = [
        tree_of({"message_tree_id": name, "prompt": {**P, "message_id": name, "replies": [
            {**R, "message_id": f"{name}r", "parent_id": name, "replies": []}
        ]}})
        for name in ("a", "b", "c")
    ]  # fmt: skip
    flat = list(chain.from_iterable(map(flatten, made)))
    mixed = flat[1::2] + flat[0::2]
    assert list(assemble(mixed)) == made
