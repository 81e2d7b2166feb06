"""Rasa's REST channel: `{sender, message}`, answered by a list of messages.

Of itself it tells neither intent nor slots; what a bot puts into a message's `custom` payload is read. `rasa_tracker`
asks for them.
"""

from __future__ import annotations

from dialoom.nodes._bots.shape import Shape

# The last message whose payload tells it.
_LAST = (
    "(answer | selectattr('custom', 'defined') | map(attribute='custom') | selectattr('{0}', 'defined')"
    " | map(attribute='{0}') | list)[-1]"
)

SHAPE = Shape(
    about="Rasa's REST channel, /webhooks/rest/webhook; intent, slots and escalated in a message's `custom`",
    body='{"sender": {{ session | tojson }}, "message": {{ text | tojson }}}',
    text="answer | selectattr('text', 'defined') | map(attribute='text') | join('\\n')",
    intent=_LAST.format("intent"),
    slots=_LAST.format("slots"),
    escalated=_LAST.format("escalated"),
)
