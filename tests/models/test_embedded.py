"""The embedded model itself: llama.cpp in this process."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import re
from pathlib import Path

import pytest

from dialoom.errors import EndpointError
from dialoom.models import ChatRequest, Endpoints, RunState, parse_model
from dialoom.models.weights import find_weights

pytestmark = [
    pytest.mark.embedded,
    pytest.mark.skipif(importlib.util.find_spec("xllamacpp") is None, reason="xllamacpp is not installed"),
]


@pytest.mark.skipif(find_weights() is None, reason="the weights are not here; run: dialoom models pull")
def test_it_answers_in_form_and_closes(tmp_path: Path) -> None:
    user = {"role": "user", "content": "Name a fruit and its colour."}
    schema = {
        "type": "object",
        "properties": {"fruit": {"type": "string", "maxLength": 20}, "ripe": {"type": "boolean"}},
        "required": ["fruit", "ripe"],
    }

    async def talk() -> None:
        chat = await parse_model({"from": "embedded", "slots": 2, "context": 512}).open(
            Endpoints(), tmp_path, RunState(tmp_path)
        )
        assert chat.takes_grammar
        params = {"max_tokens": 40, "temperature": 0, "seed": 1}
        grammar = 'root ::= "Colour: " ("red" | "green" | "yellow")'
        coloured, typed = await asyncio.gather(
            chat.ask(ChatRequest(messages=[user], params=params, grammar=grammar)),
            chat.ask(ChatRequest(messages=[user], params=params, schema=schema)),
        )
        assert re.fullmatch("Colour: (red|green|yellow)", coloured.text)
        assert coloured.prompt_tokens > 5
        assert isinstance(json.loads(typed.text)["ripe"], bool)
        again = await chat.ask(ChatRequest(messages=[user], params=params, grammar=grammar))
        assert again.text == coloured.text
        await chat.close()

    asyncio.run(talk())


def test_a_file_that_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "x.gguf").write_bytes(b"this is no model" * 100)
    with pytest.raises(EndpointError, match="cannot load"):
        asyncio.run(parse_model("embedded:x.gguf").open(Endpoints(), tmp_path, RunState(tmp_path)))
