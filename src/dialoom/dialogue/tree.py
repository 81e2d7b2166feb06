"""Message trees, the OASST form: a prompt, replies, replies to replies, siblings ranked."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

from pydantic import BaseModel, ConfigDict, PrivateAttr

from dialoom.dialogue.dialogue import Dialogue
from dialoom.dialogue.lineage import Lineage
from dialoom.dialogue.message import Form, Message, row_of
from dialoom.dialogue.preference import PreferencePair
from dialoom.dialogue.turn import Turn

MESSAGE = "message"
"""The key of a turn's `meta` that holds the rest of the message it was."""
TREE = "message_tree"
"""The field of a dialogue that holds the rest of the tree it is a path of; in flat messages, of the prompt."""
SYSTEM = "system"
"""The field of a prompt that holds what the system was told before it."""


class MessageTree(BaseModel):
    """A conversation tree: one prompt and all that was replied."""

    model_config = ConfigDict(extra="allow")

    message_tree_id: str
    tree_state: str | None = None
    prompt: Message

    _form: Form = PrivateAttr(default_factory=Form)

    def messages(self) -> Iterator[Message]:
        """Every message, parents before their replies."""
        return self.prompt.walk()

    def paths(self) -> Iterator[list[Message]]:
        """Every path from the prompt to a message without replies."""
        stack: list[list[Message]] = [[self.prompt]]
        while stack:
            path = stack.pop()
            if path[-1].replies:
                stack.extend([*path, reply] for reply in reversed(path[-1].replies))
            else:
                yield path

    def about(self) -> dict[str, Any]:
        """What the tree says about itself, without its messages."""
        return row_of(self, self._form, self.model_fields_set - {"prompt"})

    def row(self) -> dict[str, Any]:
        """The tree as JSON values, nested as in Open-Assistant's tree export."""
        return row_of(self, self._form, self.model_fields_set) | {"prompt": self.prompt.nested()}

    def dialogues(self, source: str | None = None) -> Iterator[Dialogue]:
        """Each root-to-leaf path as a dialogue whose speakers are the roles and whose id is the leaf's.

        What else is known of a message lies in its turn's `meta["message"]`, what is known of the tree in the field
        `message_tree`, so that `merge` gives the tree back. The seed is the tree: a split keeps its paths together. A
        path through a deleted message has the tag `deleted`.

        Args:
            source: the file that the tree was read from.
        """
        tree = f"tree {self.message_tree_id}"
        about = self.about()
        for path in self.paths():
            yield Dialogue(
                id=path[-1].message_id,
                turns=turns_of(path),
                tags={"deleted": True} if any(message.deleted for message in path) else {},
                fields={TREE: about},
                lineage=Lineage(
                    provenance="synthetic" if any(message.synthetic for message in path) else "real",
                    seed=self.message_tree_id,
                    source=tree if source is None else f"{source}, {tree}",
                ),
            )

    def pairs(self) -> Iterator[tuple[list[Message], Message, Message]]:
        """(path to the parent, better sibling, worse sibling) for every two siblings that are both ranked apart."""
        stack: list[list[Message]] = [[self.prompt]]
        while stack:
            path = stack.pop()
            ranked = sorted((m for m in path[-1].replies if m.rank is not None), key=lambda m: m.rank or 0)
            for better, worse in combinations(ranked, 2):
                if better.rank != worse.rank:
                    yield path, better, worse
            stack.extend([*path, reply] for reply in path[-1].replies)

    def preferences(self, *, ends: bool = False, role: str | None = "assistant") -> Iterator[PreferencePair]:
        """The preference pairs that the ranks of siblings make.

        Deleted messages, and what hangs below them, make none; nor do siblings of the same text.

        Args:
            ends: of each set of siblings only the best and the worst.
            role: only replies of this role, or of any where it is None.
        """
        gone = {m.message_id for top in self.messages() if top.deleted for m in top.walk()}
        for path, better, worse in self.pairs():
            if {path[-1].message_id, better.message_id, worse.message_id} & gone or better.text == worse.text:
                continue
            if role is not None and {better.role, worse.role} != {role}:
                continue
            ranks = [m.rank for m in path[-1].replies if m.rank is not None and m.message_id not in gone]
            if ends and (better.rank != min(ranks) or worse.rank != max(ranks)):
                continue
            high, low = (_score(message) for message in (better, worse))
            agree = high is not None and low is not None and high >= low
            yield PreferencePair(
                id=f"{better.message_id}:{worse.message_id}",
                prompt=turns_of(path),
                chosen=turns_of([better]),
                rejected=turns_of([worse]),
                score_chosen=high if agree else None,
                score_rejected=low if agree else None,
                made_by="rank",
                provenance={
                    "message_tree_id": self.message_tree_id,
                    "parent": path[-1].message_id,
                    "chosen": better.message_id,
                    "rejected": worse.message_id,
                    "ranks": [better.rank, worse.rank],
                },
            )


def turns_of(path: list[Message]) -> list[Turn]:
    """The turns of a path, each with the rest of its message in `meta["message"]`."""
    turns = []
    for message in path:
        rest = message.own()
        del rest["text"]
        speaker = rest.pop("speaker", None) or message.role
        if speaker == message.role:
            del rest["role"]
        told = rest.pop(SYSTEM, None) if message.parent_id is None else None
        if isinstance(told, str):
            turns.append(Turn(speaker=SYSTEM, text=told))
        turns.append(Turn(speaker=str(speaker), text=message.text, meta={MESSAGE: rest}))
    return turns


def _score(message: Message) -> float | None:
    score = (message.model_extra or {}).get("score")
    return float(score) if isinstance(score, int | float) and not isinstance(score, bool) else None


def flatten(tree: MessageTree) -> Iterator[Message]:
    """The messages of a tree without their replies, parents first, each with its parent's id and its tree's.

    What else the tree says about itself is kept on its prompt, so that `assemble` gives the same tree back. A message
    that was flat before is flat as it was.
    """
    about = tree.about()
    common = {name: about.pop(name) for name in ("message_tree_id", "tree_state") if name in about}
    parents = {reply.message_id: message.message_id for message in tree.messages() for reply in message.replies}
    for message in tree.messages():
        form = message._form
        row = {name: value for name, value in common.items() if not form.flat or name in form.names} | message.own()
        if message.message_id in parents:
            row["parent_id"] = parents[message.message_id]
        if about and message is tree.prompt:
            row[TREE] = about
        flat = Message.model_validate(row)
        names = form.names if form.flat else (name for name in (*Message.model_fields, *row) if name in row)
        flat._form = Form(tuple(dict.fromkeys(names)), null=form.null)
        yield flat
