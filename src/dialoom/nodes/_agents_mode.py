"""What an agent reads and how its turn is read: each speaker sees only what was said, and who it is itself."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from dialoom.dialogue import Turn
from dialoom.graph.template import Template
from dialoom.models import Message
from dialoom.nodes._plan_lines import PLAN_LINES

END_MARK = "<end>"
AGENT = Template(
    """
{% if shown %}
Talks that sound right:

{{ shown | join('\n\n') }}

{% endif %}
You are {{ me.name }}{% if me.age %}, {{ me.age }}{% endif %}{% if me.description %}: {{ me.description }}{% endif %}

You are talking with {{ others | map(attribute='name') | join(' and ') }}.
Topic: {{ topic | default('everyday life') }}
{% if subtopic is defined and subtopic %}Situation: {{ subtopic }}
{% endif %}
"""
    + PLAN_LINES
    + """\
Say only what {{ me.name }} says next, in one or two sentences, as in a real talk. Do not repeat what was said.
When the talk has come to its natural end, say goodbye and write {{ end_mark }} after it.
"""
)
# One or two sentences, and the end mark if the talk is over.
AGENT_GRAMMAR = r"""root ::= sentence (" " sentence)? (" <end>")?
sentence ::= [^\x00-\x20<>{}\[\]|#*_`"] [^\x00-\x1f<>{}\[\]|#*_`.!?]{1,110} [.!?]
"""
_OPENING = "(You speak first.)"
_CLOSING = "This is your last turn: bring the talk to its end."
_GO_ON = "(You speak again.)"
_LABEL = re.compile(r"^\s*\**[\w .'-]{1,40}\**:\s+")


def seen_by(
    name: str, system: str, said: Sequence[Turn], last: bool, instructions: Sequence[str] = (), named: bool = False
) -> list[Message]:
    """The talk as one agent sees it: its own turns are the assistant's, all others the user's.

    Args:
        instructions: what it must do in its next turn.
        named: whether the turns of the others begin with their names, as with more than two speakers they must.
    """
    messages: list[dict[str, Any]] = [{"role": "system", "content": system}]
    if not said or said[0].speaker == name:
        messages.append({"role": "user", "content": _OPENING})
    for turn in said:
        role = "assistant" if turn.speaker == name else "user"
        text = f"{turn.speaker}: {turn.text}" if named and role == "user" else turn.text
        if messages[-1]["role"] == role:
            messages[-1]["content"] += f"\n{text}"
        else:
            messages.append({"role": role, "content": text})
    if messages[-1]["role"] == "assistant":
        messages.append({"role": "user", "content": _GO_ON})
    for told in (*instructions, *((_CLOSING,) if last else ())):
        messages[-1]["content"] += f"\n({told})"
    return list(messages)


def spoken(text: str, personas: Sequence[Mapping[str, Any]]) -> str:
    """An answer's words: without the end mark, a speaker's label, line breaks and quotation marks around it."""
    text = text.replace(END_MARK, "").strip()
    label = _LABEL.match(text)
    if label and label[0].strip().strip("*:").strip().casefold() in {str(p["name"]).casefold() for p in personas}:
        text = text[label.end() :]
    return " ".join(text.split()).strip('"')
