"""`dialoom review`: deciding on lines and rating dialogues, by answers that come line by line."""

from __future__ import annotations

import io
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dialoom.evaluation.agreement import read_ratings
from tests.cli.conftest import COMMAND, Dialoom, Ended

Answers = Callable[..., Ended]
LINES = [
    ("is it wet out", "weather", "lost_luggage"),
    ("where is it", "weather", "lost_luggage"),
    ("so what now", "lost_luggage", None),
    ("take me there", "travel", "weather"),
]


@pytest.fixture
def answering(dialoom: Dialoom, monkeypatch: pytest.MonkeyPatch) -> Answers:
    """Runs a command with answers on stdin, one a line."""

    def run(*arguments: str | Path, answers: str) -> Ended:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("\n".join(answers.split()).encode())))
        return dialoom(*arguments)

    return run


@pytest.fixture
def queue(tmp_path: Path) -> Path:
    """A queue that lies in no cycle."""
    return write_queue(tmp_path / "review.jsonl", LINES)


@pytest.fixture
def chats(tmp_path: Path) -> Path:
    path = tmp_path / "chats.jsonl"
    rows = [
        {"id": f"c{n}", "messages": [{"role": "user", "content": f"Hello {n}"}, {"role": "assistant", "content": "Hi"}]}
        for n in range(4)
    ]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return path


