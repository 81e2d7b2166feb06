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
_MAKE = r"(?:(?:re)?write|generate|create|produce|compose|simulate|draft|complete|paraphrase|return|output)"
_MUST = r"(?:should|must|needs? to|has to|have to|shall)"
_ABOUT = (
    rf"\b(?:here|below)(?:'s| is| are) (?:an?|the|your|my|some|another) (?:[\w'-]+ ){{0,5}}{_TALK}s?\b",
    rf"\bthis is an? (?:[\w'-]+ ){{0,3}}{_TALK} (?:between|in which|about|where|of)\b",
    rf"\bcontinu(?:e|ing|ation of) the {_TALK}\b",
    rf"\b{_MAKE} (?:me )?(?:an?|the|this|your|\w+) (?:[\w'-]+ ){{0,5}}{_TALK}s?\b",
    rf"\b(?:the|this|given|example|previous|above|following|original|input) {_TALK} (?:above|below|history|context)\b",
    rf"\bthe (?:following|above|previous|given|provided) {_TALK}\b|\bi hope this {_TALK}\b",
    rf"\b(?:the|your|each|every|this) {_TALK} (?:itself )?{_MUST} "
    rf"(?:be|end|start|begin|include|contain|have|not|reflect|sound|feel|follow|consist|flow|take|use|mention|match)\b",
    r"\bin this (?:dialogue|dialog|script|scenario|role-?play)\b",
    r"\b(?:end|start|beginning) of (?:the )?(?:dialogue|dialog|transcript|script|role-?play)\b",
    rf"(?:^|[.!?] )end of (?:the )?{_TALK}\b",
    rf"\b(?:extend|revise|rewrite|adjust|modify|change|paraphrase) (?:this|the) {_TALK}\b",
    rf"\b{_TALK} between (?:two|the two|three) (?:[\w'-]+ )?(?:speakers|characters|personas|participants|agents)\b",
    rf"\b(?:participants?|speakers?|characters?|personas?|turns?) (?:in|of) (?:the|this) {_TALK}\b",
)
_LENGTH = r"(?:at most|at least|no more than|fewer than|less than|under|exactly|up to|around|about|between \d+ and)"
_KEEP = r"(?:^|[.!?] )(?:please )?(?:keep|limit|write|use|answer|respond|reply)\b[^.!?\n]{0,50}\b"
# By a word that stands in each of the fragments: looking for words is quick.
_FRAGMENTS = {
    "ai": r"\bas an ai\b(?: (?:language model|assistant|chatbot)|,)"
    r"|\bi am an ai (?:language model|assistant|model|chatbot)\b",
    "model": r"\b(?:an?|as|large) (?:ai )?language model\b",
    "cutoff": r"\bmy knowledge cutoff\b",
    "training": r"\bmy training data\b",
    "request": r"\bi (?:can't|cannot|can not|am unable to|won't) (?:(?:help|assist|comply) with|fulfill?)"
    r" (?:that|this|your) request\b",
    "instructions": r"\b(?:the|these|all) (?:following|above|given) instructions\b|\bfollow (?:the|these) instructions "
    r"(?:above|below|exactly)\b|\b(?:ignore|repeat) (?:all |the |any )?(?:previous|above) instructions\b",
    "characters": r"\bthe following characters\b",
    "personas": r"\bthe (?:following|given|above|provided|two) personas\b",
    "persona": r"\b(?:the|your|this|assigned|given|following) persona (?:is|of|and|below|above|should|must|described)\b"
    r"|\b(?:in|with|to|of) (?:the|your) (?:given |assigned )?persona\b",
    "assistant": r"\byou are an? (?:[\w-]+ ){0,3}assistant\b",
    "expert": r"\byou are an expert (?:in|at) (?:writing|creating|generating|dialogue|conversation)\w*\b",
    "json": r"\b(?:respond|reply|answer|output|return|format\w*|valid|raw|following|in|as|single) (?:only )?"
    r"(?:in |with |as )?(?:an? )?(?:valid |single )?json\b|\bjson (?:object|format|list|schema|output|array)\b",
    "markdown": r"\b(?:in|use|using|with|without|no|as) (?:any )?markdown\b",
    "labels": r"\b(?:do not|don't) (?:include|use|add|write) (?:any )?(?:\w+ )?labels\b",
    "commentary": r"\b(?:do not|don't|without) (?:include|use|add|write|any)? ?(?:any )?(?:\w+ )?commentary\b",
    "explanations": r"\b(?:do not|don't|no|without) (?:include|add|write|give|any)? ?(?:any )?(?:\w+ )?explanations\b",
    "directions": r"\b(?:do not|don't) (?:include|use|add|write) (?:any )?stage directions\b",
    "output": r"\b(?:the|your) (?:final )?output (?:should|must|is|format|in)\b|\b(?:only|just) output\b"
    r"|\boutput (?:only|just|should|must|the)\b",
    "turns": r"\b(?:contain|include|have|use|write) at least \w+ turns\b"
    rf"|\b{_LENGTH} (?:\d+|\w+) turns\b|\b(?:number|list|sequence) of turns\b|\bwith \w+ turns\b",
    "turn": r"\beach turn (?:should|must)\b|\bturn \d+ of \d+\b",
    "utterance": r"\b(?:each|every|next|last|previous|first|an?|the|your) utterance\b",
    "utterances": r"\b(?:the|your|all|short|natural|these|of) utterances\b",
    "words": rf"{_KEEP}{_LENGTH} \d+ words\b",
    "sentences": rf"{_KEEP}{_LENGTH} \d+ sentences\b",
    "tokens": rf"\b{_LENGTH} \d+ tokens\b",
    "count": r"\bword count:",
    "character": r"\b(?:stay|remain|staying|remaining) in character\b|\bbreak(?:ing)? character\b"
    r"|\b(?:your|the|each) character(?:'s)? (?:should|must|profile|description|sheet|is defined)\b"
    r"|\b(?:act|speak|respond|reply|answer) (?:only )?as (?:the|your) character\b",
    "prompt": r"\b(?:system|developer|user|original|above|following|given) prompt\b",
    "task": r"\byour task is to (?:write|generate|create|continue|produce|play|act|simulate|paraphrase|roleplay)\b",
    "play": r"\byou (?:will|are to|should|must|have to) (?:play|act|assume|take on) (?:the )?(?:role|part|persona)\b"
    r"|\byour role is to play\b",
    "playing": r"\byou are (?:now )?playing the (?:role|part) of\b",
    "act": r"\b(?:i want you to|you (?:will|should|must)|you are to|please) act as (?:an?|the|if you were)\b",
    "user": r"\bthe user(?:'s)? (?:said|says|asked|asks|wants|message|query|request|prompt|input|provides?)\b",
} | dict.fromkeys(
    (
        *("dialogue", "dialogues", "dialog", "dialogs", "conversation", "conversations", "script", "transcript"),
        *("scenario", "roleplay", "role"),
    ),
    "|".join(_ABOUT),
)
# Words in which instructions to a model are written. Two of them in a sentence are seldom said otherwise, nor is one
# beside two of those that others say too: in one of 1,000 real dialogues.
_STRONG_LIST = """
    dialogue dialogues dialog dialogs utterance utterances persona personas character characters speaker speakers turns
    conversation conversations conversational roleplay role-play scenario context output outputs format formatted json
    respond responses response generate generated generating ensure described guidelines attributes realistic naturally
    reflect reflects consistent consistently coherent engaging detailed concise tone explicit explicitly implicit avoid
    ai prompt examples sentences summaries paraphrase rewrite rephrase diverse fictional creative plausible requirements
    constraints objective greeting greetings template fields values
"""
_WEAK_LIST = """
    only never always must should role task goal reply text user users agent mention meaning information knowledge
    example begin given following including specific natural original summary sentence turn style value include
    includes based content character provided instruction instructions assistant maintain maintaining contain contains
    relevant field
"""
_WEAK = frozenset(_WEAK_LIST.split())
_STRONG = frozenset(_STRONG_LIST.split())
_REGISTER = _STRONG | _WEAK
_WEAK_ENOUGH = 2
_SENTENCE = re.compile(r"[^.!?\n]+")
_FORMS = {hint: re.compile(form) for hint, form in _FRAGMENTS.items()}
_FIELDS = ("prompt", "instruction", "instructions", "system", "system_prompt")


def leaked_prompt(batch: Batch) -> list[bool]:
    """Whether an utterance speaks as the model that writes it, carries an instruction, or copies its own prompt.

    Known fragments are English, and so are the words that make a sentence an instruction where several stand in it.
    The record's own prompt is whatever the fields `prompt`, `instruction`, `instructions`, `system`, `system_prompt`,
    the scenario and the style hold as text: eight of its words in a row are a copy.
    """
    found = [_copies(one) for one in batch.dialogues]
    for one, strong in batch.held(_STRONG).items():
        found[one] = found[one] or any(map(_instructs, _registers(batch.lower[one], strong)))
    for one, hints in batch.held(frozenset(_FORMS)).items():
        lines = batch.lower[one].split("\n")
        found[one] = found[one] or any(_FORMS[hint].search(line) for hint in hints for line in lines if hint in line)
    return found


def _registers(lower: str, strong: set[str]) -> Iterator[frozenset[str]]:
    for sentence in _SENTENCE.findall(lower):
        if any(word in sentence for word in strong):
            yield _REGISTER.intersection(words(sentence))


def _instructs(held: frozenset[str]) -> bool:
    strong = len(held & _STRONG)
    return strong > 1 or (strong > 0 and len(held) > _WEAK_ENOUGH)


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
