"""What run.json tells of where a run came from: versions, commit, hashes."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
from pathlib import Path
from typing import Any

import orjson
import pytest

import dialoom
from tests.engine.support import model, write
from tests.support.fault_server import FaultServer


@pytest.fixture
def recipe(tmp_path: Path, server: FaultServer) -> Path:
    """A recipe with a source and examples beside it, in a folder of its own."""
    folder = tmp_path / "made"
    folder.mkdir()
    (folder / "topics.txt").write_text("lost luggage\nseat upgrade\n")
    (folder / "examples.jsonl").write_bytes(
        b"".join(orjson.dumps({"text": f"a{n}", "line": f"b{n}"}) + b"\n" for n in range(3))
    )
    content = {
        "recipe": "lines",
        "models": {"writer": model(server)},
        "source": {"file": "topics.txt"},
        "nodes": {"line": {"kind": "generate", "prompt": "Of {{ text }}.", "examples": {"file": "examples.jsonl"}}},
    }
    return write(folder / "lines.yaml", content)


def made_from(recipe: Path, out: Path, **changes: str) -> dict[str, Any]:
    dialoom.run(dialoom.load_recipe(recipe, changes), out)
    told: dict[str, Any] = orjson.loads((out / "run.json").read_bytes())["made_from"]
    return told


def git(folder: Path, *arguments: str) -> str:
    who = {f"GIT_{role}_{what}": "x@y" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    none = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, env={**os.environ, **who, **none}, capture_output=True, text=True, check=True).stdout


def test_versions_and_hashes_of_all_files_that_are_read(recipe: Path, tmp_path: Path) -> None:
    found = made_from(recipe, tmp_path / "run")
    folder = recipe.parent
    assert found["files"] == {
        name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name in ("examples.jsonl", "lines.yaml", "topics.txt")
        if (data := (folder / name).read_bytes())
    }
    assert (found["dialoom"], found["python"]) == (dialoom.__version__, platform.python_version())
    assert found["git"] is None
    changed = made_from(recipe, tmp_path / "other", seed="5")
    assert changed["recipe_sha256"] != found["recipe_sha256"]
    assert made_from(recipe, tmp_path / "third")["recipe_sha256"] == found["recipe_sha256"]


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_the_commit_and_whether_the_files_are_as_it_has_them(recipe: Path, tmp_path: Path) -> None:
    folder = recipe.parent
    git(folder, "init", "--quiet")
    assert made_from(recipe, tmp_path / "1")["git"] is None, "there is no commit yet"
    git(folder, "add", "lines.yaml", "topics.txt")
    git(folder, "commit", "--quiet", "--message", "one")
    commit = git(folder, "rev-parse", "HEAD").strip()
    assert made_from(recipe, tmp_path / "2")["git"] == {"commit": commit, "dirty": True}, "git knows no examples"
    git(folder, "add", "examples.jsonl")
    git(folder, "commit", "--quiet", "--message", "two")
    (folder / "notes.txt").write_text("read by nobody")
    assert made_from(recipe, tmp_path / "3")["git"]["dirty"] is False
    with (folder / "topics.txt").open("a") as file:
        file.write("late meal\n")
    assert made_from(recipe, tmp_path / "4")["git"]["dirty"] is True


def test_without_git_there_is_no_commit(recipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    assert made_from(recipe, tmp_path / "run")["git"] is None
