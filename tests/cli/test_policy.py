"""`dialoom policy`: learning from annotated dialogues, and checking files."""

from __future__ import annotations

from pathlib import Path

from dialoom.dialogue import Dialogue, Turn
from dialoom.dialogue.formats import FORMATS
from dialoom.dialogue.policy import read_policy
from tests.cli.conftest import Dialoom


def talk(name: str, shop: str, *acts: str) -> Dialogue:
    turns = [Turn(speaker="ua"[n % 2], text="x", acts=act.split("+") if act else []) for n, act in enumerate(acts)]
    return Dialogue(id=name, turns=turns, fields={"shop": shop})


def write(path: Path) -> Path:
    writer = FORMATS.load("jsonl").write
    assert writer is not None
    talks = [talk("1", "a/b", "ask", "inform"), talk("2", "c", "ask", "refuse", "ask", "inform"), talk("3", "c", "")]
    writer(talks, path)
    return path


def test_learn_and_check(dialoom: Dialoom, tmp_path: Path) -> None:
    data, out = write(tmp_path / "d.jsonl"), tmp_path / "p.yaml"
    learnt = dialoom("policy", "learn", data, "--out", out)
    assert learnt.code == 0, learnt.err
    assert "3 states and 4 transitions from 2 dialogues of 2 to 4 turns" in learnt.out
    assert "1 more has turns without acts" in learnt.err
    policy = read_policy(out)
    assert policy.policy == "p"
    assert policy.states["u:ask"].next == {"a:inform": 2, "a:refuse": 1}
    checked = dialoom("policy", "check", out)
    assert "3 states, 1 of them may end it" in checked.out
    out.write_text(out.read_text().replace("u:ask: 1\n", "u:aks: 1\n", 1))
    assert dialoom("policy", "check", out).code == 3


def test_one_for_each_value(dialoom: Dialoom, tmp_path: Path) -> None:
    data, out = write(tmp_path / "d.jsonl"), tmp_path / "p"
    assert dialoom("policy", "learn", data, "--out", out, "--per", "shop", "--smoothing", "1").code == 0
    assert sorted(each.name for each in out.iterdir()) == ["a_b.yaml", "c.yaml"]
    assert read_policy(out / "c.yaml").states["u:ask"].next["a:refuse"] == 2
    assert dialoom("policy", "learn", data, "--out", out, "--per", "no").code == 2
