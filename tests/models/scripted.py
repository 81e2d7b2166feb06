"""A chat server in this process whose answers a test writes."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

Body = dict[str, Any]
# A text to answer with, a choice of a completion, or a status and a message to refuse with.
Answer = str | dict[str, Any] | tuple[int, str]


class Scripted:
    """Answers with what `answer` makes of a request's body; keeps the bodies, keys, paths and headers that came.

    Args:
        owned_by: what its list of models says of the software.
        key: refuse other keys.
    """

    def __init__(self, answer: Callable[[Body], Answer], *, owned_by: str = "scripted", key: str | None = None) -> None:
        self.bodies: list[Body] = []
        self.keys: list[str | None] = []
        self.paths: list[str] = []
        self.headers: list[dict[str, str]] = []
        self._answer = answer
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                if key is not None and self.headers.get("Authorization") != f"Bearer {key}":
                    return self._send(401, {"error": {"message": "wrong key"}})
                return self._send(200, {"data": [{"id": "scripted-model", "owned_by": owned_by}]})

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with outer._lock:
                    outer.bodies.append(body)
                    outer.keys.append(self.headers.get("Authorization"))
                    outer.paths.append(self.path)
                    outer.headers.append(dict(self.headers.items()))
                    answer = outer._answer(body)
                if isinstance(answer, tuple):
                    return self._send(answer[0], {"error": {"message": answer[1]}})
                choice = {"message": {"content": answer}} if isinstance(answer, str) else answer
                return self._send(200, {"choices": [{"finish_reason": "stop", **choice}]})

            def _send(self, status: int, value: Any) -> None:
                data = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        """The base URL."""
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    @property
    def prompts(self) -> list[str]:
        """The last message of each request."""
        return [str(body["messages"][-1]["content"]) for body in self.bodies]

    def __enter__(self) -> Scripted:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


def one_after_other(*answers: Answer) -> Callable[[Body], Answer]:
    """Answers in turn; the last one again and again."""
    left = list(answers)
    return lambda body: left.pop(0) if len(left) > 1 else left[0]
