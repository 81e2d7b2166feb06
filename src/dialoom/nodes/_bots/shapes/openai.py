"""OpenAI's chat completions: the whole talk goes with each message, so the server keeps no session."""

from __future__ import annotations

from dialoom.nodes._bots.shape import Shape

SHAPE = Shape(
    about="OpenAI's chat completions, /v1/chat/completions; the talk so far goes with each message",
    body='{"model": {{ params.model | default("bot") | tojson }}, "messages": {{ messages | tojson }}, '
    '"user": {{ session | tojson }}}',
    text="answer.choices[0].message.content or ''",
    intent="answer.intent",
    slots="answer.slots",
    escalated="answer.escalated",
)
