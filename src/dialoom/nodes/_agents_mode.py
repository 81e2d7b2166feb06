"""What an agent reads and how its turn is read: each speaker sees only what was said, and who it is itself."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from dialoom.dialogue import Turn
from dialoom.graph.template import Template
from dialoom.models import Message
from dialoom.nodes._plan_lines import PLAN_LINES
from dialoom.nodes._speaker import Scene

END_MARK = "<end>"
AGENT = Template(
    """
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
_DEMO = "({about}You are {name}.)"
_NOW = "(Now another talk{about}. You are {name}.)"
_CLOSING = "This is your last turn: bring the talk to its end."
_GO_ON = "(You speak again.)"
_LABEL = re.compile(r"^\s*\**[\w .'-]{1,40}\**:\s+")


def seen_by(
    name: str,
    system: str,
    said: Sequence[Turn],
    last: bool,
    instructions: Sequence[str] = (),
    named: bool = False,
    before: Sequence[Message] = (),
) -> list[Message]:
    """The talk as one agent sees it: its own turns are the assistant's, all others the user's.

    Args:
        instructions: what it must do in its next turn.
        named: whether the turns of the others begin with their names, as with more than two speakers they must.
        before: examples as earlier turns, which end with the user's.
    """
    messages: list[dict[str, Any]] = [{"role": "system", "content": system}, *(dict(each) for each in before)]
    if not said or said[0].speaker == name:
        _add(messages, _OPENING)
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


def as_earlier_turns(scene: Scene, me: Mapping[str, Any]) -> list[Message]:
    """The examples as `me` would have had them: whoever spoke at its place is the assistant, the others the user.

    They end with a user's line that turns to the talk itself, which is what small models heed most.
    """
    messages: list[dict[str, Any]] = []
    index = scene.personas.index(me)
    for talk in scene.examples:
        speakers = list(dict.fromkeys(turn.speaker for turn in talk.turns))
        mine = speakers[index % len(speakers)]
        messages.append(
            {"role": "user", "content": _DEMO.format(about=_about(talk.topic, "A talk: ", ". "), name=mine)}
        )
        for turn in talk.turns:
            role = "assistant" if turn.speaker == mine else "user"
            if messages[-1]["role"] == role:
                messages[-1]["content"] += f"\n{turn.text}"
            else:
                messages.append({"role": role, "content": turn.text})
        # The last word is the assistant's: what the other said after it is not answered.
        if messages[-1]["role"] == "user":
            messages.pop()
    if not messages:
        return []
    about = _about(scene.fields.get("subtopic") or scene.fields.get("topic"), ": ", "")
    return [*messages, {"role": "user", "content": _NOW.format(about=about, name=me["name"])}]


def _about(topic: Any, start: str, end: str) -> str:
    return f"{start}{topic}{end}" if topic else ""


def _add(messages: list[dict[str, Any]], text: str) -> None:
    if messages[-1]["role"] == "user":
        messages[-1]["content"] += f"\n{text}"
    else:
        messages.append({"role": "user", "content": text})


def spoken(text: str, personas: Sequence[Mapping[str, Any]]) -> str:
    """An answer's words: without the end mark, a speaker's label, line breaks and quotation marks around it."""
    text = text.replace(END_MARK, "").strip()
    label = _LABEL.match(text)
    if label and label[0].strip().strip("*:").strip().casefold() in {str(p["name"]).casefold() for p in personas}:
        text = text[label.end() :]
    return " ".join(text.split()).strip('"')
