"""Dialogues to trees: what begins alike is one path, and siblings are ranked by what is known."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialoom.dialogue import Dialogue, Lineage, MessageTree, PreferencePair, Turn, merge
from dialoom.dialogue.formats import FORMATS, read_dialogues
from dialoom.errors import DataError


def talk(name: str, *texts: str, speakers: tuple[str, str] = ("Ann", "Bo"), **tags: object) -> Dialogue:
    turns = [Turn(speaker=speakers[index % 2], text=text) for index, text in enumerate(texts)]
    return Dialogue(id=name, turns=turns, tags=tags, lineage=Lineage(provenance="synthetic"))


def shape(tree: MessageTree) -> list[tuple[str, str, object]]:
    return [(message.text, message.role, message.rank) for message in tree.messages()]


def test_shared_beginnings_are_one_path_and_siblings_are_ranked_by_score() -> None:
    trees = list(
        merge(
            [
                talk("d1", "hi", "hello", "bye", score=2.0),
                talk("x", "other"),
                talk("d2", "hi", "go away", score=1),
                talk("d3", "hi", "hello", "thanks", score=4.0),
                talk("d4", "hi", "what?", score=3),
                talk("d5", "hi", "nobody scored this"),
            ]
        )
    )
    assert [tree.prompt.text for tree in trees] == ["hi", "other"]
    assert shape(trees[0]) == [
        ("hi", "prompter", None),
        ("hello", "assistant", 0),
        ("bye", "prompter", 1),
        ("thanks", "prompter", 0),
        ("go away", "assistant", 1),
        ("what?", "assistant", 0),
        ("nobody scored this", "assistant", None),
    ]
    messages = list(trees[0].messages())
    assert len({message.message_id for message in messages}) == 7
    assert all(message.synthetic and message.deleted is False for message in messages)
    assert [(message.model_extra or {}).get("dialogue_ids") for message in messages][2:4] == [["d1"], ["d3"]]
    better = [(pair.chosen[0].text, pair.rejected[0].text, pair.margin) for pair in trees[0].preferences()]
    assert better == [("hello", "go away", 2.0), ("what?", "go away", 2.0)]


def test_ids_follow_from_the_path() -> None:
    one, other = (next(iter(merge([talk(name, "hi", "ho", "ho")]))) for name in ("a", "b"))
    ids = [message.message_id for message in one.messages()]
    assert ids == [message.message_id for message in other.messages()]
    assert len(set(ids)) == 3


def test_a_held_pair_is_two_ranked_siblings() -> None:
    pair = PreferencePair(
        id="p",
        prompt=[Turn(speaker="Ann", text="hi")],
        chosen=[Turn(speaker="Bo", text="good")],
        rejected=[Turn(speaker="Bo", text="bad")],
        score_chosen=5,
        score_rejected=2,
    )
    dialogue = talk("d", "hi", "good")
    dialogue.fields["pair"] = pair.held()
    (tree,) = merge([dialogue])
    assert shape(tree) == [("hi", "prompter", None), ("good", "assistant", 0), ("bad", "assistant", 1)]
    (back,) = tree.preferences()
    assert (back.chosen[0].text, back.rejected[0].text, back.margin) == ("good", "bad", 3.0)


def test_a_dialogue_that_goes_on_from_a_tree_s_reply_is_a_branch_of_it() -> None:
    (tree,) = merge([talk("d", "hi", "good")])
    (path,) = tree.dialogues()
    more = path.model_copy(deep=True)
    more.turns += [Turn(speaker="prompter", text="and now?"), Turn(speaker="assistant", text="bye")]
    (grown,) = merge([path, more])
    assert [message.text for message in grown.messages()] == ["hi", "good", "and now?", "bye"]
    assert grown.prompt.message_id == tree.prompt.message_id


def test_system_turns_and_names_come_back(tmp_path: Path) -> None:
    dialogue = talk("d", "hi", "good")
    dialogue.turns.insert(0, Turn(speaker="system", text="Be brief."))
    write = FORMATS.load("oasst_trees").write
    assert write is not None
    write([dialogue], tmp_path / "t.jsonl")
    (back,) = read_dialogues(tmp_path / "t.jsonl")
    assert [(turn.speaker, turn.text) for turn in back.turns] == [
        ("system", "Be brief."),
        ("Ann", "hi"),
        ("Bo", "good"),
    ]
    write([back], tmp_path / "u.jsonl")
    assert json.loads((tmp_path / "u.jsonl").read_text()) == json.loads((tmp_path / "t.jsonl").read_text())


def test_no_turns_and_a_spoilt_message_are_named() -> None:
    with pytest.raises(DataError, match=r"'d' has no turns"):
        list(merge([talk("d")]))
    dialogue = talk("d", "hi")
    dialogue.turns[0].meta["message"] = {"message_id": "m", "rank": "first"}
    with pytest.raises(DataError, match=r"turns\.meta\.message\.rank.*'d'"):
        list(merge([dialogue]))


words = st.sampled_from(["a", "b", "ключ 🧳"])


@settings(max_examples=80, deadline=None)
@given(st.lists(st.lists(words, min_size=1, max_size=4), min_size=1, max_size=6))
def test_every_dialogue_is_a_path_and_every_path_is_said(said: list[list[str]]) -> None:
    trees = list(merge(talk(f"d{index}", *texts) for index, texts in enumerate(said)))
    paths = [[message.text for message in path] for tree in trees for path in tree.paths()]
    assert all(any(path[: len(texts)] == texts for path in paths) for texts in said)
    assert all(path in said for path in paths)
    assert len(trees) == len({texts[0] for texts in said})
    for tree in trees:
        for message in tree.messages():
            assert len({reply.text for reply in message.replies}) == len(message.replies)
            assert all(reply.parent_id == message.message_id for reply in message.replies)


def test_what_has_no_place_in_one_tree_is_named() -> None:
    dialogue = talk("d", "hi", "good")
    said = [turn.model_dump() for turn in dialogue.turns]
    dialogue.fields["pair"] = {"chosen": said, "rejected": [{"speaker": "Ann", "text": "hey"}]}
    with pytest.raises(DataError, match=r"'d' holds a pair that begins with another turn"):
        list(merge([dialogue]))
    dialogue = talk("d", "hi")
    dialogue.fields["message_tree"] = {"message_tree_id": 3}
    with pytest.raises(DataError, match=r"fields\.message_tree\.message_tree_id"):
        list(merge([dialogue]))
    dialogue.fields["message_tree"] = {"mine": 1}
    (tree,) = merge([dialogue])
    assert tree.about() == {"message_tree_id": tree.prompt.message_id, "tree_state": "ready_for_export", "mine": 1}
    with pytest.raises(DataError, match="'d' holds a value that has no JSON form"):
        list(merge([dialogue.model_copy(update={"fields": {"x": object()}})]))
