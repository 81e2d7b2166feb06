"""A provider's batch API on loopback, in OpenAI's file form, that is slow and fails as it is told.

It runs in a thread of the tests' process, so a test reads and changes its attributes while it serves. Answers are those
of the fault server. Time does not pass here: a batch goes one step further each time somebody looks at it.
"""

from __future__ import annotations

import hashlib
import random
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson

from tests.support import fault_answers

STEPS = ("validating", "in_progress", "finalizing")


class BatchServer:
    """The server; running while the `with` block does.

    Attributes:
        looks: how many looks at a batch show it in each of its steps.
        hold: batches stay in progress.
        endings: how the next batches end, one each: `completed`, `expired`, `cancelled` or `failed CODE MESSAGE`; one
            that expires or is cancelled has answers for the first half of its requests. Afterwards all complete.
        refuse: status and message for a request's body; None answers it.
        spoil: the bytes that stand in the output file in place of a line, given its body; None leaves it.
        down: every request meets 503; `down_for`: those of one method and kind do.
        cut_creates: so many batches are created without their creation being answered: the connection is cut, or left
            as it is where the server is `mute`. `late`: seconds before a batch that was asked for is created.
        batches: all batches by id; `handed_in`: every custom_id of each, in order.
        direct: chat completions that were asked for outside of batches.
        requests: how many HTTP requests there were, by method and kind.
    """

    def __init__(self) -> None:
        self.looks = 1
        self.hold = False
        self.endings: deque[str] = deque()
        self.refuse: Callable[[dict[str, Any]], tuple[int, str] | None] = lambda body: None
        self.spoil: Callable[[dict[str, Any]], bytes | None] = lambda body: None
        self.down = False
        self.down_for = ""
        self.cut_creates = 0
        self.mute = False
        self.late = 0.0
        self.batches: dict[str, dict[str, Any]] = {}
        self.handed_in: list[list[str]] = []
        self.direct = 0
        self.requests: Counter[str] = Counter()
        self._files: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> BatchServer:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer._serve(self, b"")

            def do_POST(self) -> None:
                outer._serve(self, _body(self))

            def log_message(self, *_: Any) -> None:
                pass

        self._server = _Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    @property
    def times(self) -> Counter[str]:
        """How often each request was handed in."""
        return Counter(key for batch in self.handed_in for key in batch)

    def wait_for(self, happened: Callable[[BatchServer], bool], seconds: float = 30.0) -> None:
        """Wait until something has happened."""
        end = time.monotonic() + seconds
        while not happened(self):
            assert time.monotonic() < end, "it did not happen"
            time.sleep(0.005)

    def finish(self) -> None:
        """Let all batches that are under way end."""
        with self._lock:
            for batch in self.batches.values():
                while batch["status"] in STEPS:
                    self._look(batch)

    def forget_files(self) -> None:
        """As if the time that files are kept for were over."""
        with self._lock:
            self._files.clear()

    def _serve(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        parts = urlsplit(handler.path)
        path = parts.path.removeprefix("/v1/").split("/")
        kind = f"{handler.command} {path[0]}"
        self.requests[kind] += 1
        if kind == "POST batches":
            time.sleep(self.late)
        with self._lock:
            if self.down or kind == self.down_for:
                _answer(handler, 503, fault_answers.error(503, "down for a while"), {"Retry-After": "0"})
                return
            match handler.command, path:
                case "GET", ["models"]:
                    listed = {"object": "list", "data": [{"id": "fault-model", "owned_by": "fault-server"}]}
                    _answer(handler, 200, orjson.dumps(listed))
                case "POST", ["files"]:
                    _answer(handler, 200, orjson.dumps({"id": self._upload(handler, body), "object": "file"}))
                case "POST", ["batches"]:
                    batch = self._create(orjson.loads(body))
                    if self.cut_creates:
                        self.cut_creates -= 1
                        handler.close_connection = not self.mute
                        return
                    _answer(handler, 200, orjson.dumps(batch))
                case "GET", ["batches"]:
                    _answer(handler, 200, self._list(parse_qs(parts.query)))
                case "GET", ["batches", name] if name in self.batches:
                    _answer(handler, 200, orjson.dumps(self._look(self.batches[name])))
                case "GET", ["files", name, "content"] if name in self._files:
                    _answer(handler, 200, self._files[name])
                case "POST", ["chat", "completions"]:
                    self.direct += 1
                    status, content = self._complete(orjson.loads(body))
                    _answer(handler, status, content)
                case _:
                    _answer(handler, 404, fault_answers.error(404, f"there is no {handler.path}"))

    def _upload(self, handler: BaseHTTPRequestHandler, body: bytes) -> str:
        kind = handler.headers["Content-Type"]
        message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
        parts = {part.get_param("name", header="content-disposition"): part for part in message.iter_parts()}
        assert parts["purpose"].get_payload(decode=True) == b"batch"
        assert parts["file"].get_filename()
        content = parts["file"].get_payload(decode=True)
        assert isinstance(content, bytes)
        return self._keep(content)

    def _keep(self, content: bytes) -> str:
        name = f"file-{len(self._files)}"
        self._files[name] = content
        return name

    def _create(self, asked: dict[str, Any]) -> dict[str, Any]:
        assert asked["endpoint"] == "/v1/chat/completions"
        lines = [orjson.loads(line) for line in self._files[asked["input_file_id"]].splitlines()]
        keys = [line["custom_id"] for line in lines]
        assert len(set(keys)) == len(keys) <= 50_000
        assert {(line["method"], line["url"]) for line in lines} == {("POST", "/v1/chat/completions")}
        batch = {
            "id": f"batch_{len(self.batches)}",
            "object": "batch",
            "endpoint": asked["endpoint"],
            "errors": None,
            "input_file_id": asked["input_file_id"],
            "completion_window": asked["completion_window"],
            "status": "validating",
            "output_file_id": None,
            "error_file_id": None,
            "created_at": int(time.time()),
            "request_counts": {"total": len(lines), "completed": 0, "failed": 0},
            "metadata": asked["metadata"],
            "looks": 0,
            "ending": self.endings.popleft() if self.endings else "completed",
        }
        self.batches[batch["id"]] = batch
        self.handed_in.append(keys)
        return batch

    def _list(self, query: dict[str, list[str]]) -> bytes:
        newest = list(reversed(self.batches))
        start = newest.index(query["after"][0]) + 1 if "after" in query else 0
        # Pages of three, so that there are several.
        page = [self.batches[name] for name in newest[start : start + 3]]
        return orjson.dumps({"object": "list", "data": page, "has_more": start + 3 < len(newest)})

    def _look(self, batch: dict[str, Any]) -> dict[str, Any]:
        if batch["status"] in STEPS:
            step = batch["looks"] // max(1, self.looks)
            batch["looks"] += 1
            batch["status"] = "in_progress" if self.hold else STEPS[min(step, 2)]
            if not self.hold and step >= (3 if self.looks else 0):
                self._end(batch)
        return batch

    def _end(self, batch: dict[str, Any]) -> None:
        batch["status"], _, told = batch["ending"].partition(" ")
        batch[f"{batch['status']}_at"] = int(time.time())
        if batch["status"] == "failed":
            code, _, message = told.partition(" ")
            batch["errors"] = {"object": "list", "data": [{"code": code, "message": message, "line": None}]}
            return
        lines = [orjson.loads(line) for line in self._files[batch["input_file_id"]].splitlines()]
        carried_out = len(lines) if batch["status"] == "completed" else len(lines) // 2
        output: list[bytes] = []
        errors: list[bytes] = []
        for number, line in enumerate(lines):
            result: dict[str, Any] = {"id": f"batch_req_{number}", "custom_id": line["custom_id"], "error": None}
            if number >= carried_out:
                what = f"batch_{batch['status']}"
                errors.append(orjson.dumps(result | {"response": None, "error": {"code": what, "message": what}}))
                continue
            status, body = self._complete(line["body"])
            response = {"status_code": status, "request_id": f"req_{number}", "body": orjson.loads(body)}
            spoilt = self.spoil(line["body"])
            whole = orjson.dumps(result | {"response": response})
            (output if status == 200 else errors).append(whole if spoilt is None else spoilt)
        random.Random(len(lines)).shuffle(output)
        batch["request_counts"] |= {"completed": len(output), "failed": len(errors)}
        batch["output_file_id"] = self._keep(b"\n".join(output) + b"\n") if output else None
        batch["error_file_id"] = self._keep(b"\n".join(errors) + b"\n") if errors else None

    def _complete(self, body: dict[str, Any]) -> tuple[int, bytes]:
        refused = self.refuse(body)
        if refused is not None:
            return refused[0], fault_answers.error(*refused)
        digest = hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).digest()
        return 200, fault_answers.completion(body, digest, fault_answers.content(body, digest, "auto"))


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that are killed break connections; everything else is a fault of the test."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def _body(handler: BaseHTTPRequestHandler) -> bytes:
    if handler.headers.get("Transfer-Encoding", "").lower() != "chunked":
        return handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
    chunks = []
    while size := int(handler.rfile.readline(), 16):
        chunks.append(handler.rfile.read(size))
        handler.rfile.readline()
    handler.rfile.readline()
    return b"".join(chunks)


def _answer(handler: BaseHTTPRequestHandler, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
    handler.send_response(status)
    for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)
