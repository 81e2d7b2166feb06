"""What known dialogue acts ask of whoever speaks: instructions for turns of a policy that gives none of its own.

The names are those of SGD (Rastogi et al. 2020) and MultiWOZ's, in lower case, and plain verbs that people write.
"""

from __future__ import annotations

from collections.abc import Sequence

INSTRUCTIONS = {
    "affirm": "say yes to what was asked",
    "affirm_intent": "accept what was offered to be done",
    "answer": "answer what was asked",
    "apologise": "apologise for the trouble",
    "apologize": "apologise for the trouble",
    "ask": "ask for something that you need to know",
    "close": "bring the talk to its end",
    "complain": "complain about what went wrong",
    "confirm": "say back what you understood, and ask whether it is right",
    "deny": "say no to what was asked",
    "escalate": "pass the matter on to somebody who can decide it, and say so",
    "explain": "explain why it is so",
    "goodbye": "say goodbye",
    "greet": "greet the other",
    "hold": "ask for a moment while you look it up",
    "inform": "give the information that was asked for, or that matters now",
    "inform_count": "say how many choices there are",
    "inform_intent": "say what you want to get done",
    "negate": "say no",
    "negate_intent": "say that you do not want what was offered to be done",
    "notify_failure": "say that it could not be done",
    "notify_success": "say that it is done",
    "offer": "offer one choice that fits",
    "offer_intent": "offer to do the next thing that suggests itself",
    "promise": "promise what will be done, and when",
    "reassure": "reassure the other that you will help",
    "refuse": "say that it cannot be done, and why",
    "repeat": "ask for it to be said again",
    "req_more": "ask whether there is anything else",
    "request": "ask for one piece of information that you need",
    "request_alts": "ask for another choice",
    "select": "take the choice that was offered",
    "suggest": "suggest what could be done",
    "thank": "thank the other",
    "thank_you": "thank the other",
    "verify": "ask for what proves who the other is",
}


def instruction(acts: Sequence[str]) -> str:
    """What a turn with these acts is to do, in the imperative. An act that is not known stands for itself."""
    said = [INSTRUCTIONS.get(act.casefold().replace("-", "_"), act.replace("_", " ")) for act in acts]
    joined = said[0] if len(said) == 1 else f"{', '.join(said[:-1])}, and {said[-1]}"
    return f"{joined[:1].upper()}{joined[1:]}."
