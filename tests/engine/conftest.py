"""One fault server for all tests of the engine, set back before each."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest

from tests.support.fault_server import FaultServer
from tests.support.fault_settings import FIXED

_USUAL = {
    field.name: field.default
    for field in dataclasses.fields(FaultServer)
    if field.name not in (*FIXED, "keep_bodies", "keep_log")
}


@pytest.fixture(scope="session")
def one_server() -> Iterator[FaultServer]:
    with FaultServer() as server:
        yield server


@pytest.fixture
def server(one_server: FaultServer) -> FaultServer:
    """A server without faults that has been asked nothing."""
    one_server.reset(**_USUAL)
    return one_server
