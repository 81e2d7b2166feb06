"""What a run was made from, and where: versions, the commit of the recipe's folder, hashes of the files it reads."""

from __future__ import annotations

import hashlib
import os
import platform
import socket
import subprocess
import threading
from importlib.metadata import version
from pathlib import Path
from typing import Any

from dialoom.graph.container import Container
from dialoom.graph.recipe import Recipe

_CHUNK = 1 << 20
_GIT_PATIENCE = 5.0


class Provenance:
    """Found out by a thread beside the run, so that no run waits for git or for the hash of a large file.

    A source is read once more for its hash. That takes a small part of the time in which the check before the run has
    read and parsed it, so that the hash is there long before the run is over.
    """

    def __init__(self, recipe: Recipe) -> None:
        self._folder = recipe.folder
        self._files = _files(recipe)
        self._found: dict[str, Any] = {
            "dialoom": version("dialoom"),
            "python": platform.python_version(),
            "platform": f"{platform.system()} {platform.release()} {platform.machine()}",
            "host": socket.gethostname(),
            "git": None,
            "recipe_sha256": hashlib.sha256(recipe.model_dump_json().encode()).hexdigest(),
            "files": {},
        }
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._find, name="provenance", daemon=True)
        self._thread.start()

    def to_json(self) -> dict[str, Any]:
        """What is known by now.

        `git` is the commit of the recipe's folder, None outside of git; it is `dirty` where a file that the run reads
        is not as that commit has it. `files` are by path, relative to the recipe where they lie beside it, with their
        size and SHA-256; the recipe's own hash is of what was parsed, with `--set` applied.
        """
        return {**self._found, "files": dict(self._found["files"])}

    def close(self, *, wait: bool) -> None:
        """Wait until all is known, or leave off with what is known by now."""
        if not wait:
            self._over.set()
        self._thread.join()

    def _find(self) -> None:
        self._found["git"] = _git(self._folder, self._files)
        for path in sorted(self._files, key=_size):
            try:
                told = self._hash(path)
            except OSError as error:
                told = {"unread": error.strerror or str(error)}
            if told is not None:
                self._found["files"] = self._found["files"] | {_name(path, self._folder): told}

    def _hash(self, path: Path) -> dict[str, Any] | None:
        """Size and hash of a file; None where the run was over first."""
        made = hashlib.sha256()
        size = 0
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                if self._over.is_set():
                    return None
                made.update(chunk)
                size += len(chunk)
        return {"bytes": size, "sha256": made.hexdigest()}


def _files(recipe: Recipe) -> list[Path]:
    """The recipe itself, those it takes nodes from, its source, and the files that its nodes name."""
    named = recipe.files()
    named += [part.node.file for part in recipe.parts() if isinstance(part.node, Container) and part.node.file]
    named += recipe.source.files(recipe.folder)
    if recipe.lines.file is not None:
        named.append(Path(recipe.lines.file))
    return sorted({path.resolve() for path in named if path.is_file()})


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _git(folder: Path, files: list[Path]) -> dict[str, Any] | None:
    """The commit that is checked out in a folder, and whether the files in it differ from it."""
    inside = [_name(path, folder) for path in files if path.is_relative_to(folder)]
    # One process tells both. Files that git ignores or does not know are no part of the commit either.
    which = ["--untracked-files=all", "--ignored", "--", *inside] if inside else ["--untracked-files=no"]
    command = ["git", "-C", str(folder), "-c", "core.fsmonitor=false", "--literal-pathspecs"]
    try:
        done = subprocess.run(
            [*command, "status", "--porcelain=v2", "--branch", *which],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_GIT_PATIENCE,
            # It must not wait for another git, nor write to the repository.
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    commit = next((line.split()[-1] for line in lines if line.startswith("# branch.oid ")), "(initial)")
    if commit == "(initial)":
        return None
    return {"commit": commit, "dirty": any(not line.startswith("#") for line in lines)}
