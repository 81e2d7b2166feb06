"""Faults for real dialogues, each as it comes about and of every size; nothing here knows how they are looked for."""

# ruff: noqa: E501

from __future__ import annotations

import random
import string
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from dialoom.dialogue import Dialogue, Turn


@dataclass(slots=True)
class Pool:
    """What planting draws from: other dialogues, personal data of others' making by type, and forms of leaks."""

    others: Sequence[Dialogue]
    personal: dict[str, list[str]] = field(default_factory=dict)
    leaks: Sequence[str] = ()


Plant = Callable[[Dialogue, random.Random, Pool], Dialogue]
# What the detectors were mended with. For how they do on forms that nobody had in mind, give a file of such.
_LEAKS = (
    *("<|eot_id|>", "<|user|>", "<bos>", "[AVAILABLE_TOOLS]", "<pad>", "<div class='turn'>", "<turn id=3>", "</person>", "<!-- turn -->"),
    *("&#39;", "{{ persona.name }}", "{% for turn in turns %}", "{speaker_1}", "[Patient Name]", "[Insert Product Name Here]", "<NAME>"),
    *("[name of the hotel]", "### Human", "Human: ", "System: ", "Customer: ", "Person2: ", "Conversation: ", "Response: "),
    *("Character 2: ", "Prompt: ", "# Scene 1", "**Doctor:**", "***", "```python", '{"turns": [', '"speaker": "A",', "\\u2019"),
    *("As an artificial intelligence, I cannot feel.", "As an AI, I do not eat.", "I'm a language model trained by a company."),
    *("Here's a natural-sounding dialogue:", "Below is the conversation you asked for:", "Create a dialogue with eight turns."),
    *("The conversation must not mention prices.", "Make sure the output is valid JSON.", "Keep your answer under 50 words."),
    *("You will play the role of a nurse.", "I hope this conversation is what you wanted.", "End of transcript.", "(The conversation ends.)"),
    *("Remember to stay in character.", "Rewrite the dialogue in a formal style.", "[dialogue continues]", "Turn 5 of 12."),
)  # fmt: skip


def _turns(dialogue: Dialogue, turns: Sequence[Turn]) -> Dialogue:
    return dialogue.model_copy(update={"turns": list(turns)})


def _said(dialogue: Dialogue, place: int, text: str) -> Dialogue:
    turns = list(dialogue.turns)
    turns[place] = turns[place].model_copy(update={"text": text})
    return _turns(dialogue, turns)


def loops(dialogue: Dialogue, draw: random.Random, pool: Pool) -> Dialogue:
    """A phrase, a sentence or an exchange said again, two to eight times."""
    times = draw.randint(2, 8)
    kind = draw.choice(("phrase", "turn", "exchange"))
    if kind == "exchange":
        place = draw.randrange(len(dialogue.turns) - 1)
        return _turns(dialogue, [*dialogue.turns[: place + 2], *(dialogue.turns[place : place + 2] * times)])
    place = max(
        range(len(dialogue.turns)), key=lambda each: (len(dialogue.turns[each].text.split()) > 3, draw.random())
    )
    text = dialogue.turns[place].text
    said = text.split()
    if kind == "turn" or len(said) < 3:
        return _said(dialogue, place, " ".join([text] * (times + 1)))
    length = draw.randint(2, min(12, len(said)))
    start = draw.randrange(len(said) - length + 1)
    return _said(dialogue, place, " ".join([*said[: start + length], *(said[start : start + length] * times)]))


def swapped_here(dialogue: Dialogue, draw: random.Random, pool: Pool) -> Dialogue:
    """The speakers of two turns exchanged, of one turn wrong, or of all turns from one on exchanged."""
    names = dialogue.speakers()
    other = dict(zip(names, [*names[1:], names[0]], strict=True))
    place = draw.randrange(len(dialogue.turns) - 1)
    first, last = draw.choice(((place, place + 2), (place, place + 1), (place + 1, len(dialogue.turns))))
    return _turns(
        dialogue,
        [
            turn.model_copy(update={"speaker": other[turn.speaker]}) if first <= at < last else turn
            for at, turn in enumerate(dialogue.turns)
        ],
    )


def swapped_throughout(dialogue: Dialogue, draw: random.Random, pool: Pool) -> Dialogue:
    """Each says all that the other said."""
    names = dialogue.speakers()
    other = dict(zip(names, [*names[1:], names[0]], strict=True))
    return _turns(dialogue, [turn.model_copy(update={"speaker": other[turn.speaker]}) for turn in dialogue.turns])


def _cut(dialogue: Dialogue, draw: random.Random, *, at_sentence: bool) -> Dialogue | None:
    place = draw.randrange(1, len(dialogue.turns))
    text = dialogue.turns[place].text
    ends = [at for at in range(1, len(text)) if (text[:at].rstrip()[-1:] in ".!?…”\"'") == at_sentence]
    if not ends:
        return None
    cut = _said(dialogue, place, text[: draw.choice(ends)])
    return _turns(cut, cut.turns[: place + 1])


