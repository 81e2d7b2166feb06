"""A message of a message tree, with all that Open-Assistant exports about one."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, StrictBool, StrictFloat, StrictInt

Number = StrictInt | StrictFloat


@dataclass(eq=False, frozen=True, slots=True)
class Form:
    """How an object stood in its file, so that it is written as it was: no part of what it says.

    Attributes:
        names: its keys, in order; none where it was not read from a file.
        null: its `replies` were null.
        flat: it was a flat message, and has its place in a tree since.
    """

    names: tuple[str, ...] = ()
    null: bool = False
    flat: bool = False

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Form)

    def __hash__(self) -> int:
        return 0


class Message(BaseModel):
    """A node of a message tree. `rank` orders siblings, 0 the best; fields unknown here are kept as they come.

    Attributes:
        role: `prompter` or `assistant` in Open-Assistant's data.
        lang: BCP 47 tag of the text's language.
        review_count, review_result: how many people reviewed it, and whether it was accepted.
        deleted: taken back by a moderator; its replies still hang below it.
        synthetic, model_name: written by a model, and which.
        detoxify: scores of a toxicity classifier by its labels.
        message_tree_id, tree_state: of the tree it belongs to, in flat messages alone.
        emojis: how often each reaction was given; `labels`: people's ratings, `{name: {value, count}}`. The data set on
            the Hugging Face hub holds both as lists side by side (`{"name": [...], "count": [...]}`).
        events: who did what to the message.
    """

    model_config = ConfigDict(extra="allow")

    message_id: str
    parent_id: str | None = None
    user_id: str | None = None
    created_date: str | None = None
    text: str
    role: str
    lang: str | None = None
    review_count: Number | None = None
    review_result: StrictBool | None = None
    deleted: StrictBool | None = None
    rank: Number | None = None
    synthetic: StrictBool | None = None
    model_name: str | None = None
    detoxify: dict[str, Any] | None = None
    message_tree_id: str | None = None
    tree_state: str | None = None
    emojis: dict[str, Any] | None = None
    replies: list[Message] = Field(default_factory=list)
    labels: dict[str, Any] | None = None
    events: dict[str, Any] | None = None

    _form: Form = PrivateAttr(default_factory=Form)

    def walk(self) -> Iterator[Message]:
        """This message and all below it, parents before their replies, siblings in order."""
        stack = [self]
        while stack:
            message = stack.pop()
            yield message
            stack.extend(reversed(message.replies))

    @classmethod
    def read(cls, row: dict[str, Any]) -> Message:
        """The message of a row, which `row` gives back key by key; its replies are left to the caller.

        Raises pydantic.ValidationError.
        """
        message = cls.model_validate({name: value for name, value in row.items() if name != "replies"})
        message._form = Form(tuple(row), null="replies" in row and row["replies"] is None)
        return message

    def row(self) -> dict[str, Any]:
        """The message as JSON values, with an empty list for `replies` (or null, where its file had that).

        Keys stand in the order of the file it was read from, else in Open-Assistant's. What is not known is left out.
        """
        form = self._form
        replying = bool(self.replies or not form.names or form.flat or "replies" in form.names)
        told = {"replies"} if replying else set()
        row = row_of(self, form, (self.model_fields_set - {"replies"}) | told)
        if replying:
            row["replies"] = None if form.null and not self.replies else []
        return row

    def own(self) -> dict[str, Any]:
        """The row without the replies."""
        row = self.row()
        row.pop("replies", None)
        return row

    def nested(self) -> dict[str, Any]:
        """The row with the rows of its replies in it, and so on down."""
        top = self.row()
        stack = [(self, top)]
        while stack:
            message, row = stack.pop()
            if message.replies:
                row["replies"] = [reply.row() for reply in message.replies]
                stack.extend(zip(message.replies, row["replies"], strict=True))
        return top


def row_of(model: BaseModel, form: Form, told: Container[str]) -> dict[str, Any]:
    """The fields in `told` and those beyond the model's, in the order of their file and then in that of the model."""
    extra = model.model_extra or {}
    here = dict.fromkeys([*(name for name in type(model).model_fields if name in told), *extra])
    order = dict.fromkeys(name for name in form.names if name in here) | here
    return {name: extra[name] if name in extra else getattr(model, name) for name in order}