def write_queue(path: Path, lines: list[tuple[str, str, str | None]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [
        {"text": text, "intent": intent, "other": other, "variety": "free", "why": "the views disagree", "decision": ""}
        for text, intent, other in lines
    ]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return path


def rows_in(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def decisions(path: Path) -> list[str]:
    return [row["decision"] for row in rows_in(path)]


def test_each_line_is_decided_and_saved(queue: Path, answering: Answers) -> None:
    before = rows_in(queue)
    ended = answering("review", queue, answers="k o drop travel")
    assert ended.code == 0
    assert decisions(queue) == ["weather", "lost_luggage", "drop", "travel"]
    assert [row | {"decision": ""} for row in rows_in(queue)] == before
    assert "2 of 4" in ended.out
    assert "the views disagree" in ended.out
    assert "decided: 4 of 4 lines, 1 of them dropped; open: 0" in ended.err


def test_it_goes_on_where_it_was_left(queue: Path, answering: Answers) -> None:
    for answers, left in (("k", 3), ("s k q k", 2), ("", 2)):
        ended = answering("review", queue, answers=answers)
        assert ended.code == 0
        assert f"open: {left}" in ended.err
        assert "next: the same command" in ended.err
    assert decisions(queue) == ["weather", "", "lost_luggage", ""]
    last = answering("review", queue, answers="k k")
    assert ("1 of 4" in last.out, "2 of 4" in last.out, "3 of 4" in last.out) == (False, True, False)
    assert decisions(queue) == ["weather", "weather", "lost_luggage", "travel"]


def test_what_is_no_answer_is_asked_again(queue: Path, answering: Answers) -> None:
    ended = answering("review", queue, answers="wether 7 =weather s other")
    assert "no intent is called 'wether' (did you mean 'weather'?)" in ended.out
    assert "known: lost_luggage, travel, weather" in ended.out
    assert "the line has no other intent" in ended.out
    assert decisions(queue) == ["weather", "", "", ""]


def test_back_takes_an_answer_back(queue: Path, answering: Answers) -> None:
    answering("review", queue, answers="k o b b b o")
    assert decisions(queue) == ["lost_luggage", "", "", ""]
    ended = answering("review", queue, answers="s k u u q")
    assert "2 of 4" in ended.out
    assert decisions(queue) == ["lost_luggage", "", "", ""]
    again = answering("review", queue, answers="u d")
    assert again.out.index("2 of 4") < again.out.index("1 of 4")
    assert decisions(queue) == ["drop", "", "", ""]
    revised = answering("review", queue, "--again", answers="k s")
    assert "so far: drop" in revised.out
    assert decisions(queue) == ["weather", "", "", ""]


def test_the_list_asks_nothing(queue: Path, answering: Answers) -> None:
    answering("review", queue, answers="d")
    told = answering("review", queue, "--json", answers="k k k").json
    assert (told["lines"], told["decided"], told["dropped"], told["open"]) == (4, 1, 1, 3)
    assert [row["decision"] for row in told["queue"]] == ["drop", "", "", ""]
    assert decisions(queue) == ["drop", "", "", ""]


def test_a_cycle_has_the_queues_of_its_rounds_and_its_intents(tmp_path: Path, answering: Answers) -> None:
    first = write_queue(tmp_path / "cycle" / "round-1" / "review.jsonl", LINES[:2])
    tenth = write_queue(tmp_path / "cycle" / "round-10" / "review.jsonl", [LINES[3]])
    second = write_queue(tmp_path / "cycle" / "round-2" / "review.jsonl", LINES[1:3])
    real = [{"text": "x", "intent": intent} for intent in ("weather", "lost_luggage", "pay_bill", "travel")]
    (tmp_path / "cycle" / "real.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in real))
    ended = answering("review", "cycle", answers="k pay_bill d o")
    assert [decisions(path) for path in (first, second, tenth)] == [
        ["weather", "pay_bill"],
        ["pay_bill", "drop"],
        ["weather"],
    ]
    assert "dialoom cycle" in ended.err
    first.write_text(first.read_text().replace("pay_bill", "pay_bil"))
    wrong = answering("review", first, answers="k")
    assert wrong.code == 3
    assert "review.jsonl:2" in wrong.err
    assert "did you mean 'pay_bill'" in wrong.err


def test_a_taxonomy_names_intents_that_the_queue_does_not(tmp_path: Path, queue: Path, answering: Answers) -> None:
    (tmp_path / "t.yaml").write_text(
        "taxonomy: t\nintents: {weather: {}, lost_luggage: {}, travel: {}, pay_bill: {}}\n"
    )
    assert "no intent is called 'pay_bill'" in answering("review", queue, answers="pay_bill").out
    answering("review", queue, "--taxonomy", "t.yaml", answers="pay_bill")
    assert decisions(queue) == ["pay_bill", "", "", ""]


def test_decisions_go_into_the_cycle(tmp_path: Path, answering: Answers) -> None:
    pytest.importorskip("sklearn")
    pytest.importorskip("wordllama")
    from tests.cycle.test_cycle import data

    given = data(tmp_path)
    small = ["--model", "none", "--rounds", "1", "--per-intent", "6", "--seeds", "1", "--quiet"]
    arguments = ["cycle", given["data"], "--test", given["test"], *small]
    assert answering(*arguments, answers="").code == 0
    folder = tmp_path / "cycle" / "round-1"
    out, moved = (
        next(row for row in rows_in(folder / "kept.jsonl") if row["intent"] == intent)
        for intent in ("lost_luggage", "exchange_rate")
    )
    write_queue(folder / "review.jsonl", [(row["text"], row["intent"], "lost_luggage") for row in (out, moved)])
    assert answering("review", "cycle", answers="drop other").code == 0
    assert answering(*arguments, answers="").code == 0
    lines = {(row["text"], row["intent"]) for row in rows_in(tmp_path / "cycle" / "train.jsonl")}
    assert out["text"] not in {text for text, _ in lines}
    assert (moved["text"], "lost_luggage") in lines
    assert (moved["text"], "exchange_rate") not in lines
    told = answering("review", "cycle", "--json", answers="").json
    assert (told["decided"], told["open"]) == (2, 0)


def started(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def until(true: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + 300
    while not true():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_kill_loses_no_answer(tmp_path: Path, queue: Path, answering: Answers) -> None:
    with started(tmp_path, "review", "review.jsonl") as process:
        assert process.stdin is not None
        process.stdin.write("k\no\n")
        process.stdin.flush()
        until(lambda: decisions(queue)[1] != "", process)
        process.send_signal(signal.SIGKILL)
    assert decisions(queue) == ["weather", "lost_luggage", "", ""]
    ended = answering("review", queue, answers="d k")
    assert "1 of 4" not in ended.out
    assert decisions(queue) == ["weather", "lost_luggage", "drop", "travel"]


def test_ctrl_c_ends_it_as_interrupted(tmp_path: Path, queue: Path) -> None:
    with started(tmp_path, "review", "review.jsonl") as process:
        assert process.stdin is not None
        process.stdin.write("k\n")
        process.stdin.flush()
        until(lambda: decisions(queue)[0] != "", process)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=300)
    assert process.returncode == 130
    assert "decided: 1 of 4 lines" in err
    assert "Traceback" not in err


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_at_a_terminal_intents_are_completed(tmp_path: Path, queue: Path) -> None:
    pytest.importorskip("readline")
    keyboard, screen = os.openpty()
    with subprocess.Popen(
        [*COMMAND, "review", "review.jsonl"], cwd=tmp_path, stdin=screen, stdout=screen, stderr=subprocess.PIPE
    ) as process:
        os.close(screen)
        for typed in (b"lost\t\n", b"k\n", b"q\n"):
            seen = b""
            while b"> " not in seen:
                assert select.select([keyboard], [], [], 300)[0], seen
                seen += os.read(keyboard, 4096)
            os.write(keyboard, typed)
        _, err = process.communicate(timeout=300)
    os.close(keyboard)
    assert process.returncode == 0, err
    assert decisions(queue) == ["lost_luggage", "weather", "", ""]


def test_two_raters_in_one_file_give_an_alpha(chats: Path, answering: Answers) -> None:
    common = ["review", chats, "--rubric", "escalation", "--out", "r.jsonl"]
    ended = answering(*common, "--rater", "ann", answers="5 4 3 2 " * 4)
    assert ended.code == 0
    assert "Hello 3" in ended.out
    assert "ann has rated 4 of 4 dialogues: r.jsonl" in ended.err
    assert answering(*common, "--rater", "ben", answers="5 4 3 2  4 4 3 1  2 4 4 2  5 4 1 1").code == 0
    told = answering("evaluate", "agreement", "r.jsonl", "--resamples", "0", "--json", answers="").json
    assert [one["item"] for one in told] == ["action", "care", "communication", "recognition"]
    assert all(one["raters"] == 2 and one["units"] == 4 and one["replaced"] == 0 for one in told)
    assert all("alpha" in one["measures"] for one in told)
    (row, *_) = rows_in(Path("r.jsonl"))
    assert row == {"unit": "c0", "rater": "ann", "item": "recognition", "value": 5, "rubric": "escalation"}
    assert "evaluate agreement r.jsonl" in answering(*common, "--rater", "ben", answers="").err


def test_ratings_go_on_by_rater(chats: Path, answering: Answers) -> None:
    common = ["review", chats, "--rubric", "service"]
    answering(*common, "--rater", "ann", answers="5 4")
    ended = answering(*common, "--rater", "ann", answers="- s")
    assert "3 of 3  escalation_appropriateness" in ended.out
    assert "1 of 3  clarity" in ended.out
    ended = answering(*common, "--rater", "ben", answers="6 - 0 1 b 2")
    for wrong in ("'6' is", "'-' is", "'0' is"):
        assert f"{wrong} not on the scale: 1 to 5" in ended.out
    assert [(one["rater"], one["item"], one["value"]) for one in rows_in(Path("ratings.jsonl"))] == [
        ("ann", "clarity", 5),
        ("ann", "usefulness", 4),
        ("ann", "escalation_appropriateness", None),
        ("ben", "clarity", 2),
    ]
    assert len(read_ratings(Path("ratings.jsonl"))) == 3
    told = answering(*common, "--json", answers="").json
    assert [(one["rater"], one["rated"], len(one["open"])) for one in told["raters"]] == [("ann", 1, 3), ("ben", 0, 4)]


def test_a_seed_gives_all_raters_the_same_sample(chats: Path, answering: Answers) -> None:
    def chosen(*arguments: str) -> list[str]:
        told = answering(
            "review", chats, "--rubric", "escalation", *arguments, "--rater", "x", "--json", answers=""
        ).json
        return list(told["raters"][0]["open"])

    everything = chosen()
    assert everything == ["c0", "c1", "c2", "c3"]
    assert chosen("--limit", "2") == ["c0", "c1"]
    orders = {seed: chosen("--seed", str(seed)) for seed in range(5)}
    assert len({tuple(order) for order in orders.values()}) > 1
    for seed, order in orders.items():
        assert sorted(order) == everything
        assert chosen("--seed", str(seed), "--limit", "2") == order[:2]


def test_dialogues_of_a_run(recipe: Path, answering: Answers) -> None:
    assert answering("run", recipe, "--out", "r", "-q", answers="").code == 0
    ended = answering("review", "r", "--rubric", "dialogue", "--rater", "ann", "--limit", "1", answers="1 2 3 4")
    assert ended.code == 0
    assert "Caller" in ended.out
    rows = rows_in(Path("ratings.jsonl"))
    assert [row["value"] for row in rows] == [1, 2, 3, 4]
    assert rows[0]["topic"] in ("lost luggage", "seat upgrade")
    assert rows[0]["recipe"] == "calls"


def test_what_cannot_be_reviewed(tmp_path: Path, queue: Path, chats: Path, answering: Answers) -> None:
    def refused(code: int, said: str, *arguments: str | Path) -> None:
        ended = answering("review", *arguments, answers="k")
        assert (ended.code, said in ended.err) == (code, True), ended.err

    refused(3, "no such file", "none.jsonl")
    (tmp_path / "empty").mkdir()
    refused(3, "--rubric", "empty")
    refused(3, "--rubric", chats)
    refused(2, "--rater is for rating", queue, "--rater", "ann")
    refused(2, "--rater", chats, "--rubric", "dialogue")
    refused(2, "did you mean 'dialogue'", chats, "--rubric", "dialoge", "--rater", "ann")
    refused(2, "name a .jsonl", chats, "--rubric", "dialogue", "--rater", "ann", "--out", "r.csv")
    refused(5, "is read and cannot", chats, "--rubric", "dialogue", "--rater", "ann", "--out", chats)
    refused(2, "leave out", queue, "--rubric", "dialogue", "--rater", "ann", "--taxonomy", "t.yaml")
    refused(3, "no such file, run or corpus", "none.jsonl", "--rubric", "dialogue", "--rater", "ann")
    refused(3, "lack what the rubric reads: summary", chats, "--rubric", "summary_faithfulness", "--rater", "ann")
    Path("r.jsonl").write_text('{"unit": "c0", "rater": "ann", "item": "clarity", "value": 3, "rubric": "question"}\n')
    refused(2, "by the rubric question", chats, "--rubric", "service", "--rater", "ann", "--out", "r.jsonl")
    Path("r.jsonl").write_text('{"unit": "c0"}\n')
    refused(3, "r.jsonl:1", chats, "--rubric", "service", "--rater", "ann", "--out", "r.jsonl")
    with chats.open("a") as file:
        file.write("{broken\n")
    refused(8, "chats.jsonl:5", chats, "--rubric", "service", "--rater", "ann")
