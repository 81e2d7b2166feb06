"""A provider's batch API over HTTP: one attempt at each of its operations.

The form is OpenAI's: https://platform.openai.com/docs/api-reference/batch (several other providers take the same).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
from pyreqwest.client import ClientBuilder
from pyreqwest.exceptions import RequestError
from pyreqwest.multipart import FormBuilder, PartBuilder
from pyreqwest.request import RequestBuilder

from dialoom.models.faults import Fault, FaultKind, fault_of
from dialoom.models.transport import unanswered

# The operation that each line of an input file asks for, as the provider names it whatever its base URL is.
OPERATION = "/v1/chat/completions"
_TAG = "dialoom"
_PAGE = 100
_CHUNK = 1 << 20
_CONNECT_WITHIN = timedelta(seconds=10)
# A listing shows the newest batch first; the provider's clock may differ from ours.
_CLOCKS_DIFFER = 600
_OVER = frozenset({"completed", "failed", "expired", "cancelled"})


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as the provider describes it.

    Attributes:
        seconds: from its creation to its end, 0 where the provider does not say.
        complaints: why it failed as a whole, as (code, message).
    """

    id: str
    status: str
    tag: str | None
    input_file: str | None
    output_file: str | None
    error_file: str | None
    total: int
    completed: int
    failed: int
    created_at: float
    seconds: float
    complaints: tuple[tuple[str, str], ...]

    @property
    def over(self) -> bool:
        return self.status in _OVER

    @classmethod
    def read(cls, content: Any) -> Batch:
        """The batch in a JSON answer. Raises Fault where it is none."""
        if not isinstance(content, dict) or not isinstance(content.get("id"), str):
            raise Fault(FaultKind.BROKEN, f"the answer is no batch: {str(content)[:120]}")
        counts = _mapping(content.get("request_counts"))
        status = str(content.get("status")).lower()
        created = _number(content.get("created_at"))
        ended = _number(content.get(f"{status}_at"))
        listed = _mapping(content.get("errors")).get("data")
        complaints = [_mapping(each) for each in listed] if isinstance(listed, list) else []
        return cls(
            id=content["id"],
            status=status,
            tag=_mapping(content.get("metadata")).get(_TAG),
            input_file=content.get("input_file_id"),
            output_file=content.get("output_file_id") or None,
            error_file=content.get("error_file_id") or None,
            total=int(_number(counts.get("total"))),
            completed=int(_number(counts.get("completed"))),
            failed=int(_number(counts.get("failed"))),
            created_at=created,
            seconds=max(0.0, ended - created) if ended and created else 0.0,
            complaints=tuple((str(each.get("code")), str(each.get("message"))) for each in complaints),
        )


class BatchApi:
    """The batch API at a base URL. Every method makes one attempt, and raises Fault."""

    def __init__(self, url: str, key: str | None, timeout: float) -> None:
        self.url = url
        # Silence is limited and not the whole: a file of 200 MB takes as long as the line needs.
        builder = ClientBuilder().connect_timeout(_CONNECT_WITHIN).read_timeout(timedelta(seconds=timeout))
        self._client = builder.default_headers({"Authorization": f"Bearer {key}"} if key else {}).build()

    async def close(self) -> None:
        await self._client.close()

    async def upload(self, path: Path, name: str) -> str:
        """Hand in an input file; its id."""
        part = (await PartBuilder.from_file(path)).file_name(name).mime("application/jsonl")
        form = FormBuilder().text("purpose", "batch").part("file", part)
        content = await self._json(self._client.post(f"{self.url}/files").multipart(form))
        if not isinstance(content, dict) or not isinstance(content.get("id"), str):
            raise Fault(FaultKind.BROKEN, f"the answer is no file: {str(content)[:120]}")
        return str(content["id"])

    async def create(self, file_id: str, window: str, tag: str) -> Batch:
        """Create a batch of an input file. `tag` is ours, kept in its metadata, by which `find` knows it."""
        body = {
            "input_file_id": file_id,
            "endpoint": OPERATION,
            "completion_window": window,
            "metadata": {_TAG: tag},
        }
        return Batch.read(await self._json(self._client.post(f"{self.url}/batches").body_json(body)))

    async def get(self, batch_id: str) -> Batch:
        return Batch.read(await self._json(self._client.get(f"{self.url}/batches/{batch_id}")))

    async def find(self, tag: str, file_id: str, since: float) -> Batch | None:
        """The batch that was created with `tag`, or of that file where the provider keeps no metadata; None if it is
        not among those created after `since`, in seconds since 1970."""
        after: dict[str, str] = {}
        while True:
            query = {"limit": str(_PAGE), **after}
            page = await self._json(self._client.get(f"{self.url}/batches").query(query))
            listed = page.get("data") if isinstance(page, dict) else None
            if not isinstance(listed, list):
                raise Fault(FaultKind.BROKEN, f"the answer is no list of batches: {str(page)[:120]}")
            batches = [Batch.read(each) for each in listed]
            for batch in batches:
                if batch.tag == tag or (batch.tag is None and batch.input_file == file_id):
                    return batch
            old = batches and 0 < batches[-1].created_at < since - _CLOCKS_DIFFER
            if not batches or old or not page.get("has_more"):
                return None
            after = {"after": batches[-1].id}

    async def download(self, file_id: str, path: Path) -> None:
        """Fetch a file to `path`."""
        with self._faults():
            async with self._client.get(f"{self.url}/files/{file_id}/content").build_streamed() as response:
                if response.status != 200:
                    raise fault_of(response.status, bytes(await response.bytes()), response.get_header("Retry-After"))
                with await asyncio.to_thread(path.open, "wb") as file:
                    while chunk := await response.body_reader.read(_CHUNK):
                        await asyncio.to_thread(file.write, chunk)

    async def _json(self, request: RequestBuilder) -> Any:
        with self._faults():
            response = await request.build().send()
            body = bytes(await response.bytes())
        if response.status != 200:
            raise fault_of(response.status, body, response.get_header("Retry-After"))
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise Fault(FaultKind.BROKEN, f"the answer is not JSON: {body[:80]!r}") from error

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except RequestError as error:
            raise unanswered(error, self.url) from error


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _number(value: Any) -> float:
    return float(value) if isinstance(value, (int, float)) else 0.0
