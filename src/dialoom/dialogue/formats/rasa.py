"""Rasa NLU training data as YAML 3.1: intents with annotated examples; synonyms, regular expressions, lookup tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from dialoom.dialogue.dialogue import Dialogue
from dialoom.dialogue.formats._annotated import annotated
from dialoom.dialogue.formats._files import write_lines
from dialoom.dialogue.formats._format import Format
from dialoom.dialogue.formats._labelled import Labelled, labelled
from dialoom.dialogue.formats._rasa_file import read_nlu
from dialoom.dialogue.formats._shape import Shape
from dialoom.dialogue.formats._utterance import Utterance
from dialoom.dialogue.formats._written import Written

_FORM = "rasa"
# Rasa takes away these at both ends of an example, and nothing else.
_STRIPPED = " \r\n"
# What ends a line of a block scalar for YAML or for Python's splitlines, and what YAML does not print.
_NOT_IN_BLOCK = re.compile("[^\t -~\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_PLAIN = re.compile(r"[A-Za-z][\w/+-]*(?:\.[\w/+-]+)*", re.ASCII)
_NO_NAMES = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}


def _write(dialogues: Iterable[Dialogue], path: Path) -> Written:
    """Examples by intent, in the order of the first of each.

    A text that Rasa would read otherwise is left out: what looks like an annotation, spaces at its ends, slots that
    overlap. Texts of several lines and those with metadata take Rasa's longer form. What an earlier reading kept beside
    utterances (synonyms, lookup tables, regular expressions, responses) is written too.
    """
    found = labelled(dialogues, _FORM, _refused)
    result = found.written(path)
    write_lines(_lines(found), path)
    return result


def _refused(utterance: Utterance) -> str | None:
    if utterance.text != utterance.text.strip(_STRIPPED):
        return "Rasa strips the spaces at the ends"
    if utterance.overlaps():
        return "its slots overlap"
    if annotated(utterance, _attributes(utterance)) is None:
        return "Rasa would read its brackets as an annotation"
    return None


def _attributes(utterance: Utterance) -> list[dict[str, Any]]:
    kept = utterance.extra.get(_FORM, {}).get("entities")
    return [each for each in kept if isinstance(each, dict)] if isinstance(kept, list) else []


def _lines(found: Labelled) -> Iterator[str]:
    # Rasa decodes a file of ASCII alone with Python's `raw_unicode_escape`, which would change every backslash-u in it.
    yield "# Rasa NLU training data · dialoom"
    yield 'version: "3.1"'
    yield "nlu:"
    for intent, utterances in found.by_intent().items():
        groups: dict[str, list[Utterance]] = {}
        for each in utterances:
            groups.setdefault(_json(_metadata(each, "intent")), []).append(each)
        for group in groups.values():
            yield from _intent(intent, _metadata(group[0], "intent"), group)
    seen: list[Any] = []
    for kept in found.kept:
        for item in kept.get("items") or []:
            if item not in seen:
                seen.append(item)
                yield from _item(item)
    rest: dict[str, Any] = {}
    for kept in found.kept:
        rest = (kept.get("rest") or {}) | rest
    yield from (f"{_scalar(name)}: {_json(value)}" for name, value in rest.items())


def _metadata(utterance: Utterance, level: str) -> Any:
    kept = utterance.extra.get(_FORM)
    return kept.get(level) if isinstance(kept, dict) else None


def _intent(name: str, metadata: Any, utterances: list[Utterance]) -> Iterator[str]:
    texts = [(each, annotated(each, _attributes(each)) or "") for each in utterances]
    short = [text for each, text in texts if _metadata(each, "example") is None and not _NOT_IN_BLOCK.search(text)]
    long = [
        (each, text) for each, text in texts if _metadata(each, "example") is not None or _NOT_IN_BLOCK.search(text)
    ]
    if short:
        yield from _head("intent", name, metadata)
        yield "  examples: |"
        yield from (f"    - {text}" for text in short)
    if long:
        yield from _head("intent", name, metadata)
        yield "  examples:"
        for each, text in long:
            yield f"  - text: {_quoted(text)}"
            if (own := _metadata(each, "example")) is not None:
                yield f"    metadata: {_json(own)}"


def _head(key: str, name: str, metadata: Any) -> Iterator[str]:
    yield f"- {key}: {_scalar(name)}"
    if metadata is not None:
        yield f"  metadata: {_json(metadata)}"


def _item(item: dict[str, Any]) -> Iterator[str]:
    key = next(iter(item))
    yield from _head(key, str(item[key]), item.get("metadata"))
    if "examples" in item:
        texts = item["examples"]
        if isinstance(texts, list) and texts and not any(_NOT_IN_BLOCK.search(str(text)) for text in texts):
            yield "  examples: |"
            yield from (f"    - {text}" for text in texts)
        else:
            yield f"  examples: {_json(texts)}"


def _scalar(text: str) -> str:
    return text if _PLAIN.fullmatch(text) and text.lower() not in _NO_NAMES else _quoted(text)


def _quoted(text: str) -> str:
    """A double-quoted scalar of YAML, which has escapes for all that it cannot show."""

    def escaped(found: re.Match[str]) -> str:
        code = ord(found[0])
        return {9: "\\t", 10: "\\n", 13: "\\r", 34: '\\"', 92: "\\\\"}.get(code, f"\\u{code:04x}")

    shown = re.sub(rf'["\\\t]|{_NOT_IN_BLOCK.pattern}', escaped, text)
    return f'"{shown}"'


def _json(value: Any) -> str:
    """A value in YAML's flow style."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_quoted(str(name))}: {_json(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_json, value)) + "]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value) if isinstance(value, (int, float)) else _quoted(str(value))


def _fits(shape: Shape) -> bool:
    if shape.archive or shape.text.startswith(("{", "[")):
        return False
    return bool(re.search(r"^nlu[ \t]*:", shape.text, re.MULTILINE))


FORMAT = Format(
    name=_FORM,
    about="Rasa NLU training data, YAML 3.1: intents with annotated examples",
    read=read_nlu,
    write=_write,
    fits=_fits,
    suffix=".yml",
)
