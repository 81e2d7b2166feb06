"""The rules that choose among candidates where a recipe names none."""

from __future__ import annotations

DEFAULT_RULES: tuple[str, ...] = (
    "turns >= 4",
    "alternates",
    "not leaked_markup",
    "repetition < 0.25",
    "not loop",
    "ends_properly",
    "on_topic >= 0.1 or topic_words < 4",
)
"""What a usable dialogue of any kind keeps to.

Topic labels of up to three words are often not said in real dialogues about them (17 to 21% of DialogSum), so the topic
counts from four content words on.
"""
