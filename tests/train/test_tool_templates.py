"""What is exported of tool-using dialogues goes through chat templates with tools, and says there what it said."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from dialoom.dialogue import Dialogue, ToolCall, Turn
from dialoom.dialogue.formats import FORMATS
from dialoom.dialogue.rounds import Round, turn_with_rounds

datasets = pytest.importorskip("datasets", reason="datasets is not installed")

TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "weather",
            "description": "The weather in a city.",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
        },
    },
    {
        "type": "function",
        "function": {
            "name": "book",
            "description": "Book rooms.",
            "parameters": {"type": "object", "properties": {"nights": {"type": "integer"}}, "required": ["nights"]},
        },
    },
]

# After the form that Hermes and Qwen 2.5 use: tools in the system message, calls as JSON between tags, and results as
# what the user says. The arguments are put in as they come, as JSON.
TEMPLATE = """\
{{- '<|im_start|>system\\n' }}
{%- if messages[0].role == 'system' %}{{- messages[0].content + '\\n\\n' }}{% endif %}
{%- if tools %}
{{- '<tools>' }}{% for tool in tools %}{{- '\\n' + (tool | tojson) }}{% endfor %}{{- '\\n</tools>' }}
{%- endif %}
{{- '<|im_end|>\\n' }}
{%- for message in messages %}
{%- if message.role == 'tool' %}
{{- '<|im_start|>user\\n<tool_response>\\n' + message.content + '\\n</tool_response><|im_end|>\\n' }}
{%- elif message.role == 'assistant' and message.tool_calls %}
{{- '<|im_start|>assistant\\n' + message.content }}
{%- for call in message.tool_calls %}
{{- '<tool_call>\\n{"name": "' + call.function.name + '", "arguments": ' }}
{%- if strings_too and call.function.arguments is string %}{{- call.function.arguments }}
{%- else %}{{- call.function.arguments | tojson }}{% endif %}
{{- '}\\n</tool_call>' }}
{%- endfor %}
{{- '<|im_end|>\\n' }}
{%- elif message.role != 'system' %}
{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}
{%- endif %}
{%- endfor %}
"""


def dialogues() -> list[Dialogue]:
    made = []
    for number in range(3):
        calls = [
            ToolCall(name="weather", arguments={"city": f"Zürich {number}"}, id="call00001", result={"sky": "sunny"})
        ]
        more = [ToolCall(name="book", arguments={"nights": number + 1}, id="call00002", result={"error": "no room"})]
        turns = [
            Turn(speaker="user", text="Is it fine in Zürich? Then book."),
            turn_with_rounds(
                "assistant", [Round("Let me see.", calls), Round("", more)], "It is, but there is no room."
            ),
            Turn(speaker="user", text="A pity."),
            Turn(speaker="assistant", text="Indeed."),
        ]
        made.append(Dialogue(id=f"d{number}", turns=turns, fields={"tools": TOOLS}))
    return made


def exported(form: str, folder: Path) -> Any:
    path = folder / f"{form}.jsonl"
    write = FORMATS.load(form).write
    assert write is not None
    write(dialogues(), path)
    return datasets.load_dataset("json", data_files=str(path), split="train", cache_dir=str(folder / "cache"))


def called(text: str) -> list[Any]:
    return [json.loads(found) for found in re.findall(r"<tool_call>\n(.*?)\n</tool_call>", text, re.DOTALL)]


def shown(tokenizer: Any, row: Any, **more: Any) -> str:
    text = tokenizer.apply_chat_template(
        row["messages"], tools=row["tools"], chat_template=TEMPLATE, tokenize=False, **more
    )
    assert isinstance(text, str)
    return text


def test_rows_for_trl_say_in_a_template_what_the_dialogue_says(tmp_path: Path, tokenizer: Any) -> None:
    for number, row in enumerate(exported("trl_messages", tmp_path)):
        text = shown(tokenizer, row)
        assert called(text) == [
            {"name": "weather", "arguments": {"city": f"Zürich {number}"}},
            {"name": "book", "arguments": {"nights": number + 1}},
        ]
        parts = [
            "Is it fine in Zürich?",
            "<|im_start|>assistant\nLet me see.<tool_call>",
            '<tool_response>\n{"sky":"sunny"}\n</tool_response>',
            "<|im_start|>assistant\n<tool_call>",
            '<tool_response>\n{"error":"no room"}\n</tool_response>',
            "<|im_start|>assistant\nIt is, but there is no room.<|im_end|>",
            "A pity.",
        ]
        places = [text.index(part) for part in parts]
        assert places == sorted(places)
        tools = re.findall(r"<tools>\n(.*?)\n</tools>", text, re.DOTALL)[0].splitlines()
        assert [json.loads(tool) for tool in tools] == TOOLS
        ids = tokenizer.apply_chat_template(
            row["messages"], tools=row["tools"], chat_template=TEMPLATE, return_dict=True
        )["input_ids"]
        assert tokenizer.decode(ids) == text


def test_openais_rows_need_a_template_that_takes_text(tmp_path: Path, tokenizer: Any) -> None:
    for openai, trl in zip(exported("messages", tmp_path), exported("trl_messages", tmp_path), strict=True):
        assert called(shown(tokenizer, openai, strings_too=True)) == called(shown(tokenizer, trl))
        # Else the arguments are JSON in JSON, which is why there is another form.
        assert isinstance(called(shown(tokenizer, openai))[0]["arguments"], str)


@pytest.mark.parametrize("form", ["trl_messages", "trl_sft"])
def test_trl_takes_the_tools(form: str, tmp_path: Path, tokenizer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    data_utils = pytest.importorskip("trl.data_utils", reason="trl is not installed")
    monkeypatch.setattr(tokenizer, "chat_template", TEMPLATE)
    for number, row in enumerate(exported(form, tmp_path)):
        assert data_utils.is_conversational(row)
        made = data_utils.apply_chat_template(row, tokenizer, tools=row["tools"])
        text = made.get("text") or made["prompt"] + made["completion"]
        assert called(text)[1] == {"name": "book", "arguments": {"nights": number + 1}}
