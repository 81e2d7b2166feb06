"""Pictures in a prompt: named by file and hash where a call is kept, and as data where it is sent."""

from __future__ import annotations

import base64
import mimetypes
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from dialoom.errors import RecordError

KIND = "image_file"
"""The `type` of a part of a message that names a picture. It is never sent."""

Message = Mapping[str, Any]


def image_part(path: Path, name: str) -> dict[str, Any]:
    """A part of a message that names a picture, by the hash of its content.

    Args:
        name: what it is called in errors and in the ledger, such as its path from the recipe.

    Raises RecordError where there is no such file, or it is no picture by its name.
    """
    media, _ = mimetypes.guess_type(path.name)
    if media is None or not media.startswith("image/"):
        raise RecordError(f"{name} is no picture by its name", remedy="pictures end in .png, .jpg, .webp or .gif")
    return {
        "type": KIND,
        "name": name,
        "file": str(path),
        "media": media,
        "sha256": sha256(_read(path, name)).hexdigest(),
    }


def as_named(messages: Sequence[Message]) -> Sequence[Message]:
    """The messages as the ledger's key has them: where a picture lies says nothing of what it shows."""
    return _each(messages, lambda part: {name: part[name] for name in ("type", "media", "sha256")})


def as_sent(messages: Sequence[Message]) -> Sequence[Message]:
    """The messages as OpenAI's protocol has them: pictures as data URLs.

    Raises RecordError where a picture is not there any more, or not as it was.
    """
    return _each(messages, _data)


def _each(messages: Sequence[Message], change: Any) -> Sequence[Message]:
    if not any(isinstance(message.get("content"), list) for message in messages):
        return messages
    return [
        {**message, "content": [change(part) if part.get("type") == KIND else part for part in message["content"]]}
        if isinstance(message.get("content"), list)
        else message
        for message in messages
    ]


def _data(part: Mapping[str, Any]) -> dict[str, Any]:
    content = _read(Path(part["file"]), part["name"])
    if sha256(content).hexdigest() != part["sha256"]:
        raise RecordError(f"{part['name']} was changed while it was asked about", remedy="run again")
    return {
        "type": "image_url",
        "image_url": {"url": f"data:{part['media']};base64,{base64.b64encode(content).decode()}"},
    }


def _read(path: Path, name: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise RecordError(f"cannot read the picture {name}: {error.strerror}") from error
