"""Pictures in a prompt, reasoning apart from the answer, and how sure a model was."""

from __future__ import annotations

import base64
import math
from pathlib import Path
from typing import Any

import orjson
import pytest

import dialoom
from dialoom.errors import RecipeError
from dialoom.graph.check import check
from dialoom.models import ReadLedger
from tests.models.scripted import Scripted
from tests.nodes.running import recipe, run
from tests.support.fault_server import FaultServer

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4


def ledger_of(folder: Path) -> list[Any]:
    ledger = ReadLedger(folder / "ledger.sqlite")
    try:
        return [entry for key in ledger if (entry := ledger.get(key)) is not None]
    finally:
        ledger.close()


def test_a_picture_is_sent_as_data_and_kept_by_its_hash(tmp_path: Path) -> None:
    (tmp_path / "shots").mkdir()
    (tmp_path / "shots" / "a.png").write_bytes(PICTURE)
    source = [{"shot": "a"}, {"shot": "b"}]
    with Scripted(lambda body: "A cat.") as server:
        made = recipe(server.url, source).add(
            "seen", "generate", prompt="What is this?", images=["shots/{{ shot }}.png"]
        )
        made.located(made.lines, tmp_path)
        out = tmp_path / "out"
        report = dialoom.run(made, out)
        (body,) = server.bodies
        dialoom.run(made, out)
        assert len(server.bodies) == 1
        (tmp_path / "shots" / "a.png").write_bytes(PICTURE + b"!")
        dialoom.run(made, tmp_path / "other")
        assert len(server.bodies) == 2, "another picture is another question"
    text, image = body["messages"][0]["content"]
    assert text == {"type": "text", "text": "What is this?"}
    assert image["image_url"]["url"] == "data:image/png;base64," + base64.b64encode(PICTURE).decode()
    assert (report.counts.kept, report.counts.failed) == (1, 1), "a missing picture costs one record"
    (entry,) = ledger_of(out)
    assert len(entry.request) < 600
    assert orjson.loads(entry.request)["messages"][0]["content"][1]["name"] == "shots/a.png"


def test_the_same_picture_elsewhere_is_the_same_question(tmp_path: Path) -> None:
    with Scripted(lambda body: "A cat.") as server:
        for folder in (tmp_path / "one", tmp_path / "two"):
            folder.mkdir()
            (folder / "a.jpg").write_bytes(PICTURE)
            made = recipe({"url": server.url, "same_as": "x"}).add("seen", "generate", prompt="What?", images=["a.jpg"])
            made.located(made.lines, folder)
            dialoom.run(made, folder / "out")
    (one,), (two,) = ledger_of(tmp_path / "one" / "out"), ledger_of(tmp_path / "two" / "out")
    assert one.key == two.key


def test_a_picture_for_all_records_is_looked_for_before(tmp_path: Path) -> None:
    made = recipe("http://127.0.0.1:9/v1").add("seen", "generate", prompt="What?", images=["plan.png"])
    with pytest.raises(RecipeError, match=r"cannot read the picture plan.png"):
        check(made.located(made.lines, tmp_path))
    made = recipe("http://127.0.0.1:9/v1").add("seen", "generate", prompt="What?", images=["notes.txt"])
    with pytest.raises(RecipeError, match="no picture by its name"):
        check(made.located(made.lines, tmp_path))
    made = recipe("http://127.0.0.1:9/v1").add("seen", "generate", prompt="What?", images=["https://x.org/a.png"])
    check(made.located(made.lines, tmp_path))


@pytest.mark.parametrize(
    ("said", "text", "thoughts"),
    [
        ("<think>\nHm, two.\n</think>\n\nTwo.", "Two.", "Hm, two."),
        ("Hm, two.\n</think>\nTwo.", "Two.", "Hm, two."),
        ("<thinking>a <b> c</thinking>Two.", "Two.", "a <b> c"),
        ("Two.", "Two.", None),
        ("I think <think>this</think> stays.", "I think <think>this</think> stays.", None),
    ],
)
def test_thoughts_are_kept_apart(said: str, text: str, thoughts: str | None, tmp_path: Path) -> None:
    with Scripted(lambda body: said) as server:
        made = recipe(server.url).add("answer", "generate", prompt="One and one?", thoughts=True)
        made.add("dialogue", "say", turns=[{"A": "{{ answer }}"}])
        outcome = run(made, tmp_path)
        as_said = recipe({"url": server.url, "thoughts": "in_text"}).add("answer", "generate", prompt="One and one?")
        assert run(as_said, tmp_path).only.fields["answer"] == said
    assert outcome.only.fields["answer"] == text
    assert outcome.only.fields["answer_thoughts"] == thoughts
    assert outcome.only.text() == text
    # What the server sent is in the ledger.
    assert said in orjson.loads(ledger_of(tmp_path / "run0")[0].answer)["choices"][0]["message"]["content"]


def test_thoughts_do_not_stand_in_the_way_of_json(tmp_path: Path) -> None:
    said = '<think>It could be {"n": 1} or {"n": 2}.</think>{"n": 3}'
    with Scripted(lambda body: said) as server:
        made = recipe(server.url).add("answer", "generate", prompt="n?", schema={"n": "integer"})
        assert run(made, tmp_path).only.fields["answer"] == {"n": 3}


def test_one_that_only_thought_fails_its_record(tmp_path: Path) -> None:
    cut = {"message": {"content": "<think>Hm, let me see"}, "finish_reason": "length"}
    apart = {"message": {"content": None, "reasoning_content": "Hm"}, "finish_reason": "length"}
    for choice in (cut, apart):
        with Scripted(lambda body, choice=choice: choice) as server:  # type: ignore[misc]
            made = recipe(server.url).add("answer", "generate", prompt="One and one?", max_tokens=5)
            outcome = run(made, tmp_path)
        assert outcome.report.counts.failed == 1
        assert "spent all its tokens on thoughts" in outcome.reasons[0]
        assert "max_tokens" in outcome.reasons[0]


def test_how_sure_a_model_was(tmp_path: Path) -> None:
    with FaultServer(answer="7 7 x") as server:
        made = recipe(server.url).add("answer", "generate", prompt="?", logprobs=True)
        outcome = run(made, tmp_path)
        made = recipe(server.url).add("answer", "generate", prompt="?")
        assert "answer_logprob" not in run(made, tmp_path).only.fields
    # Two of five tokens are digits, which the server gives two thirds each.
    assert outcome.only.fields["answer_logprob"] == pytest.approx(2 * math.log(2 / 3) / 5)
    with Scripted(lambda body: "no probabilities") as server2:
        made = recipe(server2.url).add("answer", "generate", prompt="?", logprobs=True)
        assert run(made, tmp_path).only.fields["answer_logprob"] is None
    with pytest.raises(RecipeError, match="'count' asks for a list"):
        check(recipe("http://127.0.0.1:9/v1").add("answer", "generate", prompt="?", count=2, logprobs=True))


def test_the_probability_of_an_answer_is_without_that_of_its_thoughts(tmp_path: Path) -> None:
    with FaultServer(answer="<think>7 7</think>x 7") as server:
        made = recipe(server.url).add("answer", "generate", prompt="?", logprobs=True)
        outcome = run(made, tmp_path)
    assert outcome.only.fields["answer"] == "x 7"
    assert outcome.only.fields["answer_logprob"] == pytest.approx(math.log(2 / 3) / 3)
