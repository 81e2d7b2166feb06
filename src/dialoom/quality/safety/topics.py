"""Sensitive topics, by words of English that seldom stand in talk about anything else."""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from functools import lru_cache
from typing import Final

# Single words by topic, a * for any ending.
_WORDS: Final = {
    "abuse": "raped rapist* molest* paedophil* pedophil*",
    "crime": "counterfeit* blackmail* shoplift* embezzl* burglar* extort* scammed scammer* scamming smuggl* robbery",
    "drugs": "cocaine heroin meth methamphetamine* fentanyl lsd mdma opioid* marijuana cannabis",
    "hate": "racist* racism sexist* sexism homophob* transphob* antisemit* islamophob* nazi nazis",
    "medical_emergency": "anaphyla* seizure* unconscious",
    "self_harm": "suicid* overdos*",
    "sexual": "porn* prostitut* masturbat* orgasm* erotic* genital* penis vagina nudes",
    "violence": "murder* massacre* terroris* genocid* tortur* behead* assassinat* kidnap* strangl* stabbed stabbing",
    "weapons": "bomb bombs bombing explosive* grenade* ammunition handgun* firearm* molotov napalm shotgun*",
}
# Phrases by topic, each with a word of it that is rare.
_PHRASES: Final = {
    "abuse": {
        "domestic": "domestic (?:violence|abuse)",
        "abuse": "(?:child|sexual) abuse",
        "abused": "(?:sexually|being|was|got|is) abused",
        "assault": "sexual assault",
        "assaulted": "sexually assaulted",
        "harassment": "sexual harassment",
        "beats": "beats me",
        "hits": "(?:he|she|husband|wife|father|mother|boyfriend) hits me",
    },
    "crime": {
        "laundering": "money laundering",
        "launder": "launder (?:the )?money",
        "fraud": "(?:commit|credit card|tax|insurance) fraud",
        "theft": "identity theft",
        "hack": "hack into",
        "steal": "(?:can|could|to|let's|i) steal",
    },
    "drugs": {
        "drug": "drug (?:deal\\w*|addict\\w*|abuse)",
        "drugs": "(?:take|taking|sell|selling|buy|use|using|on) drugs",
    },
    "medical_emergency": {
        "attack": "heart attack",
        "breathe": "(?:can't|cannot|couldn't) breathe",
        "breathing": "(?:not|stopped|trouble|difficulty) breathing",
        "chest": "(?:chest pain\\w*|pain in (?:my|his|her) chest)",
        "ambulance": "(?:call|need|get) an ambulance",
        "stroke": "(?:a|had a|having a) stroke",
        "bleeding": "(?:bleeding (?:heavily|badly|a lot)|won't stop bleeding)",
    },
    "self_harm": {
        "myself": "(?:kill|killing|hurt|hurting|harm|harming|cut|cutting) myself",
        "harm": "self-? ?harm",
        "life": "(?:end|ending|take|taking) my (?:own )?life",
        "die": "(?:want|wanted|ready) to die",
    },
    "sexual": {"sex": "(?:have|having|had) sex|sex (?:with|worker\\w*|life|tape)"},
    "violence": {"shooting": "(?:mass|school) shooting"},
    "weapons": {
        "gun": "(?:a|the|my|his|her|buy|with) gun",
        "guns": "guns",
        "rifle": "assault rifle",
        "nerve": "nerve agent",
    },
}
_SINGLE: Final[Mapping[str, re.Pattern[str]]] = {
    topic: re.compile("|".join(word.replace("*", r"\w*") for word in words.split())) for topic, words in _WORDS.items()
}
_RARE: Final = frozenset(word for phrases in _PHRASES.values() for word in phrases)
_ANY: Final = re.compile("|".join(form.pattern for form in _SINGLE.values()))
_SAID: Final[Mapping[str, tuple[str, re.Pattern[str]]]] = {
    rare: (topic, re.compile(rf"\b(?:{form})\b")) for topic, forms in _PHRASES.items() for rare, form in forms.items()
}


@lru_cache(maxsize=1 << 16)
def may_be_sensitive(word: str) -> bool:
    """Whether a text is worth looking at where it holds this word."""
    return word in _RARE or _ANY.fullmatch(word) is not None


def topics_of(text: str, said: Set[str]) -> list[str]:
    """The names of the topics that a text touches, sorted.

    Args:
        text: lower-cased, with straight apostrophes.
        said: the words of it that `may_be_sensitive`.
    """
    named = {topic for topic, form in _SINGLE.items() if any(map(form.fullmatch, said))}
    phrases = (_SAID[word] for word in said if word in _SAID)
    return sorted(named | {topic for topic, form in phrases if form.search(text)})
