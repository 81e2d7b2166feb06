"""Text that belongs to the prompt, the chat template or the page, not to the talk.

DiaSynth's published sets carry leaked `<dialogue>` markup in 13 to 17% of dialogues, which is why this exists.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from dialoom.dialogue import Dialogue
from dialoom.quality.batch import Batch, OfBatch
from dialoom.quality.metrics._metric import Metric

# Nothing below is in a text that has none of these; most have none.
_COLONS = ":："
_SIGNS = "<>&{}[]`#*|｜=\\%_~"
_SIGN = re.compile(f"[{re.escape(_SIGNS)}]")
_PHRASES = ("as an a", "as a a", "language model", "dialog", "conversation", "script", "scene", "---", "__")

_TALK = r"(?:dialogue|dialog|conversation|transcript|script|scene|role-?play|chat|exchange)"
_ANYWHERE = re.compile(
    r"""
      </?[a-z][\w:-]*(?:[ ]+[\w:-]+(?:=(?:"[^"]*"|'[^']*'|[^\s"'<>]+))?)*[ ]*/?>   # tags and <placeholders>
    | <!-- | <<[/a-z]
    | &(?:amp|lt|gt|quot|apos|nbsp|\#x?[0-9a-f]+);
    | <[|｜][^<>\n]{0,60}[|｜]>                            # <|im_start|> and its kin
    | \[/?(?:INST|SYS|BOS|EOS|PAD|CLS|SEP|MASK|gMASK|UNK)\] | \[/[a-z_]+\]
    | \{\{ | \}\} | \{% | %\}                               # templates
    | \{[ ]*[a-z_][\w .-]*\}                                # {customer_name}
    | (?<!\S)%[a-z]+(?:_[a-z]+)*%(?!\S) | (?<!\w)__[a-z]+(?:_[a-z]+)*__(?!\w)
    | ``` | ~~~ | \#\#\# | \\[ntr"u](?![a-z]) | (?<![\d%])%(?:\(\w+\))?[sd]\b   # \\n, \\", %s, %(name)s
    | (?<!\w)\*\*(?=\S)[^*\n]+\*\*(?!\w)                    # **bold**, not f**k
    | \]\(https?://                                         # [link](http...)
    | ^\s{0,3}\#{1,6}[ ]+\w | (?<!\S)\#{1,3}[ ]+(?-i:[A-Z][a-z]) | ^\s*[-=*]{3,}\s*$ | ={4,}   # headings, rules
    | ^\s*\*{3}(?:\s|$) | (?:^|\s)\*{3}\s*$                 # between scenes; inside a line it may be a swear word
    | \#(?:person|speaker)\s?\w{1,2}\#
    | \bas[ ]an?[ ](?:ai|artificial[ ]intelligence)(?:,|[ ](?:language[ ])?model\b|[ ]assistant\b)
    | \b(?:as|i[ ]am|i['’]m)[ ](?:just[ ]|only[ ])?an?[ ](?:ai[ ]|large[ ])?language[ ]model\b
    | [(\[]?end[ ]of[ ](?:the[ ])?TALK[)\]]
    | [(\[*][ ]*(?:the[ ])?TALK[ ](?:continue|end|begin|start|resume|conclude)(?:s|ed)?\b
    """.replace("TALK", _TALK),
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
_BY_COLON = re.compile(
    r"""
      "[\w -]{1,30}"[ ]*:[ ]*(?:["{\[]|-?\d|true\b|false\b|null\b)      # keys of JSON
    | (?<!\w)'\w{1,30}'[ ]*:[ ]*['{\[]
    | (?<!\S)[a-z]+(?:_[a-z0-9]+)+[:：](?!\S*//)             # keys of YAML
    | \b(?:speaker|person|participant|character)[ ]?\#?(?:\d+|[A-Z])[ ]?[*_]*[:：](?!\d)
    | \b(?:turn|utterance|scene|dialogue|conversation|scenario|example|user|agent|persona)
        [ ]?\#?\d{1,2}[ ]?[*_]*[:：](?!\d)
    | \bhere(?:['’]s|[ ]is)[ ](?:an?|the|your)[ ](?:[\w-]+[ ]){0,4}(?:dialogue|conversation)\b[^.!?\n]{0,80}[:：]
    """,
    re.IGNORECASE | re.VERBOSE,
)
# The lookahead lets "Goodbye. Summary:" be tried from both of its sentences.
_LABEL = re.compile(
    r"""
    (?:^|[.!?…。！？"”)\]]\s+)                              # where a line or sentence starts
    (?=
        [\s*_\#>"“'\[(-]* ([^\W_][\w\ .'’-]{0,40}?) [\s*_\#\])]*
        [:：] (?!\d|[)(/\\|]|-[)(]|[PDpo3]\b)               # not 10:30, :-) or http://
    )
    """,
    re.MULTILINE | re.VERBOSE,
)
# Capitals tell a label in the middle of a sentence from a word before a colon.
_CAPITAL = re.compile(r"\b([A-Z][a-z]+)(?: ?\d{1,2})?[:：](?!\d)")
_BRACKETS = re.compile(r"\[([^\[\]\n]{1,60})\]")

_ROLE_LIST = "user assistant human ai bot chatbot system narrator agent customer speaker person gpt model tool function"
_ROLES = frozenset(_ROLE_LIST.split())
_HEADING_LIST = """dialogue, dialog, conversation, transcript, summary, scenario, topic, subtopic, sub-topic, persona,
    personas, character, characters, instruction, instructions, prompt, system prompt, output, response, setting,
    script, example, chain of thought, turn, scene, note, utterance, utterances, input, context, task, constraints,
    requirements, guidelines, format, output format, role, system message, user message, assistant response, examples,
    reasoning, rationale, thought, expected output, conversation history, chat history, history, stage direction"""
_HEADINGS = frozenset(heading.strip() for heading in _HEADING_LIST.split(","))
_UNSAID = (_ROLES | _HEADINGS) - {
    *("note", "scene", "turn", "topic", "person", "bot", "ai", "model", "tool", "function", "history", "example"),
    *("examples", "format", "role", "context", "task", "thought", "guidelines", "requirements", "constraints"),
}
_BLANK_VERBS = frozenset(("insert", "enter", "your", "fill", "placeholder", "redacted"))
_BLANK_NOUN_LIST = """name names first last full company organization organisation business store brand product service
    item model customer client user agent person speaker friend doctor date time day month year number phone email
    e-mail address street city town state country location place destination order account id amount price cost title
    position job role department school university topic subject link url website reason issue specific relevant
    details hotel restaurant patient student teacher airline flight bank room table event language number price
    username password title surname initials age gender occupation hobby pronoun emotion sentiment tone"""
_BLANK_NOUNS = frozenset(_BLANK_NOUN_LIST.split())
_BLANK_GLUE = frozenset(("and", "or", "of", "the", "a"))


def leaked_markup(batch: Batch) -> list[bool]:
    """Whether any utterance carries markup, a placeholder, a chat-template token, a label or a prompt heading.

    A label is the name of one of the dialogue's speakers, or a generic role, and a colon, where a line or sentence
    starts. Brackets around a stage direction, comparisons, emoticons, times and addresses are part of a talk.
    """
    found = [False] * len(batch)
    found = [False] * len(batch)
    phrases = batch.present(_PHRASES)
    for one in batch.holding((*_COLONS, *_SIGNS, *phrases)):
        found[one] = _any_leaks(batch.dialogues[one], phrases)
    return found


def _any_leaks(dialogue: Dialogue, phrases: Sequence[str]) -> bool:
    own = {speaker.strip(" #*_").casefold() for speaker in dialogue.speakers()}
    own |= {persona.name.casefold() for persona in dialogue.personas}
    return any(_leaks(turn.text, own, phrases) for turn in dialogue.turns)


def _leaks(text: str, own: set[str], phrases: Sequence[str]) -> bool:
    signed = _SIGN.search(text) is not None
    lower = text.lower()
    if (signed or any(phrase in lower for phrase in phrases)) and _ANYWHERE.search(text):
        return True
    if ":" in text or "：" in text:
        if _BY_COLON.search(text) or any(match[1].lower() in _UNSAID for match in _CAPITAL.finditer(text)):
            return True
        if any(_is_label(match[1].casefold().strip(), own) for match in _LABEL.finditer(text)):
            return True
    return signed and any(_is_blank(match[1]) for match in _BRACKETS.finditer(text))


def _is_label(label: str, own: set[str]) -> bool:
    generic = label.rstrip("0123456789 ")
    return label in own or generic in _ROLES or generic in _HEADINGS


def _is_blank(inside: str) -> bool:
    """Whether the text inside brackets stands for something to be filled in, as in `[Your Name]` or `[order_id]`."""
    if re.fullmatch(r"[A-Za-z]+(?:_[A-Za-z0-9]+)+", inside):
        return True
    tokens = [token for token in inside.casefold().replace("'s", "").split() if token not in _BLANK_GLUE]
    if not tokens:
        return False
    if tokens[0] in _BLANK_VERBS or _BLANK_NOUNS.issuperset(tokens):
        return True
    # [Patient Name] and [name of the patient] may be of anything.
    titled = all(word[0].isupper() for word in inside.split() if word not in _BLANK_GLUE)
    return (titled and tokens[-1] in _BLANK_NOUNS) or (tokens[0] in _BLANK_NOUNS and inside.split()[1:2] == ["of"])


METRIC = Metric(
    "leaked_markup",
    "an utterance carries markup, a placeholder, a label or a prompt heading",
    "bool",
    OfBatch(leaked_markup),
)
