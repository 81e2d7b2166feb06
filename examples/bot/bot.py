"""A small bank's bot to try `dialoom stress` on: intents by keywords, slots by patterns, one rule of escalation.

It has two weaknesses, as bots have, which a stress run should find:

1. Intents hang on whole words. One slip of the keyboard in the word that counts, and it does not understand.
2. Fraud goes to a person only while nothing else is under way: in the middle of a transfer "that was not me" is taken
   for an answer to its question.

Speaks three forms: POST /message (plain), /webhooks/rest/webhook (Rasa) and /v1/chat/completions (OpenAI).
"""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, jsonify, request

INTENTS = {
    "report_fraud": ("fraud", "fraudulent", "scam", "unauthorised", "unauthorized", "hacked"),
    "lost_card": ("lost", "stolen", "missing"),
    "transfer": ("transfer", "send", "pay"),
    "balance": ("balance", "much"),
}
NEEDS = {"lost_card": ("card",), "transfer": ("amount", "payee")}
ASKS = {
    "card": "Which card is it, the debit or the credit card?",
    "amount": "What amount would you like to send?",
    "payee": "Who is the payee?",
}
PATTERNS = {
    "card": re.compile(r"\b(debit|credit)\b", re.IGNORECASE),
    "amount": re.compile(r"\b(\d+(?:\.\d\d)?)\b"),
    "payee": re.compile(r"\b(?:to |payee (?:is )?)?([A-Z][a-z]+ [A-Z][a-z]+)\b"),
}
DONE = {
    "lost_card": "Your {card} card is blocked now, and a new one is on its way.",
    "transfer": "Done: {amount} pounds went to {payee}.",
    "balance": "You have 1,204 pounds in your account.",
}
LOST = "Sorry, I did not understand. Could you say it in other words?"
HAND_OVER = "I am connecting you to a colleague from our fraud team now."


@dataclass
class Session:
    """What the bot knows of one talk."""

    intent: str | None = None
    slots: dict[str, str] = field(default_factory=dict)
    escalated: bool = False


def intent_of(text: str) -> str | None:
    """The intent whose keyword comes first in the text."""
    words = re.findall(r"[a-z]+", text.lower())
    return next((name for word in words for name, keys in INTENTS.items() if word in keys), None)


def reply(session: Session, text: str) -> dict[str, Any]:
    """The bot's answer to a message, with what it makes of it."""
    heard = intent_of(text) if session.intent is None else session.intent
    if heard == "report_fraud":
        session.escalated = True
        return told(session, HAND_OVER, heard)
    if heard is None:
        return told(session, LOST, "nlu_fallback")
    session.intent = heard
    for name in NEEDS.get(heard, ()):
        found = PATTERNS[name].search(text)
        if found and name not in session.slots:
            session.slots[name] = found[1]
    lacking = next((name for name in NEEDS.get(heard, ()) if name not in session.slots), None)
    if lacking is not None:
        return told(session, ASKS[lacking], heard)
    answer = told(session, DONE[heard].format(**session.slots), heard)
    session.intent = None
    return answer


def told(session: Session, text: str, intent: str) -> dict[str, Any]:
    """An answer in the plain form."""
    return {"text": text, "intent": intent, "slots": dict(session.slots), "escalated": session.escalated}


def make_app() -> Flask:
    """The bot as an application; what it remembers lives as long as it."""
    app = Flask(__name__)
    sessions: dict[str, Session] = {}

    def answer(session: str, text: str) -> dict[str, Any]:
        return reply(sessions.setdefault(session, Session()), text)

    @app.post("/message")
    def plain() -> Any:
        body = request.get_json()
        return jsonify(answer(body["session"], body["text"]))

    @app.post("/webhooks/rest/webhook")
    def rasa() -> Any:
        body = request.get_json()
        said = answer(body["sender"], body["message"])
        custom = {name: said[name] for name in ("intent", "slots", "escalated")}
        return jsonify([{"recipient_id": body["sender"], "text": said["text"], "custom": custom}])

    @app.post("/v1/chat/completions")
    def openai() -> Any:
        # Without a session of its own: what was said is read again, as a chat server does.
        session = Session()
        said: dict[str, Any] = {}
        for message in request.get_json()["messages"]:
            if message["role"] == "user":
                said = reply(session, message["content"])
        choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": said["text"]}}
        return jsonify({"object": "chat.completion", "choices": [choice]})

    return app


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, default=5005)
    make_app().run(port=options.parse_args().port)
