"""HTTP/1.1 on an asyncio Protocol for the fault server."""

from __future__ import annotations

import asyncio
import socket
import struct
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, cast

import orjson

from tests.support import fault_answers
from tests.support.fault_core import Chat, Core

REASONS = {status.value: status.phrase.encode() for status in HTTPStatus}


@dataclass(slots=True)
class Request:
    """One request, complete with its body."""

    method: bytes
    path: bytes
    headers: dict[bytes, bytes]
    body: bytes = b""
    length: int = 0
    chunked: bool = False


class Reader:
    """Cuts the bytes of a connection into requests; ValueError for what is not HTTP."""

    def __init__(self) -> None:
        self.buffer = bytearray()
        self.head: Request | None = None
        self.chunks = bytearray()
        self.wants_continue = False

    def next(self) -> Request | None:
        """The next whole request, or None until more bytes come."""
        if self.head is None:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return None
            self.head = self._parse(bytes(self.buffer[:end]))
            del self.buffer[: end + 4]
            self.wants_continue = self.head.headers.get(b"expect", b"").lower() == b"100-continue"
        head = self.head
        if head.chunked:
            if not self._take_chunks():
                return None
            head.body, self.chunks = bytes(self.chunks), bytearray()
        elif len(self.buffer) < head.length:
            return None
        else:
            head.body = bytes(self.buffer[: head.length])
            del self.buffer[: head.length]
        self.head = None
        return head

    @staticmethod
    def _parse(data: bytes) -> Request:
        first, *lines = data.lstrip(b"\r\n").split(b"\r\n")
        method, target, version = first.split(b" ")
        headers: dict[bytes, bytes] = {}
        for line in lines:
            name, colon, value = line.partition(b":")
            if not colon:
                raise ValueError("a header line without a colon")
            headers[name.lower()] = value.strip()
        if version == b"HTTP/1.0":
            headers.setdefault(b"connection", b"close")
        chunked = headers.get(b"transfer-encoding", b"").lower() == b"chunked"
        length = int(headers.get(b"content-length", b"0"))
        if length < 0:
            raise ValueError("a negative length")
        return Request(method, target.partition(b"?")[0], headers, length=length, chunked=chunked)

    def _take_chunks(self) -> bool:
        while True:
            end = self.buffer.find(b"\r\n")
            if end < 0:
                return False
            size = int(self.buffer[:end].partition(b";")[0], 16)
            if len(self.buffer) < end + 2 + size + 2:
                return False
            self.chunks += self.buffer[end + 2 : end + 2 + size]
            del self.buffer[: end + 2 + size + 2]
            if size == 0:
                return True


class Connection(asyncio.Protocol):
    """One client connection; its requests are answered in order, one at a time."""

    def __init__(self, core: Core, connections: set[Connection]) -> None:
        self.core = core
        self.connections = connections
        self.reader = Reader()
        self.chat: Chat | None = None
        self.timer: asyncio.TimerHandle | None = None
        self.full = False
        self.close_after = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask to be told whenever bytes wait in the process for the socket."""
        self.transport = cast(asyncio.Transport, transport)
        self.transport.set_write_buffer_limits(high=0)
        self.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Book the request under way as one whose answer was not written."""
        self.connections.discard(self)
        if self.timer is not None:
            self.timer.cancel()
        if self.chat is not None:
            self.core.finish(self.chat, written=False)
            self.chat = None

    def pause_writing(self) -> None:
        """Bytes wait in the process."""
        self.full = True

    def resume_writing(self) -> None:
        """All bytes have gone to the kernel."""
        self.full = False
        if self.chat is not None and self.chat.entry.t_answered is not None:
            self._written(self.chat)
            self._advance()

    def data_received(self, data: bytes) -> None:
        """Take bytes, and serve what is complete."""
        self.reader.buffer += data
        self._advance()

    def _advance(self) -> None:
        while self.chat is None and not self.transport.is_closing():
            try:
                request = self.reader.next()
            except ValueError:
                self._send(400, fault_answers.error(400, "This is not HTTP."), close=True)
                return
            if self.reader.wants_continue and request is None:
                self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.reader.wants_continue = False
            if request is None:
                return
            self.close_after = request.headers.get(b"connection", b"").lower() == b"close"
            self._serve(request)

    def _serve(self, request: Request) -> None:
        core, route = self.core, (request.method, request.path)
        if route == (b"POST", b"/v1/chat/completions"):
            self._chat(core.receive(request.body, request.headers.get(b"authorization", b"")))
        elif request.path.startswith(b"/v1/") and core.dead():
            self._reset()
        elif route == (b"GET", b"/v1/models"):
            if core.allowed(request.headers.get(b"authorization", b"")):
                self._json(200, core.models())
            else:
                text = "Incorrect API key provided."
                self._send(401, fault_answers.error(401, text, code="invalid_api_key"))
        elif route == (b"GET", b"/stats"):
            self._json(200, core.stats())
        elif route == (b"GET", b"/log"):
            self._json(200, [entry.shown() for entry in core.ledger.log])
        elif route in ((b"POST", b"/reset"), (b"POST", b"/settings")):
            self._change(request)
        else:
            text = f"No {request.method.decode('latin1')} {request.path.decode('latin1')} here."
            self._send(404, fault_answers.error(404, text))

    def _change(self, request: Request) -> None:
        """Apply the settings in the body; /reset clears the counts as well."""
        try:
            self.core.use(self.core.settings.changed(orjson.loads(request.body or b"{}")))
        except (ValueError, TypeError) as problem:
            self._send(400, fault_answers.error(400, str(problem)))
            return
        if request.path == b"/reset":
            self.core.reset()
        self._json(200, {})

    def _chat(self, chat: Chat) -> None:
        self.chat = chat
        fault = chat.entry.fault
        if fault == "dead":
            self._reset()
        elif fault == "hang":
            return
        elif chat.admitted and chat.delay > 0:
            self.timer = asyncio.get_running_loop().call_later(chat.delay, self._due, chat)
        else:
            self._answer(chat)

    def _due(self, chat: Chat) -> None:
        self.timer = None
        self._answer(chat)
        self._advance()

    def _answer(self, chat: Chat) -> None:
        payload = self.core.payload(chat)
        status = chat.entry.status or 500
        self.core.answering(chat)
        if chat.entry.fault == "torn":
            self.transport.write(_head(status, len(payload), b"") + payload[: len(payload) // 2])
            self.transport.close()
            return
        wait = f"{self.core.settings.retry_after:g}".encode()
        extra = b"Retry-After: %b\r\n" % wait if status == 429 else b""
        self._send(status, payload, extra)
        if not self.full:
            self._written(chat)

    def _written(self, chat: Chat) -> None:
        self.chat = None
        self.core.finish(chat, written=True)

    def _json(self, status: int, value: Any) -> None:
        self._send(status, orjson.dumps(value))

    def _send(self, status: int, payload: bytes, extra: bytes = b"", close: bool = False) -> None:
        close = close or self.close_after
        if close:
            extra += b"Connection: close\r\n"
        self.transport.write(_head(status, len(payload), extra) + payload)
        if close:
            self.transport.close()

    def _reset(self) -> None:
        """Close so that the client sees a connection reset."""
        sock = self.transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()


def _head(status: int, length: int, extra: bytes) -> bytes:
    line = b"HTTP/1.1 %d %b\r\n" % (status, REASONS.get(status, b"Status"))
    return line + b"Content-Type: application/json\r\nContent-Length: %d\r\n%b\r\n" % (length, extra)
