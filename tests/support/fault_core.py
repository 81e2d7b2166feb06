"""What the fault server decides and counts; it knows nothing of sockets."""

from __future__ import annotations

import hashlib
import hmac
import os
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import orjson

from tests.support import fault_answers, fault_tools
from tests.support.fault_schema import UnsupportedSchemaError
from tests.support.fault_settings import Settings

LATE = {"rate_500": 500, "rate_503": 503, "torn": 200, "wrong_json": 200, "no_choices": 200, "empty": 200}

SHOWN = ("sha", "nth", "repeat", "in_flight", "t_received", "status", "fault", "t_answered", "written")
COUNTED = (
    "requests",
    "answered",
    "unique_answered",
    "repeats",
    "most_in_flight",
    "by_status",
    "by_fault",
    "first_at",
    "last_at",
)


@dataclass(slots=True)
class Entry:
    """One request in the log."""

    sha: str
    nth: int
    repeat: bool
    in_flight: int
    t_received: float
    status: int | None = None
    fault: str | None = None
    t_answered: float | None = None
    written: bool = False
    raw: bytes | None = None  # JSON

    def shown(self) -> dict[str, Any]:
        """The entry as a JSON object."""
        out: dict[str, Any] = {name: getattr(self, name) for name in SHOWN}
        if self.raw is not None:
            out["body"] = orjson.Fragment(self.raw)
        return out


@dataclass(slots=True)
class Ledger:
    """The counts between two resets."""

    requests: int = 0
    answered: int = 0
    unique_answered: int = 0
    repeats: int = 0
    most_in_flight: int = 0
    by_status: Counter[str] = field(default_factory=Counter)
    by_fault: Counter[str] = field(default_factory=Counter)
    first_at: float | None = None  # when the first request came, and the last answer went
    last_at: float | None = None
    seen: dict[int, int] = field(default_factory=dict)  # 8-byte hash: times seen x 2 + (answered well)
    undrawn: dict[int, int] = field(default_factory=dict)  # times refused for reasons of timing
    log: list[Entry] = field(default_factory=list)


@dataclass(slots=True)
class Chat:
    """One chat request under way."""

    ledger: Ledger
    entry: Entry
    key: int
    digest: bytes
    body: dict[str, Any]
    delay: float = 0.0
    admitted: bool = False
    done: bool = False
    message: str = ""
    param: str | None = None
    code: str | None = None


