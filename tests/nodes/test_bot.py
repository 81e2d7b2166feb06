"""Bots as speakers: shapes, faults told apart, sessions, noise; and callers without a model."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

import dialoom
from dialoom.nodes._bots import SHAPES, read_shape
from tests.nodes.running import Outcome, recipe, run
from tests.support.bots import Reply, TestBot

LINES = ["My card is lost.", "The debit card."]


def talk(
    bot: TestBot, folder: Path, rows: list[dict[str, Any]] | None = None, user: Any = None, **fields: Any
) -> Outcome:
    """Talks with a bot, without any model."""
    made = recipe(None, rows or [{"topic": "x"}])
    cast = {"user": user or {"kind": "lines", "say": LINES}, "bot": {"kind": "bot", "url": bot.url, **fields}}
    made.add("dialogue", "converse", mode="agents", speakers=["user", "bot"], turns=30, cast=cast)
    return run(made, folder)


def told(outcome: Outcome) -> list[dict[str, Any]]:
    return [turn.meta["bot"] for turn in outcome.only.turns if turn.speaker == "bot"]


def test_the_plain_shape(tmp_path: Path) -> None:
    def reply(body: dict[str, Any]) -> Reply:
        return {"text": f"I heard {body['text']}", "intent": "lost", "slots": {"card": "debit", "x": None}}

    with TestBot(reply) as bot:
        outcome = talk(bot, tmp_path)
    assert [body["text"] for body in bot.bodies] == LINES
    assert len({body["session"] for body in bot.bodies}) == 1
    assert [turn.text for turn in outcome.only.turns][1::2] == [f"I heard {line}" for line in LINES]
    assert [(one["intent"], one["slots"], one["status"]) for one in told(outcome)] == [
        ("lost", {"card": "debit"}, 200)
    ] * 2
    assert not any("escalated" in one for one in told(outcome))
    assert outcome.only.turns[1].slots[0].value == "debit"


def test_rasas_shape_joins_messages_and_reads_the_last_payload(tmp_path: Path) -> None:
    messages = [
        {"text": "One."},
        {"custom": {"intent": "a"}},
        {"text": "Two.", "custom": {"intent": "b", "slots": {"n": 3}, "escalated": True}},
    ]
    with TestBot(lambda body: messages) as bot:
        outcome = talk(bot, tmp_path, shape="rasa")
    assert set(bot.bodies[0]) == {"sender", "message"}
    (one,) = told(outcome)
    assert (one["intent"], one["slots"], one["escalated"]) == ("b", {"n": "3"}, True)
    assert outcome.only.turns[-1].text == "One.\nTwo."


def test_rasas_tracker_is_asked_after_each_answer(tmp_path: Path) -> None:
    state = {"latest_message": {"intent": {"name": "lost"}}, "slots": {"card": "debit", "city": None}}
    with TestBot(lambda body: [{"text": "Well."}]) as bot:
        bot.states = lambda path: {**state, "latest_action_name": "action_handoff"}
        outcome = talk(bot, tmp_path, shape="rasa_tracker")
    assert bot.asked == [f"/conversations/{bot.bodies[0]['sender']}/tracker"]
    (one,) = told(outcome)
    assert (one["intent"], one["slots"], one["escalated"]) == ("lost", {"card": "debit"}, True)


def test_openais_shape_sends_the_talk_so_far(tmp_path: Path) -> None:
    with TestBot(lambda body: {"choices": [{"message": {"content": f"{len(body['messages'])} so far"}}]}) as bot:
        talk(bot, tmp_path, shape="openai", params={"model": "mine"})
    assert [message["content"] for message in bot.bodies[1]["messages"]] == [LINES[0], "1 so far", LINES[1]]
    assert [message["role"] for message in bot.bodies[1]["messages"]] == ["user", "assistant", "user"]
    assert bot.bodies[0]["model"] == "mine"


def test_a_shape_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "shape.yaml"
    file.write_text(
        'body: \'{"q": {{ text | tojson }}, "id": {{ session | tojson }}, "n": {{ turn }}}\'\n'
        "text: answer.out[0].say\nintent: answer.nlu.top\nescalated: answer.to == 'human'\n"
    )
    shape = read_shape(file)
    with TestBot(lambda body: {"out": [{"say": "Ok."}], "nlu": {"top": "a"}, "to": "bot"}) as bot:
        outcome = talk(bot, tmp_path, shape=shape.model_dump(mode="json"))
    assert [(body["q"], body["n"]) for body in bot.bodies] == [(LINES[0], 1), (LINES[1], 2)]
    assert [(one["intent"], one["escalated"]) for one in told(outcome)] == [("a", False)] * 2


def test_what_is_wrong_with_a_shape_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "shape.yaml"
    file.write_text('body: "{}"\ntext: answer.text\nintnt: answer.intent\n')
    with pytest.raises(dialoom.DialoomError) as caught:
        read_shape(file)
    assert "shape.yaml:3" in str(caught.value)
    assert "did you mean 'intent'" in str(caught.value)


def test_every_shape_says_what_it_is() -> None:
    assert SHAPES.names() == ["openai", "plain", "rasa", "rasa_tracker"]
    assert all(SHAPES.load(name).about for name in SHAPES.names())


@pytest.mark.parametrize(
    ("reply", "failed"),
    [
        ((500, b"Traceback (most recent call last)"), "crashed"),
        ((422, b"no"), "refused"),
        ((200, b"<html>"), "unreadable"),
        ((200, b'{"no": "text"}'), "unreadable"),
        (None, "broke off"),
    ],
)
def test_a_failure_ends_the_talk_and_is_kept(tmp_path: Path, reply: Reply, failed: str) -> None:
    with TestBot(lambda body: {"text": "Which?"} if body["text"] == LINES[0] else reply) as bot:
        outcome = talk(bot, tmp_path)
    # A bot has state: what it may have taken in is not said twice.
    assert len(bot.bodies) == 2
    assert [turn.text for turn in outcome.only.turns] == [LINES[0], "Which?", LINES[1], ""]
    assert told(outcome)[1]["failed"] == failed
    (ended,) = outcome.events("the talk ended")
    assert ended["by"] == "failed"


def test_a_bot_that_does_not_answer_in_time(tmp_path: Path) -> None:
    over = threading.Event()

    def reply(body: dict[str, Any]) -> Reply:
        over.wait(60)
        return {"text": "late"}

    with TestBot(reply) as bot:
        outcome = talk(bot, tmp_path, seconds=0.3)
        over.set()
    assert told(outcome)[0]["failed"] == "timed out"
    assert len(bot.bodies) == 1


def test_what_was_never_taken_in_is_sent_again(tmp_path: Path) -> None:
    replies: list[Reply] = [(503, b""), (429, b""), {"text": "Fine."}, {"text": "Good."}]
    with TestBot(lambda body: replies.pop(0)) as bot:
        outcome = talk(bot, tmp_path)
    assert [body["text"] for body in bot.bodies] == [LINES[0]] * 3 + [LINES[1]]
    assert not any("failed" in one for one in told(outcome))


def test_a_bot_that_is_not_there_says_nothing_of_itself(tmp_path: Path) -> None:
    with TestBot(lambda body: {"text": "x"}) as bot:
        pass
    outcome = talk(bot, tmp_path, tries=1)
    assert outcome.report.counts.failed == 1
    assert "the bot was not there" in outcome.reasons[0]


def test_silence_is_kept_as_a_turn(tmp_path: Path) -> None:
    with TestBot(lambda body: {"text": "" if body["text"] == LINES[0] else "Ah."}) as bot:
        outcome = talk(bot, tmp_path)
    assert [turn.text for turn in outcome.only.turns] == [LINES[0], "", LINES[1], "Ah."]


def test_the_words_of_a_hand_over_end_the_talk(tmp_path: Path) -> None:
    with TestBot(lambda body: {"text": "I will put you through to a colleague."}) as bot:
        outcome = talk(bot, tmp_path)
    assert len(bot.bodies) == 1
    assert outcome.events("the talk ended")[0]["by"] == "escalated"


def test_each_talk_is_a_session_and_few_are_on_their_way(tmp_path: Path) -> None:
    gate = threading.Barrier(2)

    def reply(body: dict[str, Any]) -> Reply:
        # Holds messages until two are there, so that a third would be seen.
        gate.wait(60)
        return {"text": "Well."}

    with TestBot(reply) as bot:
        talk(bot, tmp_path, [{"topic": str(number)} for number in range(8)], at_once=2)
    sessions = [body["session"] for body in bot.bodies]
    assert {sessions.count(each) for each in sessions} == {2}
    assert len(set(sessions)) == 8
    assert bot.most_at_once == 2


def test_noise_comes_between_and_spares_facts(tmp_path: Path) -> None:
    rows = [
        {"opening": "I want to transfer money to Maya Lindt", "knows": {"payee": "Maya Lindt"}, "noise": {"typo": 1}}
    ]
    with TestBot(lambda body: {"text": "Done."}) as bot:
        outcome = talk(bot, tmp_path, rows, {"kind": "caller"})
    heard = bot.bodies[0]["text"]
    assert outcome.only.turns[0].text == rows[0]["opening"]
    assert heard != rows[0]["opening"]
    assert heard.endswith("Maya Lindt")
    assert told(outcome)[0]["heard"] == heard


def test_a_callers_words(tmp_path: Path) -> None:
    replies = [
        "Which card is it?",
        "Sorry, I did not understand. Could you rephrase?",
        "What is your date of birth?",
        "Shall I block it?",
        "It is blocked now.",
    ]
    row = {"opening": "My card is gone", "knows": {"card_kind": ["debit", "card"]}}
    with TestBot(lambda body: {"text": replies.pop(0)}) as bot:
        outcome = talk(bot, tmp_path, [row], {"kind": "caller"})
    said = [turn.text for turn in outcome.only.turns if turn.speaker == "user"]
    assert said == ["My card is gone", "debit", "My card is gone", "I don't know.", "Yes."]
    assert outcome.events("the talk ended")[0]["by"] == "goal"
    assert outcome.only.turns[2].slots[0].name == "card_kind"


def test_a_caller_gives_up(tmp_path: Path) -> None:
    with TestBot(lambda body: {"text": "Sorry, I did not understand that at all."}) as bot:
        outcome = talk(bot, tmp_path, [{"opening": "Help me"}], {"kind": "caller", "patience": 2})
    assert len(bot.bodies) == 3
    assert outcome.events("the talk ended")[0]["by"] == "patience"


def test_a_user_opens_with_given_words_and_its_model_goes_on(tmp_path: Path) -> None:
    from tests.models.scripted import Scripted

    with (
        Scripted(lambda body: "I mean the debit card. <done>") as model,
        TestBot(lambda body: {"text": "Which?"}) as bot,
    ):
        made = recipe(model.url, [{"opening": "Card lost"}])
        user = {"kind": "user", "opens": "{{ opening }}", "ends": True}
        cast = {"user": user, "bot": {"kind": "bot", "url": bot.url}}
        made.add("dialogue", "converse", mode="agents", speakers=["user", "bot"], turns=8, cast=cast)
        outcome = run(made, tmp_path)
    assert [turn.text for turn in outcome.only.turns] == ["Card lost", "Which?", "I mean the debit card."]
    assert len(model.bodies) == 1


def test_headers_hold_variables_and_check_says_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_KEY", "secret")
    with TestBot(lambda body: {"text": "x"}) as bot:
        talk(bot, tmp_path, headers={"Authorization": "Bearer $BOT_KEY"})
        assert bot.headers[0]["authorization"] == "Bearer secret"
        with pytest.raises(dialoom.DialoomError) as caught:
            talk(bot, tmp_path, shape="rosa", headers={"X": "$NOT_SET_HERE"})
    assert "cast.bot.shape: no shape of a bot's endpoint is called 'rosa' (did you mean 'rasa'?)" in str(caught.value)
    with pytest.raises(dialoom.DialoomError, match="not set"):
        talk(bot, tmp_path, headers={"X": "$NOT_SET_HERE"})


def test_what_cannot_alter_an_answer_leaves_the_recipe_as_it_is() -> None:
    def content(**fields: Any) -> str:
        made = recipe(None, [{"topic": "x"}])
        cast = {"user": {"kind": "caller"}, "bot": {"kind": "bot", "url": "http://127.0.0.1:9/x", **fields}}
        made.add("dialogue", "converse", mode="agents", speakers=["user", "bot"], cast=cast)
        return made.content_hash()

    assert content() == content(at_once=9, tries=1)
    assert content() != content(shape="rasa")