def truncated(dialogue: Dialogue, draw: random.Random, pool: Pool) -> Dialogue:
    """The text stops at any character of any turn but the first, inside a sentence."""
    return next(cut for _ in range(99) if (cut := _cut(dialogue, draw, at_sentence=False)) is not None)


def truncated_at_sentence(dialogue: Dialogue, draw: random.Random, pool: Pool) -> Dialogue:
    """The text stops where a sentence ends, in the middle of the talk."""
    whole = draw.randrange(1, len(dialogue.turns))
    return _cut(dialogue, draw, at_sentence=True) or _turns(dialogue, dialogue.turns[:whole])


def leaked(dialogue: Dialogue, draw: random.Random, pool: Pool) -> Dialogue:
    """A piece of prompt, template or markup before, in or after a turn."""
    place = draw.randrange(len(dialogue.turns))
    said = dialogue.turns[place].text.split()
    at = draw.choice((0, len(said), draw.randrange(len(said) + 1)))
    return _said(dialogue, place, " ".join([*said[:at], draw.choice(pool.leaks or _LEAKS), *said[at:]]))


_SENTENCES = (
    "It is {}.",
    "{}",
    "You can have {}.",
    "Sure, {}.",
    "Let me give you this: {}",
    "Please write down {}, thanks.",
)


def _with(dialogue: Dialogue, draw: random.Random, datum: str) -> Dialogue:
    place = draw.randrange(len(dialogue.turns))
    said = f"{dialogue.turns[place].text} {draw.choice(_SENTENCES).format(datum)}"
    return _said(dialogue, place, said)


def personal(dialogue: Dialogue, draw: random.Random, pool: Pool) -> Dialogue:
    """An address, number, account or secret, said without a word of what it is."""
    kinds = ("EMAIL_ADDRESS", "PHONE_NUMBER", "CREDIT_CARD", "IBAN_CODE", "IP_ADDRESS", "US_SSN", "secret")
    kind = draw.choice(kinds)
    return _with(dialogue, draw, _secret(draw) if kind == "secret" else draw.choice(pool.personal[kind]))


def _secret(draw: random.Random) -> str:
    def some(length: int, signs: str = string.ascii_letters + string.digits) -> str:
        return "".join(draw.choices(signs, k=length))

    return draw.choice(
        (
            f"AKIA{some(16, string.ascii_uppercase + string.digits)}",
            f"ghp_{some(36)}",
            f"sk-{some(48)}",
            f"the password is {some(10)}{draw.randint(0, 9)}",
            f"https://bob:{some(8)}@example.org/login",
            f"xoxb-{some(12, string.digits)}-{some(24)}",
            f"eyJ{some(20)}.eyJ{some(40)}.{some(43)}",
        )
    )


def named(dialogue: Dialogue, draw: random.Random, pool: Pool) -> Dialogue:
    """A person's full name or a street address."""
    return _with(dialogue, draw, draw.choice(pool.personal[draw.choice(("PERSON", "STREET_ADDRESS"))]))


def near_copy(dialogue: Dialogue, draw: random.Random, pool: Pool) -> Dialogue:
    """Another dialogue with 2 to 25% of its words replaced or left out, and sometimes a turn."""
    source = draw.choice(pool.others)
    share = draw.uniform(0.02, 0.25)
    vocabulary = [word for turn in dialogue.turns for word in turn.text.split()]
    turns = []
    for turn in source.turns:
        said: list[str] = []
        for word in turn.text.split():
            if draw.random() >= share:
                said.append(word)
            elif draw.random() < 0.7:
                said.append(draw.choice(vocabulary))
        turns.append(turn.model_copy(update={"text": " ".join(said) or turn.text}))
    if draw.random() < 0.3:
        del turns[draw.randrange(len(turns))]
    return _turns(dialogue, turns).model_copy(update={"fields": {"copy_of": source.id}})


def _strange(dialogue: Dialogue, draw: random.Random, pool: Pool, count: int) -> Dialogue:
    foreign = [turn for turn in draw.choice(pool.others).turns if len(turn.text.split()) >= 6]
    foreign = foreign or [Turn(speaker="", text="The committee will vote on the new harbour bridge in March.")]
    turns = list(dialogue.turns)
    start = draw.randrange(1, max(2, len(turns) - count))
    for step, turn in enumerate(foreign[:count]):
        if start + step < len(turns):
            turns[start + step] = turns[start + step].model_copy(update={"text": turn.text})
    return _turns(dialogue, turns)


def off_topic(dialogue: Dialogue, draw: random.Random, pool: Pool) -> Dialogue:
    """One turn of six words or more out of another dialogue in the place of a turn."""
    return _strange(dialogue, draw, pool, 1)


def other_topic(dialogue: Dialogue, draw: random.Random, pool: Pool) -> Dialogue:
    """All turns are another dialogue's; topic and summary stay."""
    return _turns(dialogue, draw.choice(pool.others).turns)
