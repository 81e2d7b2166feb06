"""Dialogues kept as one text of `Name: utterance` lines, as summarisation sets have them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from dialoom.dialogue.dialogue import Dialogue
from dialoom.dialogue.formats._rows import Row
from dialoom.dialogue.turn import Turn
from dialoom.errors import DataError, Place

UNKNOWN_SPEAKER = "unknown"


def read_transcript(row: Row, head: re.Pattern[str], *, shape: str) -> list[Turn]:
    """The turns of a row's field `dialogue`, exactly as written.

    Args:
        row: the row.
        head: what starts a turn at the start of a line; its group 1 is the speaker.
        shape: what a line should look like, for the error message.

    A line without a head continues the turn before it; before the first head, its speaker is `unknown`. An empty text
    has no turns. Raises DataError where no line at all has a head.
    """
    turns: list[Turn] = []
    headed = False
    for line in re.split(r"\r\n|\n|\r", row.first("dialogue")):
        found = head.match(line)
        if found:
            headed = True
            turns.append(Turn(speaker=found[1], text=line[found.end() :].strip()))
        elif turns:
            turns[-1].text = f"{turns[-1].text}\n{line.strip()}".strip()
        elif line.strip():
            turns.append(Turn(speaker=UNKNOWN_SPEAKER, text=line.strip()))
    if turns and not headed:
        raise DataError(
            "no line of the dialogue names its speaker", place=row.place("dialogue"), remedy=f"write {shape}"
        )
    return turns


def write_transcript(dialogue: Dialogue, names: Mapping[str, str], *, line_end: str) -> str:
    """The turns, one a line; line ends inside an utterance become spaces.

    Args:
        dialogue: what is written.
        names: how each speaker is called.
        line_end: what stands between turns.

    Raises DataError where there are no turns, or a name could not be told from its utterance.
    """
    if not dialogue.turns:
        raise DataError(
            f"dialogue '{dialogue.id}' has no turns",
            place=Place(field="turns"),
            remedy="leave such records out, for instance with the condition n_turns > 0",
        )
    bad = next((name for name in names.values() if not name.strip() or re.search(r"[:\r\n]", name)), None)
    if bad is not None:
        raise DataError(
            f"dialogue '{dialogue.id}' has the speaker {bad!r}, which cannot stand before a colon",
            place=Place(field="turns.speaker"),
            remedy="use a name without colons and line ends",
        )
    texts = (re.sub(r"\s*[\r\n]+\s*", " ", turn.text).strip() for turn in dialogue.turns)
    return line_end.join(f"{names[turn.speaker]}: {text}" for turn, text in zip(dialogue.turns, texts, strict=True))
