"""Ids for dialogues whose rows have none, made of what they hold: neither a file's name nor a row's place matters."""

from __future__ import annotations

import re
from hashlib import blake2b

from pydantic_core import to_json

from dialoom.dialogue.dialogue import Dialogue

_FORM = re.compile(r"content-[0-9a-f]{16}(-\d+)?")


class ContentIds:
    """Gives ids to the dialogues of one file; those that are equal are numbered, in the order of the file.

    So a file that has grown at its end, or is called otherwise, gives the ids that it gave before.
    """

    def __init__(self) -> None:
        self._times: dict[int, int] = {}

    def named(self, dialogue: Dialogue) -> Dialogue:
        """The dialogue, with an id."""
        content = dialogue.model_dump(mode="json", exclude_defaults=True, exclude={"id", "lineage"})
        key = blake2b(to_json(content, inf_nan_mode="null"), digest_size=8).digest()
        number = int.from_bytes(key)
        self._times[number] = times = self._times.get(number, 0) + 1
        return dialogue.model_copy(update={"id": f"content-{key.hex()}" + (f"-{times}" if times > 1 else "")})


def is_content_id(id: str) -> bool:
    """Whether an id was made by `ContentIds`."""
    return _FORM.fullmatch(id) is not None
