"""Message trees, the OASST form: a prompt, replies, replies to replies, siblings ranked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from dialoom.dialogue.dialogue import Dialogue
from dialoom.dialogue.lineage import Lineage
from dialoom.dialogue.turn import Turn


class Message(BaseModel):
    """A node of a message tree. `rank` orders siblings, 0 the best; fields unknown here are kept as they come."""

    model_config = ConfigDict(extra="allow")

    message_id: str
    text: str
    role: str
    parent_id: str | None = None
    lang: str | None = None
    rank: int | None = None
    synthetic: bool | None = None
    model_name: str | None = None
    labels: dict[str, Any] | None = None
    replies: list[Message] = Field(default_factory=list)


class MessageTree(BaseModel):
    """A conversation tree: one prompt and all that was replied."""

    model_config = ConfigDict(extra="allow")

    message_tree_id: str
    tree_state: str | None = None
    prompt: Message

    def messages(self) -> Iterator[Message]:
        """Every message, parents before their replies."""
        stack = [self.prompt]
        while stack:
            message = stack.pop()
            yield message
            stack.extend(reversed(message.replies))

    def paths(self) -> Iterator[list[Message]]:
        """Every path from the prompt to a message without replies."""
        stack: list[list[Message]] = [[self.prompt]]
        while stack:
            path = stack.pop()
            if path[-1].replies:
                stack.extend([*path, reply] for reply in reversed(path[-1].replies))
            else:
                yield path

    def dialogues(self) -> Iterator[Dialogue]:
        """Each root-to-leaf path as a dialogue whose speakers are the roles and whose id is the leaf's."""
        for path in self.paths():
            yield Dialogue(
                id=path[-1].message_id,
                turns=[Turn(speaker=message.role, text=message.text) for message in path],
                lineage=Lineage(
                    provenance="synthetic" if any(message.synthetic for message in path) else "real",
                    source=f"tree {self.message_tree_id}",
                ),
            )

    def pairs(self) -> Iterator[tuple[list[Message], Message, Message]]:
        """(path to the parent, better sibling, worse sibling) for every two siblings that are both ranked apart."""
        stack: list[list[Message]] = [[self.prompt]]
        while stack:
            path = stack.pop()
            ranked = sorted((m for m in path[-1].replies if m.rank is not None), key=lambda m: m.rank or 0)
            for index, better in enumerate(ranked):
                for worse in ranked[index + 1 :]:
                    if better.rank != worse.rank:
                        yield path, better, worse
            stack.extend([*path, reply] for reply in path[-1].replies)
