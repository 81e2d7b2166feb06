"""Dialogues, or labelled utterances, in any format, a run or a corpus.

The user's turns of a dialogue are said again as they are written. A single utterance is a first word, after which the
user answers what it is asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

from dialoom.dialogue import Dialogue
from dialoom.dialogue.formats._chat_of import roles_among
from dialoom.dialogue.labels import intent_of
from dialoom.evaluation.stress.readers._intents import request, told_of
from dialoom.evaluation.stress.scenario import UNKNOWN, Said, Scenario
from dialoom.evaluation.stress.scenarios import Reader, Reading
from dialoom.intents.taxonomy import CRITICALITIES, Taxonomy


def _read(named: str, reading: Reading) -> Iterator[Scenario]:
    for dialogue in reading.open(named):
        said = _users(dialogue)
        if not said:
            continue
        intent = _main([one.intent for one in said if one.intent], reading.taxonomy) or UNKNOWN
        if len(said) == 1:
            made = request(dialogue.id, intent, reading.side, said[0].text, said[0].slots)
        else:
            slots = {name: value for one in said for name, value in one.slots.items()}
            knows = {name: [value] for name, value in slots.items()}
            made = Scenario(dialogue.id, intent, "lines", said, knows=knows, required=list(slots))
        random = Random(f"{reading.seed}/{dialogue.id}")
        told = told_of(made, reading.taxonomy, random)
        if made.side == "lines":
            # What nobody says in it cannot be filled.
            told = replace(told, required=[name for name in told.required if name in made.knows])
        yield told


def _users(dialogue: Dialogue) -> list[Said]:
    roles = roles_among(dialogue.speakers())
    only = len(dialogue.turns) == 1
    return [
        Said(
            turn.text.strip(),
            intent_of(dialogue, index) or "",
            {slot.name: slot.value for slot in turn.slots},
        )
        for index, turn in enumerate(dialogue.turns)
        if turn.text.strip() and (only or roles[turn.speaker] == "user")
    ]


def _main(intents: list[str], taxonomy: Taxonomy | None) -> str:
    """The intent by which a dialogue is reported: the most critical one, or else the first."""
    if taxonomy is None or not intents:
        return intents[0] if intents else ""
    known = {name: CRITICALITIES.index(each.criticality) for name, each in taxonomy.intents.items()}
    return max(intents, key=lambda intent: known.get(intent, -1))


def _fits(named: str, data: Any) -> bool:
    if named.endswith(".txt"):
        return False
    return not (isinstance(data, dict) and data.keys() & {"taxonomy", "plan", "requests"})


READER = Reader("dialogues or labelled utterances in any format, a run or a corpus", _fits, _read)
