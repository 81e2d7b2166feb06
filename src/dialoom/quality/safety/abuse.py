"""Abuse in English, by words: what is looked for in texts, and never written."""

# ruff: noqa: E501

from __future__ import annotations

import re
from typing import Final

# Slurs and insults that hardly have another use.
_SLUR_LIST = """
    nigger niggers nigga niggas faggot faggots dyke dykes tranny trannies shemale shemales retard retards retarded
    spastic spastics cunt cunts whore whores slut sluts bitch bitches kike kikes spic spics wetback wetbacks chink
    chinks paki pakis raghead ragheads towelhead towelheads kaffir coon coons darkie darkies mongoloid mongoloids gyppo gyppos
    bastard bastards motherfucker motherfuckers cocksucker cocksuckers arsehole arseholes asshole assholes dickhead
    dickheads shithead shitheads scumbag scumbags subhuman subhumans
"""
_GROUP_LIST = """
    women woman men gay gays lesbian lesbians trans transgender homosexual homosexuals queer queers muslim muslims islam jew
    jews jewish christian christians black blacks white whites asian asians arab arabs mexican mexicans chinese
    indian indians african africans immigrant immigrants migrant migrants refugee refugees foreigner foreigners disabled
    handicapped gypsy gypsies
"""
_CONTEMPT_LIST = """
    hate hates hated hatred despise despises detest detests loathe loathes disgust disgusts disgusted disgusting disdain
    contempt scum vermin trash garbage filth filthy parasite parasites animals rats cockroaches plague worthless inferior
    savages criminals rapists terrorists thieves subhuman repulsive revolting vile pathetic despicable abomination
    perverts freaks unnatural exterminate exterminated eradicate eradicated gassed hanged lynched lynch deported
    rot sickens sicken undeserving uncivilized primitive
"""
_NOT = re.compile(
    r"\b(?:no|not|never|nothing wrong|without|stop|don't|doesn't|didn't|isn't|aren't|can't|cannot|won't|shouldn't|nobody"
    r"|wrong to|said|say|saying|says|believe that|called|calling|think that|racists?|bigots?)\b|[\"“”]"
)
_SENTENCE = re.compile(r"[.!?\n]+")
_TO_YOU = re.compile(
    r"\b(?:i'?ll|i will|i'm going to|i am going to|i'm gonna|we will|we'll) (?:\w+ )?"
    r"(?:kill|murder|shoot|stab|strangle|rape) you\b"
    r"|\b(?:kill|hang|shoot) yourself\b|\bi hope you (?:all )?(?:die|get (?:cancer|raped|killed|shot))\b"
    r"|\byou(?:'re| are)? (?:a |an |such an? |just an? |all |nothing but )*(?:\w+ )?(?:moron|imbecile|scum|vermin"
    r"|worthless|subhuman|piece of (?:shit|crap|trash))s?\b|\byou (?:stupid |fucking |bloody |complete )+(?:idiot|fool|cow|pig|moron)s?\b"
    r"|\bfuck (?:you|off)\b|\bgo fuck yourself\b|\bshut the (?:fuck|hell) up\b"
)
_TO_YOU_LIST = (
    "kill murder shoot stab strangle rape hang die cancer moron morons imbecile imbeciles scum vermin worthless"
)

SLURS: Final = frozenset(_SLUR_LIST.split())
_GROUPS: Final = frozenset(_GROUP_LIST.split())
_CONTEMPT: Final = frozenset(_CONTEMPT_LIST.split())
_HINTS = (*_TO_YOU_LIST.split(), "subhuman", "shit", "crap", "trash", "idiot", "fool", "cow", "pig", "fuck", "hell")
HINTS: Final = SLURS | _CONTEMPT | frozenset(_HINTS) | {f"{word}s" for word in _HINTS}
"""A text without any of these words holds nothing that `is_abusive` would find."""


def is_abusive(text: str) -> bool:
    """Whether a lower-cased text with straight apostrophes abuses someone.

    By a slur, a threat or an insult to the other's face, or a sentence that names a group of people together with
    contempt and holds no sign of denial or report.
    """
    if _TO_YOU.search(text) or not SLURS.isdisjoint(_words(text)):
        return True
    return any(
        not _GROUPS.isdisjoint(said) and not _CONTEMPT.isdisjoint(said) and not _NOT.search(sentence)
        for sentence in _SENTENCE.split(text)
        if (said := _words(sentence))
    )


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z]+", text)
