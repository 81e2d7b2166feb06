"""Message trees: every path is true to the parents, every pair is two ranked siblings."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, pairwise

from hypothesis import given
from hypothesis import strategies as st

from dialoom.dialogue import Message, MessageTree

Shape = tuple[int | None, list["Shape"]]

shapes: st.SearchStrategy[Shape] = st.recursive(
    st.tuples(st.none() | st.integers(0, 3), st.just([])),
    lambda inner: st.tuples(st.none() | st.integers(0, 3), st.lists(inner, max_size=4)),
    max_leaves=15,
)


def _message(shape: Shape, parent: str | None, names: Iterator[int], depth: int) -> Message:
    name = f"m{next(names)}"
    rank, replies = shape
    return Message(
        message_id=name,
        parent_id=parent,
        text=f"text of {name}",
        role="assistant" if depth % 2 else "prompter",
        rank=rank,
        synthetic=bool(rank),
        replies=[_message(reply, name, names, depth + 1) for reply in replies],
    )


trees = shapes.map(lambda shape: MessageTree(message_tree_id="t", prompt=_message(shape, None, count(), 0)))


@given(trees)
def test_messages_come_once_each_and_after_their_parents(tree: MessageTree) -> None:
    seen: set[str] = set()
    for message in tree.messages():
        assert message.message_id not in seen
        assert message.parent_id is None or message.parent_id in seen
        seen.add(message.message_id)
    assert seen == {f"m{number}" for number in range(len(seen))}
    assert len(seen) == tree.model_dump_json().count('"message_id"')


@given(trees)
def test_paths_lead_from_the_prompt_to_each_leaf(tree: MessageTree) -> None:
    paths = list(tree.paths())
    assert [path[-1].message_id for path in paths] == [m.message_id for m in tree.messages() if not m.replies]
    for path in paths:
        assert path[0] is tree.prompt
        assert all(child in parent.replies for parent, child in pairwise(path))


@given(trees)
def test_dialogues_are_the_paths(tree: MessageTree) -> None:
    for path, dialogue in zip(tree.paths(), tree.dialogues(), strict=True):
        assert dialogue.id == path[-1].message_id
        assert [(turn.speaker, turn.text) for turn in dialogue.turns] == [(m.role, m.text) for m in path]
        assert dialogue.lineage.provenance == ("synthetic" if any(m.synthetic for m in path) else "real")


@given(trees)
def test_pairs_are_all_siblings_that_are_ranked_apart(tree: MessageTree) -> None:
    expected = {
        (parent.message_id, one.message_id, other.message_id)
        for parent in tree.messages()
        for one in parent.replies
        for other in parent.replies
        if one.rank is not None and other.rank is not None and one.rank < other.rank
    }
    pairs = list(tree.pairs())
    assert {(path[-1].message_id, better.message_id, worse.message_id) for path, better, worse in pairs} == expected
    assert len(pairs) == len(expected)
    for path, _, _ in pairs:
        assert path[0] is tree.prompt
        assert all(child.parent_id == parent.message_id for parent, child in pairwise(path))


@given(trees)
def test_json_reads_back_equal(tree: MessageTree) -> None:
    assert MessageTree.model_validate_json(tree.model_dump_json()) == tree


def test_fields_unknown_here_are_kept() -> None:
    data = {
        "message_tree_id": "t",
        "tree_state": "ready_for_export",
        "origin": "x",
        "prompt": {"message_id": "m", "text": "hi", "role": "prompter", "review_count": 3, "replies": []},
    }
    kept = MessageTree.model_validate(data).model_dump(exclude_unset=True)
    assert kept == data
