"""What docs/stress.md and the example's README say is so."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from dialoom.evaluation.stress import CHECKS
from dialoom.evaluation.stress.report import SOUND
from dialoom.intents.noise import KINDS
from dialoom.nodes._bots import SHAPES, read_shape
from tests.cli.conftest import Dialoom
from tests.cli.conftest import dialoom as dialoom
from tests.support.bots import EXAMPLE, TestBot, example_running

PAGE = (Path(__file__).parents[1] / "docs" / "stress.md").read_text("utf-8")


def section(heading: str) -> str:
    return PAGE.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]


def names(heading: str) -> list[str]:
    """The first cells of a table."""
    return re.findall(r"^\| `(\w+)` \|", section(heading), re.MULTILINE)


def blocks(heading: str) -> list[str]:
    return re.findall(r"```text\n(.*?)```", section(heading), re.DOTALL)


def test_the_tables_hold_every_shape_and_check() -> None:
    assert sorted(names("Shapes")) == SHAPES.names()
    assert sorted(names("Checks")) == sorted([SOUND, *CHECKS.names()])
    told = section("Brittleness").split("kinds of noise (", 1)[1].split(")", 1)[0]
    assert sorted(re.findall(r"`(\w+)`", told)) == KINDS.names()


def test_the_shape_on_the_page_is_one(tmp_path: Path) -> None:
    (shape,) = blocks("Shapes")
    (tmp_path / "shape.yaml").write_text(shape, "utf-8")
    assert read_shape(tmp_path / "shape.yaml").state is not None


def test_the_requests_on_the_page_are_played(dialoom: Dialoom, tmp_path: Path) -> None:
    (requests,) = blocks("Requests")
    (tmp_path / "r.yaml").write_text(requests, "utf-8")
    with TestBot(lambda body: {"text": "Done."}) as bot:
        assert dialoom("stress", "r.yaml", "--bot", bot.url, "--out", "s", "--against", "").code == 0
    said = [body["text"] for body in bot.bodies]
    assert {"block the card", "I want to transfer money"} <= set(said)


def test_the_commands_of_the_example(dialoom: Dialoom, tmp_path: Path) -> None:
    text = (EXAMPLE / "README.md").read_text("utf-8")
    commands = re.findall(r"^dialoom (.+)$", text, re.MULTILINE)
    codes = []
    with example_running() as url:
        for command in commands:
            words = shlex.split(command.replace("http://127.0.0.1:5005", url))
            codes.append(dialoom(*(str(EXAMPLE / word) if (EXAMPLE / word).is_file() else word for word in words)).code)
    assert codes == [0, 11]
    worst = (tmp_path / "runs" / "unusual" / "report.md").read_text("utf-8").split("## The worst", 1)[1]
    assert worst.index("### fraud-in-mid-transfer") < 40
