"""Dialogues to message trees: what begins alike is one path, and siblings are ranked by what is known of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b
from itertools import groupby
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from dialoom.dialogue.dialogue import Dialogue
from dialoom.dialogue.message import Message
from dialoom.dialogue.preference import PAIR_FIELDS, pairs_of
from dialoom.dialogue.tree import MESSAGE, SYSTEM, TREE, MessageTree
from dialoom.dialogue.turn import Turn
from dialoom.errors import DataError, Place

ScoreOf = Callable[[Dialogue], float | None]

_ROLES = {"user": "prompter", "human": "prompter", "prompter": "prompter", "assistant": "assistant"}
_SCORES = ("score", "reward")


def score_of(dialogue: Dialogue) -> float | None:
    """How good a dialogue is, more being better: its tag or field `score`, else `reward`; None where it has neither."""
    for name in _SCORES:
        for held in (dialogue.tags, dialogue.fields):
            score = held.get(name)
            if isinstance(score, int | float) and not isinstance(score, bool) and score == score:
                return float(score)
    return None


def merge(dialogues: Iterable[Dialogue], score: ScoreOf = score_of) -> Iterator[MessageTree]:
    """The trees that dialogues are paths of, in the order in which their first dialogues come.

    Paths of a tree that was read (`MessageTree.dialogues`) give that tree back, less the paths that are not there.
    Other dialogues with the same first turn make one tree: equal turns after equal turns are one message, the first
    speaker the `prompter`, the second the `assistant`; other names stay in the messages' field `speaker`. Siblings
    that have scores and no ranks are ranked by the mean score of the dialogues that go through them; equal scores,
    equal ranks. A pair that a record holds adds its two replies, ranked. The last message of a dialogue names it in
    `dialogue_ids`. Leading system turns are the prompt's field `system`.

    All dialogues are read before the first tree comes; they wait on disk, and memory holds one tree at a time.

    Raises DataError, naming the dialogue, where it has no turns or its turns' `message` is none.
    """
    with Forest(score) as forest:
        for dialogue in dialogues:
            forest.add(dialogue)
        yield from forest.trees()


class Forest:
    """Dialogues that wait on disk to become trees: `merge` for those who come by them one by one."""

    def __init__(self, score: ScoreOf = score_of) -> None:
        self._score = score
        self._base = sqlite3.connect("", check_same_thread=False)
        self._base.executescript(
            "PRAGMA journal_mode = OFF;"
            "CREATE TABLE trees (number INTEGER PRIMARY KEY, key TEXT UNIQUE);"
            "CREATE TABLE dialogues (number INTEGER PRIMARY KEY, tree INTEGER, dialogue TEXT)"
        )

    def add(self, dialogue: Dialogue) -> None:
        key = _tree_key(dialogue)
        self._base.execute("INSERT OR IGNORE INTO trees (key) VALUES (?)", (key,))
        self._base.execute(
            "INSERT INTO dialogues (tree, dialogue) SELECT number, ? FROM trees WHERE key = ?",
            (_stored(dialogue), key),
        )

    def trees(self) -> Iterator[MessageTree]:
        rows = self._base.execute("SELECT tree, dialogue FROM dialogues ORDER BY tree, number")
        for _, group in groupby(rows, key=lambda row: row[0]):
            growing = _Growing(self._score)
            for _, line in group:
                growing.add(Dialogue.from_json(line))
            yield growing.tree()

    def __enter__(self) -> Forest:
        return self

    def __exit__(self, *_: object) -> None:
        self._base.close()


def _stored(dialogue: Dialogue) -> str:
    try:
        return dialogue.to_json()
    except (PydanticSerializationError, UnicodeError) as error:
        raise DataError(
            f"dialogue '{dialogue.id}' holds a value that has no JSON form: {error}",
            remedy="keep JSON values only: Unicode text, numbers, true, false, null, lists and objects",
        ) from error


def _tree_key(dialogue: Dialogue) -> str:
    _, turns = _without_system(dialogue.turns)
    if not turns:
        raise DataError(
            f"dialogue '{dialogue.id}' has no turns",
            place=Place(field="turns"),
            remedy="leave such records out, for instance with the condition n_turns > 0",
        )
    about = dialogue.fields.get(TREE)
    if isinstance(about, dict) and isinstance(about.get("message_tree_id"), str):
        first = turns[0].meta.get(MESSAGE)
        return f"tree {about['message_tree_id']}\0{first.get('message_id') if isinstance(first, dict) else None}"
    return f"turn {_told(dialogue.turns)}\0{turns[0].text}"


def _without_system(turns: list[Turn]) -> tuple[list[Turn], list[Turn]]:
    count = next((index for index, turn in enumerate(turns) if turn.speaker != SYSTEM), len(turns))
    return turns[:count], turns[count:]


def _told(turns: list[Turn]) -> str:
    return "\n".join(turn.text for turn in _without_system(turns)[0])


class _Growing:
    """A tree to which paths are added."""

    def __init__(self, score: ScoreOf) -> None:
        self._score = score
        self._about: dict[str, Any] = {}
        self._prompt: Message | None = None
        self._messages: dict[str, Message] = {}
        self._scores: dict[str, list[float]] = {}

    def add(self, dialogue: Dialogue) -> None:
        about = dialogue.fields.get(TREE)
        if isinstance(about, dict):
            self._about = about | self._about
        roles = _roles(dialogue)
        score = self._score(dialogue)
        end = self._add_path(dialogue, dialogue.turns, roles, None if _holds_pair(dialogue) else score)
        if MESSAGE not in dialogue.turns[-1].meta:
            extra = end.model_extra
            assert extra is not None
            extra["dialogue_ids"] = list(dict.fromkeys([*extra.get("dialogue_ids", []), dialogue.id]))
        for pair in pairs_of(dialogue):
            high, low = pair.score_chosen, pair.score_rejected
            known = high is not None and low is not None and high > low
            both = pair.explicit()
            start = len(_without_system(both.prompt)[1])
            self._add_path(dialogue, both.prompt + both.chosen, roles, high if known else 1.0, start)
            self._add_path(dialogue, both.prompt + both.rejected, roles, low if known else 0.0, start)

    def _add_path(
        self, dialogue: Dialogue, turns: list[Turn], roles: dict[str, str], score: float | None, start: int = 0
    ) -> Message:
        """Adds what is not there yet, and returns the last message; those from `start` on have the score."""
        system, said = _without_system(turns)
        parent: Message | None = None
        for index, turn in enumerate(said):
            message = self._message(dialogue, turn, parent, roles)
            if parent is None and system and index == 0:
                message.__pydantic_extra__ = {SYSTEM: _told(system)} | (message.model_extra or {})
            if score is not None and index >= start:
                self._scores.setdefault(message.message_id, []).append(score)
            parent = message
        assert parent is not None
        return parent

    def _message(self, dialogue: Dialogue, turn: Turn, parent: Message | None, roles: dict[str, str]) -> Message:
        row = _row(dialogue, turn, parent, roles)
        known = self._messages.get(row["message_id"])
        if known is not None:
            return known
        try:
            message = Message.model_validate(row)
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(str(part) for part in first["loc"])
            raise DataError(
                f"dialogue '{dialogue.id}' has a turn whose '{MESSAGE}' is no message: {first['msg']}",
                place=Place(field=f"turns.meta.{MESSAGE}.{field}"),
                remedy="see the fields in docs/formats.md, or leave it out",
            ) from error
        if parent is not None:
            parent.replies.append(message)
        elif self._prompt is None:
            self._prompt = message
        else:
            raise DataError(
                f"dialogue '{dialogue.id}' holds a pair that begins with another turn than its tree",
                place=Place(field="fields.pair"),
                remedy="a tree has one prompt: write such pairs as trl_dpo_implicit",
            )
        self._messages[message.message_id] = message
        return message

    def tree(self) -> MessageTree:
        assert self._prompt is not None
        for message in self._messages.values():
            self._rank(message.replies)
        made = {"message_tree_id": self._prompt.message_id, "tree_state": "ready_for_export"}
        about = self._about if "message_tree_id" in self._about else made | self._about
        try:
            return MessageTree.model_validate(about | {"prompt": self._prompt})
        except ValidationError as error:
            first = error.errors()[0]
            raise DataError(
                f"the field '{TREE}' of the dialogues that begin with '{self._prompt.message_id}' is no tree's: "
                f"{first['msg']}",
                place=Place(field=".".join(["fields", TREE, *(str(part) for part in first["loc"])])),
                remedy="see docs/formats.md, or leave it out",
            ) from error

    def _rank(self, siblings: list[Message]) -> None:
        means = {
            message.message_id: sum(scores) / len(scores)
            for message in siblings
            if (scores := self._scores.get(message.message_id))
        }
        if len(means) < 2 or any(message.rank is not None for message in siblings):
            return
        places = {mean: rank for rank, mean in enumerate(sorted(set(means.values()), reverse=True))}
        for message in siblings:
            if message.message_id in means:
                message.rank = places[means[message.message_id]]
                assert message.model_extra is not None
                message.model_extra["score"] = means[message.message_id]


def _row(dialogue: Dialogue, turn: Turn, parent: Message | None, roles: dict[str, str]) -> dict[str, Any]:
    """The message of a turn: what its `meta` keeps of one, or else what is known, its id made from the path."""
    held = turn.meta.get(MESSAGE)
    above = {} if parent is None else {"parent_id": parent.message_id}
    if isinstance(held, dict) and isinstance(held.get("message_id"), str):
        role = held.get("role", turn.speaker)
        named = {} if role == turn.speaker else {"speaker": turn.speaker}
        return held | above | {"text": turn.text, "role": role} | named
    role = roles.get(turn.speaker, "prompter")
    key = "\0".join([parent.message_id if parent else _told(dialogue.turns), role, turn.speaker, turn.text])
    digest = blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    row: dict[str, Any] = {"message_id": str(UUID(bytes=digest))} | above | {"text": turn.text, "role": role}
    language = dialogue.tags.get("language")
    if isinstance(language, str):
        row["lang"] = language
    row |= {"deleted": False, "synthetic": dialogue.lineage.provenance == "synthetic"}
    return row if _ROLES.get(turn.speaker.casefold()) == role else row | {"speaker": turn.speaker}


def _roles(dialogue: Dialogue) -> dict[str, str]:
    roles = {each: _ROLES[each.casefold()] for each in dialogue.speakers() if each.casefold() in _ROLES}
    roles |= {each: each for each in dialogue.speakers() if each in (SYSTEM, "tool")}
    free = [role for role in ("prompter", "assistant") if role not in roles.values()]
    for speaker in dialogue.speakers():
        if speaker not in roles:
            roles[speaker] = free.pop(0) if free else "prompter"
    return roles


def _holds_pair(dialogue: Dialogue) -> bool:
    return any(dialogue.fields.get(name) is not None for name in PAIR_FIELDS)
