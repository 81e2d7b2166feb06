"""One arena for the threads of a run, where the C library has such, and the environment does not say otherwise."""

from __future__ import annotations

import pytest

from dialoom.engine import memory


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    options: list[tuple[int, int]] = []
    monkeypatch.setattr(memory, "_function", lambda name: lambda option, value: options.append((option, value)))
    return options


def test_one_arena_while_it_lasts(monkeypatch: pytest.MonkeyPatch, told: list[tuple[int, int]]) -> None:
    monkeypatch.delenv("MALLOC_ARENA_MAX", raising=False)
    with memory.together():
        assert told == [(-8, 1)]
    assert told == [(-8, 1), (-8, 0)]


def test_what_the_environment_says_is_heeded(monkeypatch: pytest.MonkeyPatch, told: list[tuple[int, int]]) -> None:
    monkeypatch.setenv("MALLOC_ARENA_MAX", "8")
    with memory.together():
        assert told == []
    assert told == []
