"""Models with `batch` on the command line: leaving, coming back, and looking at a recipe without waiting."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import RECIPE, Dialoom
from tests.support.batch_server import BatchServer


@pytest.fixture
def provider() -> Iterator[BatchServer]:
    with BatchServer() as running:
        yield running


@pytest.fixture
def batched(tmp_path: Path, provider: BatchServer) -> Path:
    """A recipe whose model is asked in batches."""
    path = tmp_path / "batched.yaml"
    path.write_text(RECIPE.replace("{URL}", f"{{from: '{provider.url}', batch: {{idle: 0.1, poll: 0.1, size: 50}}}}"))
    return path


def test_leaving_is_9_until_it_is_done(batched: Path, provider: BatchServer, dialoom: Dialoom) -> None:
    for size in (2, 4):
        ended = dialoom("run", batched, "--leave", "--out", "r", "--json")
        assert (ended.code, ended.json["status"], ended.json["pending"]) == (9, "left", size)
        assert f"{size} requests handed in" in ended.err
        assert "left with batches under way; the same command comes back for their answers" in ended.err
        provider.finish()
    ended = dialoom("run", batched, "--leave", "--out", "r", "--json")
    assert (ended.code, ended.json["status"], ended.json["kept"]) == (0, "finished", 4)


def test_a_preview_does_not_wait(batched: Path, provider: BatchServer, dialoom: Dialoom) -> None:
    ended = dialoom("preview", batched, "--out", "p", "--json")
    assert ended.code == 0, ended.err
    assert provider.direct == 2
    assert not provider.batches


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("{url: ['http://a/v1', 'http://b/v1'], batch: true}", "batches go to one base URL"),
        ("{url: 'http://a/v1', batch: {size: 60000}}", "models.writer.batch.size"),
        ("{url: 'http://a/v1', batch: {widow: 24h}}", "models.writer.batch.widow"),
        ("{url: 'http://a/v1', batch: daily}", "models.writer.batch"),
        ("{from: embedded, batch: true}", "models.writer.batch"),
    ],
)
def test_what_cannot_be_is_told_before_any_call(written: str, told: str, tmp_path: Path, dialoom: Dialoom) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(RECIPE.replace("{URL}", written))
    ended = dialoom("check", path)
    assert ended.code == 2
    assert told in ended.err
    assert "wrong.yaml:3" in ended.err
