"""Pictures that a node shows with its prompt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import Field, PrivateAttr

from dialoom.errors import DialoomError, Place, RecordError
from dialoom.graph.node import Node, Shape
from dialoom.graph.template import Template
from dialoom.models import Message
from dialoom.models.images import image_part

_ELSEWHERE = ("http://", "https://", "data:")


class Seeing(Node):
    """A node that may show pictures."""

    images: list[Template] = Field(
        default_factory=list,
        description="Pictures for the prompt, by their paths from the recipe or URLs, such as ['{{ photo }}', "
        "'plans/{{ id }}.png']; one whose template gives nothing is left out.",
    )

    _folder: Path = PrivateAttr(default_factory=Path)

    def prepare(self, folder: Path) -> None:
        super().prepare(folder)
        self._folder = folder

    def problems(self, shapes: Mapping[str, Shape]) -> Iterable[DialoomError]:
        yield from super().problems(shapes)
        for index, image in enumerate(self.images):
            # What reads no field is the same for all records.
            if not image.variables and not image.guarded:
                try:
                    self._part(image.render({}))
                except RecordError as error:
                    yield DialoomError(error.what, place=Place(field=f"images[{index}]"), remedy=error.remedy)

    def with_images(self, messages: Sequence[Message], fields: Mapping[str, Any]) -> list[Message]:
        """The messages, the last of which shows the pictures. Raises RecordError where one is not there."""
        named = [name for image in self.images if (name := image.render(fields))]
        if not named:
            return list(messages)
        *before, last = messages
        text = [{"type": "text", "text": last["content"]}] if isinstance(last["content"], str) else last["content"]
        return [*before, {**last, "content": [*text, *map(self._part, named)]}]

    def _part(self, name: str) -> dict[str, Any]:
        if name.startswith(_ELSEWHERE):
            return {"type": "image_url", "image_url": {"url": name}}
        return image_part(self._folder / name, name)
