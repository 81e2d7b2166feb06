"""The answers of the fault server: functions of the canonical request body, never of time or order."""

from __future__ import annotations

import math
import re
from typing import Any

import orjson

from tests.support.fault_schema import UnsupportedSchemaError, instance
from tests.support.fault_words import Draw, as_sentence

SPEAKERS = re.compile(r"^\W*speakers?\W*[:=]\W*(.+)$", re.IGNORECASE | re.MULTILINE)
LIST = re.compile(r"\blist\s+(?:exactly\s+)?(\d{1,3})\b", re.IGNORECASE)
DIALOGUE = re.compile(r"dialogue|conversation", re.IGNORECASE)
SCRIPT_LINES = 6
# With it, an answer has about 300 tokens.
LONG = "The visitor explains the matter calmly, asks two precise questions and notes what is said in reply. " * 15


def text_of(content: Any) -> str:
    """The text of a message's content, which is a string or a list of parts."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return ""


def texts(body: dict[str, Any]) -> list[str]:
    """The texts of all messages."""
    return [text_of(one.get("content")) for one in body["messages"] if isinstance(one, dict)]


def last_user(body: dict[str, Any]) -> str:
    """The text of the last user message, or an empty string."""
    for one in reversed(body["messages"]):
        if isinstance(one, dict) and one.get("role") == "user":
            return text_of(one.get("content"))
    return ""


def speakers(message: str) -> list[str]:
    """The names in a `Speakers: Maria and Tom` line; empty unless there are at least two."""
    found = SPEAKERS.search(message)
    if found is None:
        return []
    plain = re.sub(r"\([^)]*\)", "", found[1])
    names = [part.strip(" .*_\"'`\r") for part in re.split(r"[,;&]|\band\b", plain)]
    names = [name for name in names if name]
    return names if len(names) > 1 else []


def free_text(message: str, draw: Draw) -> str:
    """A script, a list or some sentences, by what the message asks for."""
    names = speakers(message)
    script = DIALOGUE.search(message) is not None
    listed = LIST.search(message)
    if script and (names or listed is None):
        names = names or ["A", "B"]
        return "\n".join(f"{names[i % len(names)]}: {draw.sentence(6, 10)}" for i in range(SCRIPT_LINES))
    if listed is not None:
        count = max(1, int(listed[1]))
        deck = draw.distinct_words(count * 7)
        return "\n".join("- " + as_sentence(deck[i * 7 : i * 7 + 7]) for i in range(count))
    return " ".join(draw.sentence() for _ in range(2 + draw.below(2)))


def content(body: dict[str, Any], digest: bytes, mode: str) -> str:
    """The answer's text; raises UnsupportedSchemaError for a response_format that cannot be served."""
    if mode == "echo":
        return last_user(body)
    if mode == "long":
        return f"{last_user(body).partition(':')[0]}: {LONG}"
    if mode != "auto":
        return mode
    draw = Draw(digest)
    form = body.get("response_format")
    kind = form.get("type") if isinstance(form, dict) else None
    if kind == "json_schema":
        holder = form.get("json_schema") if isinstance(form, dict) else None
        schema = holder.get("schema") if isinstance(holder, dict) else None
        if not isinstance(schema, dict):
            raise UnsupportedSchemaError("response_format.json_schema.schema is not an object")
        return orjson.dumps(instance(schema, draw)).decode()
    if kind == "json_object":
        small = {"text": draw.sentence(), "words": draw.words(3), "number": draw.below(1000)}
        return orjson.dumps(small).decode()
    return free_text(last_user(body), draw)


def completion(body: dict[str, Any], digest: bytes, answer: str, message: dict[str, Any] | None = None) -> bytes:
    """The chat.completion object that carries the answer, or a whole message."""
    message = message or {"role": "assistant", "content": answer}
    prompt = round(sum(len(one.split()) for one in texts(body)) * 1.3)
    made = round(len(answer.split()) * 1.3)
    return orjson.dumps(
        {
            "id": "chatcmpl-" + digest.hex()[:24],
            "object": "chat.completion",
            "created": 1_700_000_000,
            "model": body.get("model"),
            "system_fingerprint": "fp_fault_server",
            "choices": [
                {
                    "index": 0,
                    "message": message,
                    "logprobs": logprobs(answer, body.get("top_logprobs") or 0) if body.get("logprobs") else None,
                    "finish_reason": "tool_calls" if message.get("tool_calls") else "stop",
                }
            ],
            "usage": {
                "prompt_tokens": prompt,
                "completion_tokens": made,
                "total_tokens": prompt + made,
            },
        }
    )


def logprobs(answer: str, top: int) -> dict[str, Any]:
    """Tokens of an answer, a word, a digit or a sign each, with what else could have stood in the place of a digit."""
    return {"content": [_token(token, top) for token in re.findall(r"\d|[^\W\d]+|\W", answer)]}


def _token(token: str, top: int) -> dict[str, Any]:
    others = [digit for digit in "12345" if digit != token] if token.isdigit() else []
    # Two thirds for what is said, and the rest in equal parts.
    likely = [(token, math.log(2 / 3 if others else 1.0)), *((other, math.log(1 / 12)) for other in others)]
    told = [{"token": text, "logprob": logprob, "bytes": list(text.encode())} for text, logprob in likely]
    return told[0] | {"top_logprobs": told[:top]}


def error(status: int, message: str, param: str | None = None, code: str | None = None) -> bytes:
    """An error body in OpenAI's form."""
    kind = "server_error" if status >= 500 else "invalid_request_error"
    if status == 429:
        kind, code = "rate_limit_error", code or "rate_limit_exceeded"
    return orjson.dumps({"error": {"message": message, "type": kind, "param": param, "code": code}})
