"""Bots on loopback for tests: one whose answers a test writes, and the one of `examples/`."""

from __future__ import annotations

import importlib.util
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.support.loopback import Handler, Loopback

EXAMPLE = Path(__file__).parents[2] / "examples" / "bot"
# A value to answer with as JSON, (status, raw body), or None to break the connection off.
Reply = dict[str, Any] | list[Any] | tuple[int, bytes] | None


class TestBot(Loopback):
    """A bot whose answers `reply` gives, for a request's path and body; keeps what came."""

    __test__ = False

    def __init__(self, reply: Callable[[dict[str, Any]], Reply]) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.asked: list[str] = []
        self.most_at_once = 0
        self.states: Callable[[str], Reply] = lambda path: (404, b"")
        self._now = 0
        self._lock = threading.Lock()
        outer = self

        class BotHandler(Handler):
            def get(self) -> None:
                outer.asked.append(self.path)
                self._tell(outer.states(self.path))

            def post(self, sent: bytes) -> None:
                body = json.loads(sent)
                with outer._lock:
                    outer.bodies.append(body)
                    outer.headers.append({name.lower(): value for name, value in self.headers.items()})
                    outer._now += 1
                    outer.most_at_once = max(outer.most_at_once, outer._now)
                try:
                    answer = reply(body)
                finally:
                    with outer._lock:
                        outer._now -= 1
                self._tell(answer)

            def _tell(self, answer: Reply) -> None:
                if answer is None:
                    self.connection.shutdown(socket.SHUT_RDWR)
                    self.close_connection = True
                    return
                status, data = answer if isinstance(answer, tuple) else (200, json.dumps(answer).encode())
                self.send(status, data)

        super().__init__(BotHandler)

    @property
    def url(self) -> str:
        return f"{self.origin}/message"


def example_bot() -> ModuleType:
    """The module of the bot in `examples/bot`."""
    spec = importlib.util.spec_from_file_location("example_bot", EXAMPLE / "bot.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    import sys

    # Its dataclasses look themselves up.
    sys.modules["example_bot"] = module
    spec.loader.exec_module(module)
    return module


@contextmanager
def example_running() -> Iterator[str]:
    """The base URL of the bot in `examples/bot`, served by its own Flask application."""
    from werkzeug.serving import make_server

    server = make_server("127.0.0.1", 0, example_bot().make_app(), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
