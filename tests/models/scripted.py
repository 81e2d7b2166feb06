"""A chat server in this process whose answers a test writes."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

from tests.support.loopback import Handler, Loopback

Body = dict[str, Any]
# A text to answer with, a choice of a completion, or a status and a message to refuse with.
Answer = str | dict[str, Any] | tuple[int, str]


class Scripted(Loopback):
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

        class ChatHandler(Handler):
            def get(self) -> None:
                if key is not None and self.headers.get("Authorization") != f"Bearer {key}":
                    return self._tell(401, {"error": {"message": "wrong key"}})
                return self._tell(200, {"data": [{"id": "scripted-model", "owned_by": owned_by}]})

            def post(self, sent: bytes) -> None:
                body = json.loads(sent)
                with outer._lock:
                    outer.bodies.append(body)
                    outer.keys.append(self.headers.get("Authorization"))
                    outer.paths.append(self.path)
                    outer.headers.append(dict(self.headers.items()))
                    answer = outer._answer(body)
                if isinstance(answer, tuple):
                    return self._tell(answer[0], {"error": {"message": answer[1]}})
                choice = {"message": {"content": answer}} if isinstance(answer, str) else answer
                return self._tell(200, {"choices": [{"finish_reason": "stop", **choice}]})

            def _tell(self, status: int, value: Any) -> None:
                self.send(status, json.dumps(value).encode())

        super().__init__(ChatHandler)

    @property
    def url(self) -> str:
        """The base URL."""
        return f"{self.origin}/v1"

    @property
    def prompts(self) -> list[str]:
        """The last message of each request."""
        return [str(body["messages"][-1]["content"]) for body in self.bodies]


def one_after_other(*answers: Answer) -> Callable[[Body], Answer]:
    """Answers in turn; the last one again and again."""
    left = list(answers)
    return lambda body: left.pop(0) if len(left) > 1 else left[0]
