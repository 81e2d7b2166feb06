"""TRL's rows for training on dialogues: `messages` and `tools`, with the arguments of tool calls as objects.

After https://huggingface.co/docs/trl/dataset_formats#tool-calling. It is `messages` in all else: OpenAI wants the
arguments as JSON text, and the chat templates of transformers would encode that a second time.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from dialoom.dialogue.dialogue import Dialogue
from dialoom.dialogue.formats._chat_of import messages_of, roles_of, tools_of
from dialoom.dialogue.formats._files import write_lines
from dialoom.dialogue.formats._format import Format
from dialoom.dialogue.formats._rows import json_line
from dialoom.dialogue.formats.messages import FORMAT as MESSAGES


def _write(dialogues: Iterable[Dialogue], path: Path) -> int:
    """What `messages` writes, with the arguments of calls as objects, and results that name their tool."""
    return write_lines((json_line(_row(dialogue), dialogue) for dialogue in dialogues), path)


def _row(dialogue: Dialogue) -> dict[str, Any]:
    messages = messages_of(dialogue.turns, roles_of(dialogue), objects=True)
    return {"id": dialogue.id, "messages": messages, **tools_of(dialogue)}


FORMAT = Format(
    name="trl_messages",
    about="TRL's rows with tools: as messages, with arguments of calls as objects",
    read=MESSAGES.read,
    write=_write,
)
