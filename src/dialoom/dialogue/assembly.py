"""Flat messages, in any order, to message trees: by way of the disk, so that memory holds one tree at a time."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from itertools import groupby

from dialoom.dialogue.message import Form, Message
from dialoom.dialogue.tree import TREE, MessageTree
from dialoom.errors import DataError, Place

Bad = Callable[[DataError, str], None]

_TABLES = """
PRAGMA journal_mode = OFF;
CREATE TABLE messages (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, parent TEXT, file TEXT, line INTEGER, row TEXT
);
"""
_DOWN_FROM = """
CREATE INDEX IF NOT EXISTS by_parent ON messages (parent);
CREATE TABLE {name} AS
WITH RECURSIVE below (id, top) AS (
    SELECT id, number FROM messages WHERE {tops}
    UNION SELECT messages.id, below.top FROM messages JOIN below ON messages.parent = below.id
) SELECT id, top FROM below;
CREATE UNIQUE INDEX {name}_id ON {name} (id);
"""
_ORPHAN = "parent IS NOT NULL AND parent NOT IN (SELECT id FROM messages)"


def assemble(messages: Iterable[Message]) -> Iterator[MessageTree]:
    """The trees of flat messages, in the order of their prompts; replies in the order in which they come.

    Messages may come in any order, also parents after their replies. `flatten` is the way back.

    Raises DataError, naming the message, where an id stands twice, a parent is missing, or parents lead in a circle.
    """
    return assemble_placed((Place(), message) for message in messages)


def assemble_placed(messages: Iterable[tuple[Place, Message]], bad: Bad | None = None) -> Iterator[MessageTree]:
    """`assemble` for messages whose places are known; `bad`, where given, takes those that have no place in a tree."""
    # A database without a name lies in a temporary file once it outgrows its cache, and is gone when it is closed.
    with closing(sqlite3.connect("", check_same_thread=False)) as base:
        base.executescript(_TABLES)
        _fill(base, messages, bad)
        base.executescript(_DOWN_FROM.format(name="placed", tops="parent IS NULL"))
        for error, row in _without_place(base):
            if bad is None:
                raise error
            bad(error, row)
        found = base.execute(
            "SELECT top, row FROM placed JOIN messages ON messages.id = placed.id ORDER BY top, messages.number"
        )
        for _, rows in groupby(found, key=lambda each: each[0]):
            yield _tree([json.loads(row) for _, row in rows])


def _fill(base: sqlite3.Connection, messages: Iterable[tuple[Place, Message]], bad: Bad | None) -> None:
    for place, top in messages:
        above = {reply.message_id: message.message_id for message in top.walk() for reply in message.replies}
        for message in top.walk():
            parent = above.get(message.message_id, message.parent_id)
            row = json.dumps(message.row() | ({} if parent is None else {"parent_id": parent}))
            values = (message.message_id, parent, place.file, place.line, row)
            try:
                base.execute("INSERT INTO messages (id, parent, file, line, row) VALUES (?, ?, ?, ?, ?)", values)
            except sqlite3.IntegrityError:
                error = _twice(base, place, message)
                if bad is None:
                    raise error from None
                bad(error, row)


def _twice(base: sqlite3.Connection, place: Place, message: Message) -> DataError:
    ((line,),) = base.execute("SELECT line FROM messages WHERE id = ?", (message.message_id,))
    return twice(message.message_id, place, line)


def twice(id: str, place: Place, line: int | None) -> DataError:
    """The error for a message whose id another one has."""
    first = "" if line is None else f", first in line {line}"
    return DataError(
        f"the message '{id}' is there twice{first}",
        place=Place(file=place.file, line=place.line, field="message_id"),
        remedy="give each message an id of its own",
    )


def _without_place(base: sqlite3.Connection) -> Iterator[tuple[DataError, str]]:
    """The messages that no prompt leads to: whose parent is missing, what hangs below those, and circles."""
    ((count,),) = base.execute("SELECT count(*) FROM messages WHERE id NOT IN (SELECT id FROM placed)")
    if not count:
        return
    base.executescript(_DOWN_FROM.format(name="lost", tops=_ORPHAN))
    lost = base.execute(
        "SELECT messages.id, messages.parent, messages.file, messages.line, messages.row, tops.id, tops.parent"
        " FROM messages LEFT JOIN lost ON lost.id = messages.id LEFT JOIN messages tops ON tops.number = lost.top"
        " WHERE messages.id NOT IN (SELECT id FROM placed) ORDER BY messages.number"
    )
    for id, parent, file, line, row, top, missing in lost:
        if top is None:
            what = f"the parents of the message '{id}' lead in a circle: {_circle(base, id)}"
            remedy = "a prompt has no parent_id, and every other message leads up to one"
        elif top == id:
            what, remedy = f"the parent '{parent}' of the message '{id}' is missing", "add it, or leave out its replies"
        else:
            what = f"the message '{id}' hangs below '{top}', whose parent '{missing}' is missing"
            remedy = "add it, or leave out its replies"
        yield DataError(what, place=Place(file=file, line=line, field="parent_id"), remedy=remedy), row


def _circle(base: sqlite3.Connection, id: str) -> str:
    way = [id]
    while way[-1] not in way[:-1]:
        ((parent,),) = base.execute("SELECT parent FROM messages WHERE id = ?", (way[-1],))
        way.append(parent)
    shown = [f"'{each}'" for each in way]
    return " → ".join(shown if len(shown) < 7 else [*shown[:4], "...", shown[-1]])


def _tree(rows: list[dict[str, object]]) -> MessageTree:
    top = next(row for row in rows if row.get("parent_id") is None)
    about = {"message_tree_id": top.get("message_tree_id") or top["message_id"]}
    if "tree_state" in top:
        about["tree_state"] = top["tree_state"]
    more = top.get(TREE)
    messages = {}
    for row in rows:
        names = tuple(row)
        # These say of each message what the tree says once; `flatten` puts them back.
        own = {name: value for name, value in row.items() if name not in about or value != about[name]}
        if row is top and isinstance(more, dict):
            del own[TREE]
        message = Message.read(own)
        message._form = Form(names, null=message._form.null, flat=True)
        messages[message.message_id] = message
    for message in messages.values():
        if message.parent_id is not None:
            messages[message.parent_id].replies.append(message)
    prompt = messages[str(top["message_id"])]
    return MessageTree.model_validate(about | (more if isinstance(more, dict) else {}) | {"prompt": prompt})
