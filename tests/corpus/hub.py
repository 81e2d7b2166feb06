"""A hub as huggingface_hub sees it: makes a repository, says which files go in the commit, takes the commit."""

from __future__ import annotations

import json
from base64 import b64decode
from typing import Any

from tests.support.loopback import Handler, Loopback


class Hub(Loopback):
    """Keeps what was committed in `files`; where it `refuses`, every request is forbidden."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.made: list[dict[str, Any]] = []
        self.said: list[Any] = []
        self.asked: list[str] = []
        self.refuses = False
        hub = self

        class HubHandler(Handler):
            def post(self, body: bytes) -> None:
                hub.asked.append(self.path)
                self._answer(*hub.answer(self.path, body))

            def get(self) -> None:
                hub.asked.append(self.path)
                self._answer(*hub.answer(self.path, b""))

            def _answer(self, status: int, content: Any) -> None:
                self.send(status, json.dumps(content).encode(), "application/json")

        super().__init__(HubHandler)
        self.url = self.origin

    def answer(self, path: str, body: bytes) -> tuple[int, Any]:
        if self.refuses:
            return 403, {"error": "you may not"}
        if path == "/api/repos/create":
            self.made.append(json.loads(body))
            return 200, {"url": f"{self.url}/datasets/acme/calls", "name": "acme/calls"}
        if path.endswith("/preupload/main"):
            files = json.loads(body)["files"]
            return 200, {
                "files": [
                    {"path": one["path"], "uploadMode": "regular", "shouldIgnore": False, "oid": None} for one in files
                ]
            }
        if "/commit/" in path:
            for line in body.splitlines():
                told = json.loads(line)
                if told["key"] == "file":
                    self.files[told["value"]["path"]] = b64decode(told["value"]["content"])
                else:
                    self.said.append(told["value"])
            return 200, {"commitUrl": f"{self.url}/datasets/acme/calls/commit/1", "commitOid": "1", "success": True}
        return 200, {"id": "acme/calls", "sha": "0", "siblings": [], "xetEnabled": False, "errors": [], "warnings": []}
