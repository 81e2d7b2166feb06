"""What a judge reads of a record: the dialogue, its last exchange, the personas, any field."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import orjson

from dialoom.dialogue import Dialogue, write_script


class Part(NamedTuple):
    """A heading and the text under it."""

    title: str
    text: str


def read_parts(dialogue: Dialogue, names: Sequence[str], given: Mapping[str, str]) -> tuple[dict[str, Part], list[str]]:
    """The parts by their names, and the names of required ones that the dialogue lacks.

    Args:
        names: as a rubric's `reads` has them; `?` ends one that may be missing.
        given: texts that take the place of what the dialogue holds.
    """
    parts: dict[str, Part] = {}
    missing = []
    for written in names:
        name = written.removesuffix("?")
        text = given.get(name, "").strip() or _text_of(dialogue, name)
        if text:
            parts[name] = Part(title_of(name), text)
        elif name == written:
            missing.append(name)
    return parts, missing


def title_of(name: str) -> str:
    """The heading of a part."""
    return name.replace("_", " ").capitalize()


def field_of(name: str) -> str | None:
    """The record field that a part is read from; None where it is taken from the turns."""
    return None if name in _FROM_TURNS else name


def _text_of(dialogue: Dialogue, name: str) -> str:
    read = _KNOWN.get(name)
    text = read(dialogue) if read is not None else ""
    return text or _as_text(dialogue.fields.get(name))


def _question(dialogue: Dialogue) -> str:
    """All that was said before the last turn; without speakers where it is a single turn."""
    before = dialogue.turns[:-1] or dialogue.turns
    return before[0].text if len(before) == 1 else write_script(before)


def _answer(dialogue: Dialogue) -> str:
    return dialogue.turns[-1].text if len(dialogue.turns) > 1 else ""


def _personas(dialogue: Dialogue) -> str:
    return "\n".join(_persona(persona.model_dump(exclude_none=True)) for persona in dialogue.personas)


def _persona(traits: dict[str, Any]) -> str:
    name, about = traits.pop("name"), traits.pop("description", None)
    rest = "; ".join(f"{trait}: {_as_text(value)}" for trait, value in traits.items())
    return f"{name}: {'. '.join(part for part in (about, rest) if part)}"


def _intent(dialogue: Dialogue) -> str:
    return ", ".join(dict.fromkeys(turn.intent for turn in dialogue.turns if turn.intent))


def _slots(dialogue: Dialogue) -> str:
    return "\n".join(dict.fromkeys(f"{slot.name}: {slot.value}" for turn in dialogue.turns for slot in turn.slots))


def _plan(dialogue: Dialogue) -> str:
    if dialogue.plan is None:
        return ""
    # The thoughts led to the dialogue; what it is held against is what was decided.
    return _as_text({k: v for k, v in dialogue.plan.model_dump(exclude_none=True).items() if k != "thoughts"})


_FROM_TURNS = frozenset({"dialogue", "question", "answer", "intent", "slots"})
_KNOWN: Final[Mapping[str, Callable[[Dialogue], str]]] = {
    "dialogue": Dialogue.script,
    "question": _question,
    "answer": _answer,
    "intent": _intent,
    "slots": _slots,
    "personas": _personas,
    "plan": _plan,
    "summary": lambda dialogue: dialogue.summary or "",
    "scenario": lambda dialogue: dialogue.scenario or "",
    "topic": lambda dialogue: dialogue.topic or "",
    "style": lambda dialogue: dialogue.style or "",
}


def _as_text(value: Any) -> str:
    if value is None or isinstance(value, str):
        return (value or "").strip()
    if isinstance(value, Mapping):
        return "\n".join(f"{name}: {_inline(inner)}" for name, inner in value.items() if inner not in (None, "", []))
    if isinstance(value, list):
        return "\n".join(f"- {_inline(item)}" for item in value)
    return _inline(value)


def _inline(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value, default=str).decode()
