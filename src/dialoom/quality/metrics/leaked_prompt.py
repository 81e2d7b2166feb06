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
# One of these stands in each of the fragments: looking for words is quick.
_HINT_LIST = """
    ai model cutoff request dialogue dialogues dialog conversation conversations script transcript scenario roleplay
    play     instructions format persona personas character characters task assistant json label labels
    explanation explanations commentary directions direction markdown marks turns turn utterance utterances exchanges
    sentences count revise rewrite adjust modify extend prompt
"""
_HINTS = frozenset(_HINT_LIST.split())
_FRAGMENTS = (
    r"\bas an ai\b(?: (?:language model|assistant|chatbot)|,)",
    r"\b(?:an?|as|large) (?:ai )?language model\b",
    r"\bi am an ai (?:language model|assistant|model|chatbot)\b",
    r"\bmy knowledge cutoff\b",
    r"\bi (?:can't|cannot|can not|am unable to|won't) (?:help|assist|comply) with (?:that|this) request\b",
    r"\bi (?:can't|cannot|am unable to) fulfill? (?:that|this|your) request\b",
    rf"\bhere(?:'s| is| are) (?:an?|the|your|my|some|another) (?:[\w'-]+ ){{0,5}}{_TALK}s?\b",
    rf"\bcontinu(?:e|ing|ation of) the {_TALK}\b",
    rf"\b(?:re)?write (?:me )?(?:an?|the|this) (?:[\w'-]+ ){{0,5}}{_TALK}\b",
    rf"\bgenerate (?:an?|the) (?:[\w'-]+ ){{0,5}}{_TALK}\b",
    rf"\bthe following (?:{_TALK}|instructions|format|personas?|characters?)\b",
    rf"\bthe {_TALK} (?:should|must) (?:be|end|start|begin|include|contain|have|not|reflect|sound|feel)\b",
    r"\bin this (?:dialogue|dialog|script|scenario|role-?play)\b",
    r"\b(?:end|start|beginning) of (?:the )?(?:dialogue|dialog|transcript|script|role-?play)\b",
    r"\byou are a helpful (?:ai |virtual )?assistant\b",
    r"\b(?:respond|reply|answer) (?:only )?(?:in|with|as) (?:valid )?json\b",
    r"\bdo not (?:include|mention|use|add|output|write) (?:any )?(?:other |extra |additional )?(?:labels?|explanations?"
    r"|commentary|stage directions?|markdown|quotation marks)\b",
    r"\b(?:contain|include|have|use|write) at least \w+ (?:turns|utterances|exchanges|sentences)\b",
    r"\beach (?:turn|utterance) (?:should|must)\b",
    rf"\bi hope this {_TALK}\b",
    r"\bword count:",
    r"\bwould you like me to (?:extend|revise|rewrite|adjust|modify) (?:it|this|the \w+)\b",
    r"\b(?:stay|remain) in character\b",
    r"\b(?:system|developer) prompt\b",
    r"\byour task is to (?:write|generate|create|continue|produce|play|act)\b",
)
_FORM = re.compile("|".join(_FRAGMENTS))
_FIELDS = ("prompt", "instruction", "instructions", "system", "system_prompt")


def leaked_prompt(batch: Batch) -> list[bool]:
    """Whether an utterance speaks as the model that writes it, carries an instruction, or copies its own prompt.

    Known fragments are English. The record's own prompt is whatever the fields `prompt`, `instruction`,
    `instructions`, `system`, `system_prompt`, the scenario and the style hold as text: eight of its words in a row are
    a copy.
    """
    found = [_copies(one) for one in batch.dialogues]
    for one in batch.held(_HINTS):
        found[one] = found[one] or bool(_FORM.search(batch.lower[one]))
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
