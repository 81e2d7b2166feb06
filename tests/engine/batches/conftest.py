"""A batch API for each test, and runs that do not wait as long as they would for a real one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dialoom.engine import sink
from dialoom.models.batches import desk, hand_in, patience
from tests.support.batch_server import BatchServer


@pytest.fixture
def server() -> Iterator[BatchServer]:
    with BatchServer() as running:
        yield running


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sink, "_LONGEST_WAIT", 0.05)
    monkeypatch.setattr(hand_in, "SETTLING", 0.2)
    monkeypatch.setattr(patience, "_FIRST_WAIT", 0.02)
    monkeypatch.setattr(desk, "_TICK", 0.02)
