"""The commands on the page about the gate, run as they stand, one after the other."""

from __future__ import annotations

import json
import random
import re
import shlex
from pathlib import Path

from dialoom.dialogue.formats import read_dialogues
from tests.cli.conftest import Dialoom, dialoom, recipe, server  # noqa: F401
from tests.corpus.splits.making import text

PAGE = Path(__file__).parents[1] / "docs" / "gate.md"


def test_the_commands_on_the_page_run(dialoom: Dialoom, recipe: Path, tmp_path: Path) -> None:  # noqa: F811
    chance = random.Random(7)
    rows = [
        {
            "id": f"c{n}",
            "topic": "ab"[n % 2],
            "messages": [{"role": ("user", "assistant")[k % 2], "content": text(chance)} for k in range(2 + n % 6)],
        }
        for n in range(60)
    ]
    (tmp_path / "chats.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    dialoom("run", recipe, "--out", "runs/calls", "-q")
    blocks = re.findall(r"^```bash\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    commands = [line for block in blocks for line in block.splitlines()]
    assert len(commands) == 11
    for command in commands:
        program, *arguments = shlex.split(command)
        assert program == "dialoom"
        done = dialoom(*arguments)
        assert done.code == 0, (command, done.err)
    assert len(list(read_dialogues(tmp_path / "few.jsonl"))) == 12
