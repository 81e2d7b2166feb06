"""The plainest form: `{session, text}`, answered by `{text, intent?, slots?, escalated?}`."""

from __future__ import annotations

from dialoom.nodes._bots.shape import Shape

SHAPE = Shape(
    about="{session, text} answered by {text, intent?, slots?, escalated?}",
    body='{"session": {{ session | tojson }}, "text": {{ text | tojson }}}',
    text="answer.text",
    intent="answer.intent",
    slots="answer.slots",
    escalated="answer.escalated",
)
