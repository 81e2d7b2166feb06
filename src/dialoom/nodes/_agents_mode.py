"""Two agents in turn: each speaker is a model of its own that sees only what was said."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from dialoom.dialogue import Turn
from dialoom.graph.context import Context
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
_CLOSING = "(This is your last turn: bring the talk to its end.)"
_FAREWELL = re.compile(r"\b(good ?bye|bye|see you|take care|good night|have a (nice|good|great) \w+)\b", re.IGNORECASE)
_LABEL = re.compile(r"^\s*\**[\w .'-]{1,40}\**:\s+")


async def converse_by_agents(
    *,
    system: Template,
    fields: Mapping[str, Any],
    personas: Sequence[Mapping[str, Any]],
    models: Sequence[str],
    least: int,
    turns: int,
    params: Mapping[str, Any],
    grammar: str | None,
    sample: int,
    context: Context,
) -> list[Turn]:
    """The turns of a talk.

    It ends when an agent writes the end mark, when two speakers in a row say goodbye, or at `turns` turns, whichever is
    first, but not before `least`. How it ended is noted in the lineage.
    """
    said: list[Turn] = []
    ended = "length"
    while len(said) < turns:
        index = len(said) % len(personas)
        me = personas[index]
        others = [persona for persona in personas if persona is not me]
        last = len(said) >= turns - len(personas)
        messages = seen_by(
            str(me["name"]), system.render({**fields, "me": me, "others": others, "end_mark": END_MARK}), said, last
        )
        model = models[index % len(models)]
        text = await context.ask(
            model,
            messages,
            params=params,
            grammar=grammar if context.takes_grammar(model) else None,
            sample=sample,
        )
        marked = END_MARK in text
        said.append(Turn(speaker=str(me["name"]), text=_clean(text, personas)))
        if len(said) >= least and marked:
            ended = "mark"
            break
        if len(said) >= least and all(_FAREWELL.search(turn.text) for turn in said[-2:]):
            ended = "farewell"
            break
    context.note("the talk ended", by=ended, turns=len(said), candidate=sample)
    return [turn for turn in said if turn.text]


def seen_by(name: str, system: str, said: Sequence[Turn], last: bool) -> list[Message]:
    """The talk as one agent sees it: its own turns are the assistant's, all others the user's."""
    messages: list[dict[str, Any]] = [{"role": "system", "content": system}]
    if not said or said[0].speaker == name:
        messages.append({"role": "user", "content": _OPENING})
    for turn in said:
        role = "assistant" if turn.speaker == name else "user"
        if messages[-1]["role"] == role == "user":
            messages[-1]["content"] += f"\n{turn.text}"
        else:
            messages.append({"role": role, "content": turn.text})
    if last:
        messages[-1]["content"] += f"\n{_CLOSING}"
    return list(messages)


def _clean(text: str, personas: Sequence[Mapping[str, Any]]) -> str:
    text = text.replace(END_MARK, "").strip()
    label = _LABEL.match(text)
    if label and label[0].strip().strip("*:").strip().casefold() in {str(p["name"]).casefold() for p in personas}:
        text = text[label.end() :]
    return " ".join(text.split()).strip('"')
