"""Open-Assistant's files: message trees, and flat messages, read and written as they are."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from dialoom.dialogue.assembly import assemble_placed, twice
from dialoom.dialogue.formats._files import Bad, write_lines
from dialoom.dialogue.formats._rows import Row, read_rows, wrong_type
from dialoom.dialogue.message import Form, Message
from dialoom.dialogue.tree import MessageTree, flatten
from dialoom.errors import DataError, Place, nearest

DEEPEST = 300
"""Messages one below the other that a nested form holds: JSON readers of many languages stop at about 1000 brackets."""


def read_trees(path: Path | str, bad: Bad | None = None) -> Iterator[MessageTree]:
    """Streams the trees of a file with one tree a line, packed with gzip or not.

    Raises DataError, naming the line and the message, on bad input and where an id stands twice in the file; `bad`,
    where given, takes such trees.
    """
    path = Path(path)
    # The ids that were there, on disk once they are many.
    with closing(sqlite3.connect("", check_same_thread=False)) as seen:
        seen.executescript("PRAGMA journal_mode = OFF; CREATE TABLE ids (id TEXT PRIMARY KEY, line INTEGER)")
        for row in read_rows(path, bad):
            try:
                tree = _tree(row)
                _note(seen, tree, row)
            except DataError as error:
                if bad is None:
                    raise
                bad(error, json.dumps(row.values))
            else:
                yield tree


def read_messages(path: Path | str, bad: Bad | None = None) -> Iterator[Message]:
    """Streams the messages of a file with one message a line, each with its replies where the file nests them.

    Raises DataError, naming the line and the message, on bad input; `bad`, where given, takes such lines. Whether ids
    are unique and parents are there is seen by `assemble`.
    """
    return (message for _, message in _placed(Path(path), bad))


def read_flat(path: Path | str, bad: Bad | None = None) -> Iterator[MessageTree]:
    """The trees of a file of messages in any order, one tree in memory at a time.

    Raises DataError, naming the line and the message, where an id stands twice, a parent is missing or parents lead
    in a circle; `bad`, where given, takes the messages that have no place in a tree.
    """
    return assemble_placed(_placed(Path(path), bad), bad)


def write_trees(trees: Iterable[MessageTree], path: Path | str) -> int:
    """Writes one tree a line as Open-Assistant does, and returns how many; packed where the name ends in `.gz`.

    Raises DataError where a tree is nested deeper than JSON readers go.
    """
    return write_lines((_nested(tree) for tree in trees), Path(path))


def write_messages(messages: Iterable[Message], path: Path | str) -> int:
    """Writes one message a line, with its replies where it has any, and returns how many.

    For flat messages of trees: `write_messages(chain.from_iterable(map(flatten, trees)), path)`.
    """
    return write_lines((json.dumps(message.nested()) for message in messages), Path(path))


def write_flat(trees: Iterable[MessageTree], path: Path | str) -> int:
    """Writes the messages of trees, one a line, and returns how many."""
    return write_messages((message for tree in trees for message in flatten(tree)), path)


def _nested(tree: MessageTree) -> str:
    level, depth = [tree.prompt], 0
    while level:
        level, depth = [reply for message in level for reply in message.replies], depth + 1
    if depth > DEEPEST:
        raise DataError(
            f"the tree '{tree.message_tree_id}' is {depth} messages deep, and JSON readers go to about {DEEPEST}",
            place=Place(field="replies"),
            remedy="write flat messages: oasst_messages",
        )
    return json.dumps(tree.row())


def _tree(row: Row) -> MessageTree:
    if "prompt" not in row.values:
        raise DataError(
            "the row has no field 'prompt'",
            place=row.place("prompt"),
            remedy="flat messages are read as oasst_messages"
            if "message_id" in row.values
            else nearest("prompt", tuple(row.values)),
        )
    prompt = _message(row, row.values["prompt"], "prompt", None)
    try:
        tree = MessageTree.model_validate(row.values | {"prompt": prompt})
    except ValidationError as error:
        raise _wrong(error, row, "", "the tree") from error
    tree._form = Form(tuple(row.values))
    return tree


def _placed(path: Path, bad: Bad | None) -> Iterator[tuple[Place, Message]]:
    for row in read_rows(path, bad):
        try:
            message = _message(row, row.values, "", row.values.get("parent_id"))
        except DataError as error:
            if bad is None:
                raise
            bad(error, json.dumps(row.values))
        else:
            yield row.place(), message


def _message(row: Row, values: object, field: str, parent: object) -> Message:
    """A message with all below it, without recursion, since paths may be long."""
    top: list[Message] = []
    stack = [(values, field, parent, top)]
    while stack:
        values, field, parent, siblings = stack.pop()
        message = _one(row, values, field, parent)
        siblings.append(message)
        replies = values.get("replies") if isinstance(values, dict) else None
        if replies is not None and not isinstance(replies, list):
            raise wrong_type(row.place(f"{field}.replies".lstrip(".")), "a list of messages", replies)
        below = [
            (reply, f"{field}.replies[{index}]".lstrip("."), message.message_id, message.replies)
            for index, reply in enumerate(replies or ())
        ]
        stack.extend(reversed(below))
    return top[0]


def _one(row: Row, values: object, field: str, parent: object) -> Message:
    if not isinstance(values, dict):
        raise wrong_type(row.place(field or None), "a message", values)
    name = f"the message '{values.get('message_id')}'" if "message_id" in values else "the message"
    if values.get("parent_id", parent) != parent:
        above = "is a tree's prompt" if parent is None else f"hangs below '{parent}'"
        raise DataError(
            f"{name} {above}, and says that its parent is '{values['parent_id']}'",
            place=row.place(f"{field}.parent_id".lstrip(".")),
            remedy="make the two agree",
        )
    try:
        return Message.read(values if parent is None else values | {"parent_id": parent})
    except ValidationError as error:
        raise _wrong(error, row, field, name) from error


def _wrong(error: ValidationError, row: Row, field: str, name: str) -> DataError:
    first = error.errors()[0]
    wrong = str(first["loc"][0])
    place = row.place(f"{field}.{wrong}".lstrip("."))
    if first["type"] == "missing":
        return DataError(
            f"{name} has no field '{wrong}'", place=place, remedy=nearest(wrong, tuple(first["input"])) or "add it"
        )
    said = first["msg"].replace("Input should be", "expected")
    return DataError(f"{name}: {said}", place=place, remedy="see the fields in docs/formats.md")


def _note(seen: sqlite3.Connection, tree: MessageTree, row: Row) -> None:
    """Keeps the ids of a tree. Raises DataError where one was there before, and then keeps none of them."""
    ids: list[str] = [message.message_id for message in tree.messages()]
    before: dict[str, Any] = {}
    for id in ids:
        found = seen.execute("SELECT line FROM ids WHERE id = ?", (id,)).fetchone()
        if found is not None or id in before:
            raise twice(id, row.place(), found[0] if found is not None else row.line)
        before[id] = row.line
    seen.executemany("INSERT INTO ids VALUES (?, ?)", before.items())