class Core:
    """Settings, counters and log of one server."""

    def __init__(self, settings: Settings) -> None:
        self.ledger = Ledger()
        self.in_flight = 0
        self.log_file = None
        if settings.log is not None:
            self.log_file = os.open(settings.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self.use(settings)

    def use(self, settings: Settings) -> None:
        """Take other settings for the requests to come."""
        self.settings = settings
        self.rules = settings.rules()
        self.shares = [(name, share) for name, share in settings.shares() if share > 0]

    def reset(self) -> None:
        """Forget all counts; requests under way count in the old ledger."""
        self.ledger = Ledger(most_in_flight=self.in_flight)

    def dead(self) -> bool:
        """True once dead_after chat requests have come."""
        limit = self.settings.dead_after
        return limit is not None and self.ledger.requests >= limit

    def allowed(self, authorization: bytes) -> bool:
        """True if no key is wanted or the header carries it."""
        key = self.settings.key
        return key is None or hmac.compare_digest(authorization, b"Bearer " + key.encode())

    def receive(self, raw: bytes, authorization: bytes) -> Chat:
        """Count a chat request and decide what becomes of it; entry.status None stands for no answer."""
        dead = self.dead()
        body, canonical = _parsed(raw)
        digest = hashlib.sha256(canonical).digest()
        key = int.from_bytes(digest[:8], "big")
        ledger = self.ledger
        state = ledger.seen.get(key, 0) + 2
        ledger.seen[key] = state
        now = time.time()
        ledger.first_at = ledger.first_at or now
        ledger.requests += 1
        ledger.repeats += state & 1
        entry = Entry(digest.hex(), state >> 1, state & 1 == 1, self.in_flight + 1, now)
        if self.settings.keep_bodies:
            entry.raw = raw if body is not None else orjson.dumps(raw.decode("utf-8", "replace"))
        if self.settings.keep_log:
            ledger.log.append(entry)
        chat = Chat(ledger, entry, key, digest, body or {})
        if dead:
            entry.fault = "dead"
        elif not self.allowed(authorization):
            _refuse(chat, 401, "key", "Incorrect API key provided.", code="invalid_api_key")
        elif body is None:
            _refuse(chat, 400, "bad_request", "The body must be a JSON object with a list of messages.")
        elif body.get("stream"):
            _refuse(chat, 400, "stream", "This server does not stream.", "stream")
        else:
            self._check(chat)
        if entry.fault in ("dead", "max_in_flight"):
            ledger.undrawn[key] = ledger.undrawn.get(key, 0) + 1
        if entry.fault is not None:
            ledger.by_fault[entry.fault] += 1
        if chat.admitted:
            self.in_flight += 1
            ledger.most_in_flight = max(ledger.most_in_flight, self.in_flight)
        return chat

    def _check(self, chat: Chat) -> None:
        """Refuse the request at once or admit it, perhaps with a fault."""
        settings, body = self.settings, chat.body
        if settings.strict_model and body.get("model") not in settings.models:
            text = f"The model `{body.get('model')}` does not exist."
            _refuse(chat, 404, "model", text, "model", "model_not_found")
            return
        if settings.reject_response_format and "response_format" in body:
            text = "Unsupported parameter: response_format is not supported by this model."
            _refuse(chat, 400, "response_format", text, "response_format", "unsupported_parameter")
            return
        if settings.reject_tools and "tools" in body:
            _refuse(chat, 400, "tools", "This server does not support tools.", "tools", "unsupported_parameter")
            return
        if (wrong := fault_tools.complaint(body)) is not None:
            _refuse(chat, 400, "bad_tools", wrong, "messages")
            return
        if self.rules:
            text = "\n".join(fault_answers.texts(body))
            for pattern, status in self.rules:
                if pattern.search(text):
                    _refuse(chat, status, "status_for", f"A message matches {pattern.pattern!r}.")
                    if status >= 500:
                        self._admit(chat, 0.5)
                    return
        if settings.max_in_flight is not None and self.in_flight >= settings.max_in_flight:
            _refuse(chat, 429, "max_in_flight", "Too many requests in flight.")
            return
        times = chat.entry.nth - chat.ledger.undrawn.get(chat.key, 0)
        drawn = hashlib.sha256(b"%d %d %b" % (settings.seed, times, chat.digest)).digest()
        mark = int.from_bytes(drawn[:8], "big") / 2.0**64
        for name, share in self.shares:
            mark -= share
            if mark < 0:
                chat.entry.fault = name
                break
        if chat.entry.fault == "rate_429":
            _refuse(chat, 429, "rate_429", "Rate limit reached.")
            return
        chat.message = "The server had an error."
        self._admit(chat, int.from_bytes(drawn[8:16], "big") / 2.0**64)

    def _admit(self, chat: Chat, mark: float) -> None:
        """Let the request in; mark, from 0 to 1, places it within the jitter."""
        settings = self.settings
        chat.admitted = True
        chat.delay = max(0.0, settings.latency + settings.jitter * (2 * mark - 1))
        limit = settings.slow_after
        if limit is not None and chat.entry.in_flight > limit:
            chat.delay *= 1 + settings.slow_factor * (chat.entry.in_flight - limit) / limit

    def payload(self, chat: Chat) -> bytes:
        """The body of the answer, made when its time has come; sets entry.status."""
        entry, fault = chat.entry, chat.entry.fault
        if fault in LATE:
            entry.status = LATE[fault]
        elif fault is None:
            entry.status = 200
        assert entry.status is not None
        if fault == "wrong_json":
            return b"<html><body>upstream gave no answer</body></html>"
        if fault == "no_choices":
            bare = {"id": "chatcmpl-none", "object": "chat.completion", "model": chat.body.get("model")}
            return orjson.dumps(bare)
        if fault not in (None, "torn", "empty"):
            return fault_answers.error(entry.status, chat.message, chat.param, chat.code)
        mode = "" if fault == "empty" else self.settings.answer
        if chat.body.get("tools") and mode == "auto":
            said = fault_tools.message(chat.body, chat.digest, self.settings.wrong_calls)
            return fault_answers.completion(chat.body, chat.digest, said["content"] or "", said)
        try:
            answer = fault_answers.content(chat.body, chat.digest, mode)
        except UnsupportedSchemaError as problem:
            entry.status, entry.fault = 400, "schema"
            chat.ledger.by_fault["schema"] += 1
            return fault_answers.error(400, f"Unsupported schema: {problem}", "response_format")
        return fault_answers.completion(chat.body, chat.digest, answer)

    def answering(self, chat: Chat) -> None:
        """Count the status, at the moment the answer is handed to the socket."""
        chat.entry.t_answered = chat.ledger.last_at = time.time()
        chat.ledger.by_status[str(chat.entry.status)] += 1

    def finish(self, chat: Chat, written: bool) -> None:
        """Close the books on a request; written says whether the whole answer left the process."""
        if chat.done:
            return
        chat.done = True
        if chat.admitted:
            self.in_flight -= 1
        entry, ledger = chat.entry, chat.ledger
        entry.written = written
        if entry.t_answered is None:
            entry.status = None
        if written and entry.fault is None:
            ledger.answered += 1
            if not ledger.seen[chat.key] & 1:
                ledger.seen[chat.key] |= 1
                ledger.unique_answered += 1
        elif entry.fault is None:
            entry.fault = "client_gone"
            ledger.by_fault["client_gone"] += 1
        if self.log_file is not None:
            os.write(self.log_file, orjson.dumps(entry.shown(), option=orjson.OPT_APPEND_NEWLINE))

    def stats(self) -> dict[str, Any]:
        """The counters for /stats."""
        out: dict[str, Any] = {name: getattr(self.ledger, name) for name in COUNTED}
        return {**out, "unique_seen": len(self.ledger.seen), "in_flight": self.in_flight}

    def models(self) -> dict[str, Any]:
        """The answer of /v1/models."""
        one = {"object": "model", "created": 1_700_000_000, "owned_by": self.settings.owned_by}
        return {"object": "list", "data": [{"id": name, **one} for name in self.settings.models]}


def _parsed(raw: bytes) -> tuple[dict[str, Any] | None, bytes]:
    """The body and its canonical form; None and the bytes themselves if it is no chat request."""
    try:
        body = orjson.loads(raw)
        canonical = orjson.dumps(body, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONDecodeError:
        return None, raw
    if not isinstance(body, dict) or not isinstance(body.get("messages"), list):
        return None, raw
    return body, canonical


def _refuse(
    chat: Chat, status: int, fault: str, message: str, param: str | None = None, code: str | None = None
) -> None:
    chat.entry.status, chat.entry.fault = status, fault
    chat.message, chat.param, chat.code = message, param, code
