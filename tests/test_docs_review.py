"""The commands on the page about reviewing, run as they stand, one after the other."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest

import dialoom
from tests.support.fault_server import FaultServer

pytest.importorskip("sklearn")

PAGE = Path(__file__).parents[1] / "docs" / "review.md"
SHELL = f'dialoom() {{ "{sys.executable}" -m dialoom.cli.main "$@"; }}; set -eo pipefail; '
ITEMS = ("clarity", "usefulness", "escalation_appropriateness")
LINES = [
    ("I think my card is gone", "lost_card", "card_swallowed"),
    ("the machine kept it", "lost_card", "card_swallowed"),
    ("it won't come out again", "card_swallowed", "lost_card"),
]


def prepare(folder: Path, server: FaultServer) -> None:
    """A cycle with three lines to be reviewed, judged dialogues, and what two people say of them."""
    first = folder / "cycle" / "round-1"
    first.mkdir(parents=True)
    real = [{"text": text, "intent": intent} for text, intent, _ in LINES] + [{"text": "pay it", "intent": "pay_bill"}]
    queue = [
        {"text": text, "intent": intent, "other": other, "variety": "free", "decision": ""}
        | {"why": "the views disagree: rank 2 in the second"}
        for text, intent, other in LINES
    ]
    for path, rows in ((folder / "cycle" / "real.jsonl", real), (first / "review.jsonl", queue)):
        path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    recipe = {
        "recipe": "calls",
        "models": {"writer": server.url},
        "source": [{"topic": f"{what} {n}"} for n in range(12) for what in ("lost luggage", "a seat upgrade")],
        "nodes": {"dialogue": {"kind": "converse", "speakers": ["Caller", "Agent"], "turns": 4}},
        "quality": {"judge": {"rubric": "service"}},
    }
    (folder / "calls.yaml").write_text(json.dumps(recipe), "utf-8")
    report = dialoom.run(dialoom.load_recipe(folder / "calls.yaml"), folder / "runs" / "calls")
    assert report.counts.kept == 24
    chance = random.Random(5)
    for name in ("ann", "ben"):
        said = [str(min(5, max(1, 1 + n // 3 % 5 + chance.randint(-1, 1)))) for n in range(20 * len(ITEMS))]
        (folder / f"{name}.txt").write_text("\n".join(said) + "\n", "utf-8")


def test_the_commands_on_the_page_run(tmp_path: Path) -> None:
    text = PAGE.read_text("utf-8")
    blocks = re.findall(r"^```bash\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    commands = [line for block in blocks for line in block.splitlines()]
    assert len(commands) == 9
    said: dict[str, str] = {}
    with FaultServer() as server:
        prepare(tmp_path, server)
    for command in commands:
        done = subprocess.run(
            ["bash", "-c", SHELL + command],
            cwd=tmp_path,
            env=os.environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, (command, done.stderr)
        said[command] = done.stdout
    queue = [json.loads(line) for line in (tmp_path / "cycle/round-1/review.jsonl").read_text("utf-8").splitlines()]
    assert [row["decision"] for row in queue] == ["lost_card", "card_swallowed", ""]
    told = json.loads(said["dialoom review runs/calls --rubric service --limit 20 --seed 1 --json"])
    assert [(each["rater"], each["rated"]) for each in told["raters"]] == [("ann", 20), ("ben", 20)]
    agreed = said["dialoom evaluate agreement ratings.jsonl"]
    assert all(item in agreed for item in ITEMS)
    assert "40 ratings by 2 raters of 20 units" in agreed
    judged = said["dialoom evaluate judge runs/calls --ratings ratings.jsonl --good 3"]
    assert "judge.clarity, writer" in judged or "judge.clarity, all judges" in judged
    assert re.search(r"threshold [\d.]+, fitted on \d+", judged)
    # What the page shows of a rating is what one looks like.
    shown = json.loads(next(line for line in text.splitlines() if line.startswith('{"unit"')))
    assert shown.keys() == json.loads((tmp_path / "ratings.jsonl").read_text("utf-8").splitlines()[0]).keys()
