"""The program as such: help, its speed, its exit codes for what is no command, and closed pipes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dialoom.cli.main import app
from tests.cli.conftest import Dialoom

COMMANDS = [
    "init", "check", "plan", "preview", "run", "retry", "rejects", "review", "export", "nodes", "models", "schema",
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command: str) -> None:
    shown = CliRunner().invoke(app, [command, "--help"])
    assert shown.exit_code == 0
    assert f"Example:\n    dialoom {command}" in shown.output


def test_help_tells_the_exit_codes(process: Dialoom) -> None:
    shown = process("--help")
    assert shown.code == 0
    assert "130  interrupted" in shown.out
    assert all(command in shown.out for command in COMMANDS)


def test_help_loads_no_room_that_is_heavy() -> None:
    code = (
        "import sys; import dialoom.cli.main; "
        "print({'pydantic', 'lance', 'pyarrow', 'duckdb', 'pyreqwest', 'jinja2'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_what_is_no_command_suggests_one(dialoom: Dialoom) -> None:
    ended = dialoom("exprot")
    assert ended.code == 2
    assert "export" in ended.err


def test_debug_shows_the_traceback_wherever_it_stands(dialoom: Dialoom) -> None:
    assert dialoom("check", "none.yaml", "--debug", traceback=True).code == 3
    assert dialoom("--debug", "check", "none.yaml", traceback=True).code == 3


def test_a_reader_that_leaves_is_met_quietly(recipe: Path, dialoom: Dialoom) -> None:
    command = f"{sys.executable} -m dialoom.cli.main schema | head -n 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert done.stdout.splitlines()[0] == "{"
