"""Scripts: turns written as `Name: text` lines, and read back."""

from __future__ import annotations

from collections.abc import Sequence

from dialoom.dialogue.turn import Turn


def write_script(turns: Sequence[Turn]) -> str:
    """`Name: text`, one turn a line: what a person or a prompt reads."""
    return "\n".join(f"{turn.speaker}: {turn.text}" for turn in turns)


def read_script(text: str, speakers: Sequence[str] = ()) -> list[Turn]:
    """The turns of a script.

    A line `Name: text` starts a turn when `Name` is one of `speakers` (compared without case and markup), or, where no
    speakers are given, when it is at most four words. Other lines continue the turn before them; lines before the
    first turn are left out. Markdown emphasis around a name and quotation marks around a whole turn are not text.
    """
    known = {name.casefold(): name for name in speakers}
    turns: list[Turn] = []
    for line in text.splitlines():
        head, colon, rest = line.partition(":")
        name = head.strip().strip("*_#-> ").strip()
        speaker = known.get(name.casefold()) if known else (name if 0 < len(name.split()) <= 4 else None)
        if colon and speaker:
            turns.append(Turn(speaker=speaker, text=_utterance(rest)))
        elif turns and line.strip():
            turns[-1].text = f"{turns[-1].text} {line.strip()}".strip()
    return [turn for turn in turns if turn.text]


def _utterance(text: str) -> str:
    text = text.strip().removeprefix("**").strip()
    if len(text) > 1 and text[0] == text[-1] == '"' and '"' not in text[1:-1]:
        text = text[1:-1].strip()
    return text
