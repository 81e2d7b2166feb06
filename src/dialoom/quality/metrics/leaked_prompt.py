"""Text of the instructions, or about them, that got into the talk."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from dialoom.dialogue import Dialogue
from dialoom.quality._words import words
from dialoom.quality.batch import Batch, OfBatch
from dialoom.quality.metrics._metric import Metric

_RUN = 8
_TALK = r"(?:dialogue|dialog|conversation|script|transcript|scenario|role-?play)"
_ABOUT = (
    rf"\bhere(?:'s| is| are) (?:an?|the|your|my|some|another) (?:[\w'-]+ ){{0,5}}{_TALK}s?\b",
    rf"\bcontinu(?:e|ing|ation of) the {_TALK}\b",
    rf"\b(?:(?:re)?write|generate) (?:me )?(?:an?|the|this) (?:[\w'-]+ ){{0,5}}{_TALK}\b",
    rf"\bthe following {_TALK}\b|\bi hope this {_TALK}\b",
    rf"\bthe {_TALK} (?:should|must) (?:be|end|start|begin|include|contain|have|not|reflect|sound|feel)\b",
    r"\bin this (?:dialogue|dialog|script|scenario|role-?play)\b",
    r"\b(?:end|start|beginning) of (?:the )?(?:dialogue|dialog|transcript|script|role-?play)\b",
    rf"\b(?:extend|revise|rewrite|adjust|modify|change) (?:this|the) {_TALK}\b",
)
# By a word that stands in each of the fragments: looking for words is quick.
_FRAGMENTS = {
    "ai": r"\bas an ai\b(?: (?:language model|assistant|chatbot)|,)"
    r"|\bi am an ai (?:language model|assistant|model|chatbot)\b",
    "model": r"\b(?:an?|as|large) (?:ai )?language model\b",
    "cutoff": r"\bmy knowledge cutoff\b",
    "request": r"\bi (?:can't|cannot|can not|am unable to|won't) (?:(?:help|assist|comply) with|fulfill?)"
    r" (?:that|this|your) request\b",
    "instructions": r"\bthe following instructions\b",
    "characters": r"\bthe following characters\b",
    "personas": r"\bthe following personas\b",
    "assistant": r"\byou are a helpful (?:ai |virtual )?assistant\b",
    "json": r"\b(?:respond|reply|answer) (?:only )?(?:in|with|as) (?:valid )?json\b",
    "labels": r"\bdo not (?:include|use|add|write) (?:any )?(?:\w+ )?labels\b",
    "commentary": r"\bdo not (?:include|use|add|write) (?:any )?(?:\w+ )?commentary\b",
    "directions": r"\bdo not (?:include|use|add|write) (?:any )?stage directions\b",
    "turns": r"\b(?:contain|include|have|use|write) at least \w+ turns\b",
    "turn": r"\beach turn (?:should|must)\b",
    "utterance": r"\beach utterance (?:should|must)\b",
    "count": r"\bword count:",
    "character": r"\b(?:stay|remain) in character\b",
    "prompt": r"\b(?:system|developer) prompt\b",
    "task": r"\byour task is to (?:write|generate|create|continue|produce|play|act)\b",
} | dict.fromkeys(
    (
        "dialogue",
        "dialogues",
        "dialog",
        "conversation",
        "conversations",
        "script",
        "transcript",
        "scenario",
        "roleplay",
        "role",
    ),
    "|".join(_ABOUT),
)
_FORMS = {hint: re.compile(form) for hint, form in _FRAGMENTS.items()}
_FIELDS = ("prompt", "instruction", "instructions", "system", "system_prompt")


def leaked_prompt(batch: Batch) -> list[bool]:
    """Whether an utterance speaks as the model that writes it, carries an instruction, or copies its own prompt.

    Known fragments are English. The record's own prompt is whatever the fields `prompt`, `instruction`,
    `instructions`, `system`, `system_prompt`, the scenario and the style hold as text: eight of its words in a row are
    a copy.
    """
    found = [_copies(one) for one in batch.dialogues]
    for one, hints in batch.held(frozenset(_FORMS)).items():
        found[one] = found[one] or any(_FORMS[hint].search(batch.lower[one]) for hint in hints)
    return found


def _copies(dialogue: Dialogue) -> bool:
    known = {run for prompt in _prompts(dialogue) for run in _runs(words(prompt))}
    return bool(known) and any(run in known for turn in dialogue.turns for run in _runs(words(turn.text)))


def _prompts(dialogue: Dialogue) -> Iterator[str]:
    for held in (dialogue.scenario, dialogue.style, *(dialogue.fields.get(name) for name in _FIELDS)):
        if isinstance(held, str):
            yield held


def _runs(said: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return zip(*(said[start:] for start in range(_RUN)), strict=False)


METRIC = Metric(
    "leaked_prompt",
    "an utterance carries an instruction, speaks as the model, or copies eight words of its own prompt",
    "bool",
    OfBatch(leaked_prompt),
)
