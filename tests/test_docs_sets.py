"""The commands on the pages about import, splits and the card, run as they stand, one after the other."""

from __future__ import annotations

import json
import random
import re
import shlex
import subprocess
import sys
from pathlib import Path

from dialoom.corpus import Corpus
from tests.cli.conftest import Dialoom, dialoom  # noqa: F401
from tests.corpus.splits.making import many, text

DOCS = Path(__file__).parents[1] / "docs"
PAGES = ("import.md", "splits.md", "card.md")


def commands(page: str) -> list[str]:
    blocks = re.findall(r"^```bash\n(.*?)^```", (DOCS / page).read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


def test_the_commands_on_the_pages_run(dialoom: Dialoom, tmp_path: Path) -> None:  # noqa: F811
    chance = random.Random(7)
    rows = [
        {
            "id": f"c{n}",
            "messages": [{"role": "user", "content": text(chance)}, {"role": "assistant", "content": text(chance)}],
        }
        for n in range(40)
    ]
    (tmp_path / "logs.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    Corpus.open("corpus", create=True).append(list(many(40, provenance="synthetic")), run="r", batch="0")
    for page in PAGES:
        for command in commands(page):
            program, *arguments = shlex.split(command)
            assert program == "dialoom"
            done = dialoom(*arguments)
            # `leaks` ends with 1 where it finds any, and made-up texts may mean the same.
            assert done.code in ((0, 1) if arguments[:2] == ["corpus", "leaks"] else (0,)), (command, done.err)
    python = re.findall(r"^```python\n(.*?)^```", (DOCS / "import.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)
    for code in python:
        ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (ran.returncode, ran.stdout) == (0, "0\n"), ran.stderr
