"""The name of a model call: a hash of all that can alter its answer."""

from __future__ import annotations

from hashlib import blake2b

import orjson

from dialoom.models.chat import ChatRequest
from dialoom.models.images import as_named

# Raised when the meaning of a key changes, so that answers of an older layout are not taken for this one's.
KEY_VERSION = 1


def call_key(identity: str, request: ChatRequest) -> str:
    """32 hex digits over endpoint and model, messages, parameters, schema, grammar, sample index and tools."""
    content: tuple[object, ...] = (
        KEY_VERSION,
        identity,
        as_named(request.messages),
        request.params,
        request.schema,
        request.grammar,
        request.sample,
    )
    if request.tools:
        # Only then: what was asked without tools keeps the key that it had before there were any.
        content = (*content, request.tools, request.tool_choice)
    return blake2b(orjson.dumps(content, option=orjson.OPT_SORT_KEYS), digest_size=16).hexdigest()
