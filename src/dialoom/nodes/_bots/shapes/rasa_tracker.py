"""Rasa's REST channel, with intent and slots out of the conversation's tracker (a server run with `--enable-api`)."""

from __future__ import annotations

from dialoom.nodes._bots.shape import Shape

SHAPE = Shape(
    about="Rasa's REST channel, with intent and slots from its tracker (rasa run --enable-api)",
    body='{"sender": {{ session | tojson }}, "message": {{ text | tojson }}}',
    state="{{ origin }}/conversations/{{ session | urlencode }}/tracker",
    text="answer | selectattr('text', 'defined') | map(attribute='text') | join('\\n')",
    intent="state.latest_message.intent.name",
    slots="state.slots",
    escalated="('handoff' in _ACTION or 'escalat' in _ACTION) if state else none".replace(
        "_ACTION", "(state.latest_action_name or '')"
    ),
)
