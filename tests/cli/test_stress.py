"""`dialoom stress`, on the bot of the examples and on bots whose answers a test writes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from dialoom.evaluation.stress import CHECKS
from tests.cli.conftest import Dialoom
from tests.support.bots import EXAMPLE, Reply, TestBot, example_running

PLAIN = ("--against", "")


@pytest.fixture(scope="module")
def bank() -> Iterator[str]:
    with example_running() as url:
        yield url


def dialogue(name: str, *turns: tuple[str, str | None], **fields: Any) -> str:
    """A line of a file of dialogues: the user's turns with their intents, and somebody's answers."""
    told: list[dict[str, Any]] = []
    for text, intent in turns:
        told += [{"speaker": "user", "text": text, "intent": intent}, {"speaker": "assistant", "text": "Well."}]
    return orjson.dumps({"id": name, "turns": told, "lineage": {}, **fields}).decode() + "\n"


def read(out: Path) -> Any:
    return orjson.loads((out / "report.json").read_bytes())


def talks(report: Any, **wanted: str) -> list[Any]:
    return [one for one in report["talks"] if all(one[name] == value for name, value in wanted.items())]


def test_a_taxonomy_against_the_example_bot(dialoom: Dialoom, bank: str, tmp_path: Path) -> None:
    ended = dialoom("stress", EXAMPLE / "taxonomy.yaml", "--bot", f"{bank}/message", "--out", "s", "--each", 4)
    assert ended.code == 0
    report = read(tmp_path / "s")
    assert report["by_variant"]["clean"]["sound"]["value"] == 1
    assert set(report["by_intent"]) == {"report_fraud", "lost_card", "transfer", "balance"}
    assert set(report["by_slot"]) == {"card", "amount", "payee"}
    assert set(report["by_escalation"]) == {"demanded", "not demanded"}
    assert set(report["brittleness"]) == {"typo+disfluency", "paraphrase"}
    # It hangs on whole words, and what it loses to slips is intents.
    lost = report["brittleness"]["typo+disfluency"]["all"]["intent"]
    assert lost["broken"] > 0
    assert lost["mended"] == 0
    assert lost["loss"]["value"] == pytest.approx(lost["broken"] / lost["pairs"])
    assert lost["loss"]["low"] < lost["loss"]["value"] < lost["loss"]["high"]
    failing = next(one for one in report["talks"] if "intent" in one["faults"])
    assert "was taken for nlu_fallback" in failing["faults"]["intent"]
    page = (tmp_path / "s" / "report.md").read_text()
    assert "it was sent:" in page
    assert "## The worst" in page


def test_what_the_example_bot_misses_is_found(dialoom: Dialoom, bank: str, tmp_path: Path) -> None:
    options = ("--taxonomy", EXAMPLE / "taxonomy.yaml", "--bot", f"{bank}/webhooks/rest/webhook", "--shape", "rasa")
    command = ("stress", EXAMPLE / "requests.yaml", *options, *PLAIN, "--out", "s")
    assert dialoom(*command, "--fail-under", "stable=1").code == 0
    ended = dialoom(*command, "--fail-under", "escalation@report_fraud=1")
    assert ended.code == 11
    assert "escalation of report_fraud is 0.500 (1 of 2), and 1 was asked for" in ended.err
    report = read(tmp_path / "s")
    (missed,) = talks(report, request="fraud-in-mid-transfer")
    assert missed["faults"]["escalation"] == "nobody took over"
    assert [one["request"] for one in report["talks"] if one["faults"]] == ["fraud-in-mid-transfer"]
    page = (tmp_path / "s" / "report.md").read_text()
    assert page.index("fraud-in-mid-transfer") > page.index("The worst 1 of 1")


def test_the_same_command_plays_nothing_again(dialoom: Dialoom, tmp_path: Path) -> None:
    (tmp_path / "u.csv").write_text("text,intent\nwhere is my card,lost\nwhere is my bag,bag\n")
    with TestBot(lambda body: {"text": f"Done with {body['text']}."}) as bot:
        command = ("stress", "u.csv", "--bot", bot.url, "--out", "s", *PLAIN)
        assert dialoom(*command).code == 0
        first, report = len(bot.bodies), read(tmp_path / "s")
        # What is asked for no more is out of the report, and one hello is all that is said.
        assert dialoom(*command, "-n", 1).code == 0
        assert [one["request"] for one in read(tmp_path / "s")["talks"]] == [report["talks"][0]["request"]]
        assert len(bot.bodies) <= first + 1
    # It is not there any more, and the report does not need it; nor does another number at once alter a talk.
    assert dialoom(*command, "--at-once", 1).code == 0
    assert first == 3
    assert read(tmp_path / "s") == report


def test_users_turns_are_said_as_they_are_written(dialoom: Dialoom, tmp_path: Path) -> None:
    lines = [("Hello there", None), ("I  lost my card!", "lost_card"), ("Bye", None)]
    (tmp_path / "d.jsonl").write_text(dialogue("one", *lines))

    def reply(body: dict[str, Any]) -> Reply:
        return {"text": "Yes.", "intent": "lost_card" if "card" in body["text"] else "chat"}

    with TestBot(reply) as bot:
        assert dialoom("stress", "d.jsonl", "--bot", bot.url, "--out", "s", *PLAIN).code == 0
    # The first is the message by which it is found out whether the bot is there.
    assert [body["text"] for body in bot.bodies[1:]] == [text for text, _ in lines]
    (talk,) = read(tmp_path / "s")["talks"]
    assert talk["intent"] == "lost_card"
    assert talk["passed"]["intent"] is True


def test_a_crash_on_one_input_is_a_finding(dialoom: Dialoom, tmp_path: Path) -> None:
    (tmp_path / "lines.txt").write_text("hello bot\n\nwhat about ☃ snow\nmy card\nnothing\n")

    def reply(body: dict[str, Any]) -> Reply:
        if "☃" in body["text"]:
            return 500, b'Traceback (most recent call last):\n  File "bot.py", line 3\nUnicodeError: no'
        return {"text": "" if body["text"] == "nothing" else "I see."}

    with TestBot(reply) as bot:
        assert dialoom("stress", "lines.txt", "--bot", bot.url, "--out", "s", *PLAIN).code == 0
    report = read(tmp_path / "s")
    assert report["dialogues"] == 4
    assert report["failures"] == {"crashed": 1}
    crashed = next(one for one in report["talks"] if not one["passed"]["stable"])
    assert crashed["faults"]["stable"] == "crashed: HTTP 500"
    assert "a stack trace" in crashed["faults"]["closed"]
    assert next(one for one in report["talks"] if not one["passed"]["answered"])["request"] == "line-5"
    # Nothing is known of what was meant, so nothing of it is judged.
    assert not {"intent", "slots", "escalation"} & set(report["measures"])


@pytest.mark.parametrize(
    ("text", "check"),
    [
        ("Traceback (most recent call last):", "closed"),
        ("KeyError: 'slot'", "closed"),
        ("Dear {{ name }}, welcome", "closed"),
        ("SELECT * FROM users failed", "closed"),
        ("Your balance is undefined", "closed"),
        ("<|im_start|>assistant Hello", "closed"),
        ("It is in /home/bot/config.yml now", "closed"),
        ("", "answered"),
        ("I will pass you to an agent of ours", "escalation"),
        ("It is all done now, thank you.", ""),
    ],
)
def test_checks_of_what_a_bot_says(dialoom: Dialoom, tmp_path: Path, text: str, check: str) -> None:
    (tmp_path / "r.yaml").write_text("requests: [{intent: a, say: please do it, escalate: false}]\n")
    with TestBot(lambda body: {"text": text}) as bot:
        dialoom("stress", "r.yaml", "--bot", bot.url, "--out", "s", *PLAIN)
    (talk,) = read(tmp_path / "s")["talks"]
    assert (check in talk["faults"]) if check else not talk["faults"]


def test_slots_that_are_wrong_missing_and_right(dialoom: Dialoom, tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text(
        "requests:\n- {intent: a, say: go, knows: {city: Oslo, day: [Monday, date], size: 3}, escalate: false}\n"
    )
    with TestBot(lambda body: {"text": "Fine.", "slots": {"city": "OSLO", "day": "Sunday"}}) as bot:
        dialoom("stress", "r.yaml", "--bot", bot.url, "--out", "s", *PLAIN)
    report = read(tmp_path / "s")
    assert {name: one["how"] for name, one in report["by_slot"].items()} == {
        "city": {"right": 1},
        "day": {"wrong": 1},
        "size": {"missing": 1},
    }
    assert report["talks"][0]["faults"]["slots"] == "day wrong; size missing"


def test_a_bot_that_tells_nothing_is_judged_by_its_words(dialoom: Dialoom, tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text("requests:\n- {say: go, knows: {city: Oslo, day: [Monday, date], size: big}}\n")
    replies = ["What date?", "What date?", "Done for Oslo."]
    with TestBot(lambda body: {"text": replies.pop(0)}) as bot:
        dialoom("stress", "r.yaml", "--bot", bot.url, "--out", "s", *PLAIN)
    report = read(tmp_path / "s")
    hows = {name: next(iter(one["how"])) for name, one in report["by_slot"].items()}
    assert hows == {"city": "said", "day": "asked", "size": "not asked"}
    assert report["tells"] == {"intent": False, "slots": False}
    assert "The bot tells no intents and no slots" in (tmp_path / "s" / "report.md").read_text()


def test_a_plan_and_a_limit_on_the_number(dialoom: Dialoom, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(
        "plan: p\nseed: 1\nintents:\n"
        "- {intent: small, count: 3, criticality: low, examples: [a small thing, one more]}\n"
        "- {intent: fraud, count: 3, criticality: critical, examples: [my money is gone], escalation: a person}\n"
    )
    with TestBot(lambda body: {"text": "Fine.", "escalated": "money" in body["text"]}) as bot:
        dialoom("stress", "p.yaml", "--bot", bot.url, "--out", "s", *PLAIN, "-n", 1)
    (talk,) = read(tmp_path / "s")["talks"]
    # The critical one comes first.
    assert (talk["intent"], talk["escalated_at"], talk["faults"]) == ("fraud", 1, {})


def test_brittleness_has_a_limit(dialoom: Dialoom, tmp_path: Path) -> None:
    (tmp_path / "u.csv").write_text("text,intent\nplease help immediately,help\nanother question,question\n")
    known = {"please help immediately": "help", "another question": "question", "hello": "help"}
    with TestBot(lambda body: {"text": "Yes, of course.", "intent": known.get(body["text"], "none")}) as bot:
        command = ("stress", "u.csv", "--bot", bot.url, "--out", "s", "--against", "typo")
        assert dialoom(*command, "--fail-brittle", 1).code == 0
        ended = dialoom(*command, "--fail-brittle", 0.5)
    assert ended.code == 11
    assert "intent loses 1.000 to typo, and at most 0.5 was asked for" in ended.err
    both = read(tmp_path / "s")["brittleness"]["typo"]
    assert both["intent: help"]["intent"]["broken"] == 1


@pytest.mark.parametrize(
    ("options", "told", "code"),
    [
        (("--shape", "rosa"), "did you mean 'rasa'?", 2),
        (("--against", "tpyo"), "did you mean 'typo'?", 2),
        (("--fail-under", "escalaton=1"), "did you mean 'escalation'?", 2),
        (("--fail-under", "escalation=7"), "no share from 0 to 1", 2),
        (("--header", "Key"), "write NAME=VALUE", 2),
        (("--handover", "("), "no regular expression", 2),
        ((), "cannot connect", 4),
    ],
)
def test_what_cannot_be_is_told_before_anything_is_played(
    dialoom: Dialoom, tmp_path: Path, options: tuple[str, ...], told: str, code: int
) -> None:
    (tmp_path / "lines.txt").write_text("hello\n")
    ended = dialoom("stress", "lines.txt", "--bot", "http://127.0.0.1:9/x", "--out", "s", *options)
    assert ended.code == code
    assert told in ended.err
    assert not (tmp_path / "s" / "report.json").exists()


def test_wrong_requests_are_told_with_their_line(dialoom: Dialoom, tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text("requests:\n- {say: a}\n- {intent: b}\n- {say: c, intnt: d}\n")
    ended = dialoom("stress", "r.yaml", "--bot", "http://127.0.0.1:9/x", "--out", "s")
    assert ended.code == 2
    assert "r.yaml:3" in ended.err
    assert "r.yaml:4" in ended.err
    assert "did you mean 'intent'" in ended.err


def test_an_address_that_is_none_of_the_bots(dialoom: Dialoom, tmp_path: Path) -> None:
    (tmp_path / "lines.txt").write_text("hello\n")
    with TestBot(lambda body: (404, b"no")) as bot:
        ended = dialoom("stress", "lines.txt", "--bot", bot.url, "--out", "s")
    assert ended.code == 4
    assert "HTTP 404 (correct --bot, --shape or --header)" in ended.err
    assert len(bot.bodies) == 1


def test_every_check_says_what_it_is() -> None:
    assert {name: bool(CHECKS.load(name).about) for name in CHECKS.names()} == dict.fromkeys(CHECKS.names(), True)


@pytest.mark.embedded
def test_simulated_users_of_the_embedded_model(dialoom: Dialoom, bank: str, tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp")
    options = ("--shape", "openai", "--model", "embedded", "--turns", 4, "-n", 2, *PLAIN)
    ended = dialoom(
        "stress", EXAMPLE / "taxonomy.yaml", "--bot", f"{bank}/v1/chat/completions", "--out", "s", *options, "--json"
    )
    assert ended.code == 0, ended.err
    told = ended.json
    assert [one["intent"] for one in told["talks"]] == ["report_fraud", "lost_card"]
    fraud, card = told["talks"]
    assert fraud["escalated_at"] == 1
    assert card["passed"]["stable"]
    assert card["answers"] == 2
