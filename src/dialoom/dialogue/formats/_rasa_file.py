"""Reading Rasa's NLU YAML, with the line of each example."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dialoom.dialogue.dialogue import Dialogue
from dialoom.dialogue.formats._annotated import read_annotated
from dialoom.dialogue.formats._files import Bad, empty, read_lines
from dialoom.dialogue.formats._rows import wrong_type
from dialoom.dialogue.formats._utterance import read_utterance
from dialoom.errors import DataError, Place, nearest

_KEYS = ("intent", "synonym", "regex", "lookup")
_STRIPPED = " \r\n"


def read_nlu(path: Path, bad: Bad | None = None) -> Iterator[Dialogue]:
    """Streams a dialogue of one turn for each example.

    The first one carries in the field `rasa` what the file holds beside them: `items` (synonyms, regular expressions,
    lookup tables) and `rest` (further keys of the file, such as responses). A turn's `meta` has metadata, and the
    roles and groups of its entities.
    """
    content = _parsed(path)
    items = _list(content.get("nlu"), Place(file=str(path), field="nlu"))
    kept: dict[str, Any] = {}
    others = [_other(item, path, index) for index, item in enumerate(items) if "intent" not in item]
    rest = {str(name): _plain(value) for name, value in content.items() if name not in ("version", "nlu")}
    if others:
        kept["items"] = others
    if rest:
        kept["rest"] = rest
    number = 0
    for index, item in enumerate(items):
        if "intent" not in item:
            continue
        for line, text, metadata in _examples(item, path, index):
            place = Place(file=str(path), line=line, field=f"nlu[{index}].examples")
            try:
                if isinstance(text, DataError):
                    raise text
                dialogue = _dialogue(path, number + 1, place, item, text, metadata)
            except DataError as error:
                if bad is None:
                    raise
                bad(error, text if isinstance(text, str) else text.what)
                continue
            number += 1
            if number == 1 and kept:
                dialogue.fields["rasa"] = kept
            yield dialogue
    if not number and bad is None:
        raise DataError("no intent has an example", place=Place(file=str(path), field="nlu"), remedy="name an NLU file")


def _parsed(path: Path) -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    text = "".join(line for _, line in read_lines(path))
    if not text.strip():
        raise empty(path)
    if text.isascii() and "\\u" in text:
        text = _as_rasa_reads(text)
    try:
        content = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise DataError(
            f"broken YAML: {error.problem or error.context}",
            place=Place(file=str(path), line=mark.line + 1 if mark else None),
            remedy="check the indentation and the quotes there",
        ) from error
    except YAMLError as error:
        raise DataError(f"broken YAML: {error}", place=Place(file=str(path)), remedy="save it as YAML 1.2") from error
    if not isinstance(content, dict):
        raise wrong_type(Place(file=str(path)), "a mapping with 'version' and 'nlu'", content)
    if "nlu" not in content:
        raise DataError(
            "the file has no key 'nlu'",
            place=Place(file=str(path), field="nlu"),
            remedy=nearest("nlu", tuple(map(str, content))) or "name an NLU file",
        )
    return content


def _as_rasa_reads(text: str) -> str:
    """Rasa takes `\\u1234` anywhere in a file of ASCII alone for the character."""
    try:
        return text.encode().decode("raw_unicode_escape").encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeError:
        return text


def _list(value: Any, place: Place) -> list[dict[str, Any]]:
    if not isinstance(value, list):
        raise wrong_type(place, "a list", value)
    for index, item in enumerate(value):
        if not isinstance(item, dict):
            at = value.lc.item(index)[0] + 1 if hasattr(value, "lc") else place.line
            raise wrong_type(Place(file=place.file, line=at, field=f"{place.field}[{index}]"), "a mapping", item)
    return value


def _other(item: Any, path: Path, index: int) -> dict[str, Any]:
    key = next((name for name in _KEYS if name in item), None)
    if key is None:
        raise DataError(
            f"an item has none of the keys {', '.join(_KEYS)}",
            place=Place(file=str(path), line=item.lc.line + 1, field=f"nlu[{index}]"),
            remedy=nearest("intent", tuple(map(str, item))) or "write one of them",
        )
    kept: dict[str, Any] = {key: str(item[key])}
    kept |= {str(name): _plain(value) for name, value in item.items() if name not in (key, "examples")}
    if isinstance(item.get("examples"), str):
        kept["examples"] = []
        for _, text, _ in _examples(item, path, index):
            if isinstance(text, DataError):
                raise text
            kept["examples"].append(text)
    elif "examples" in item:
        kept["examples"] = _plain(item["examples"])
    return kept


def _examples(item: Any, path: Path, index: int) -> Iterator[tuple[int, str | DataError, Any]]:
    """The line, text and metadata of each example of an item, as Rasa reads them; an error for what is no example."""
    examples = item.get("examples")
    field = f"nlu[{index}].examples"
    start = item.lc.value("examples")[0] + 1 if "examples" in item else item.lc.line + 1
    if isinstance(examples, str):
        for offset, line in enumerate(examples.splitlines(), start=1):
            if not line.strip():
                continue
            if not line.startswith("-"):
                wrong = DataError(
                    f"the example {line[:60]!r} does not begin with '-'",
                    place=Place(file=str(path), line=start + offset, field=field),
                    remedy="write each example on a line of its own, after '- '",
                )
                yield start + offset, wrong, None
            elif text := line[1:].strip(_STRIPPED):
                yield start + offset, text, None
    elif isinstance(examples, list):
        for number, example in enumerate(examples):
            line_number = examples.lc.item(number)[0] + 1 if hasattr(examples, "lc") else start
            place = Place(file=str(path), line=line_number, field=f"{field}[{number}].text")
            if not isinstance(example, dict) or not isinstance(example.get("text"), str):
                yield line_number, wrong_type(place, "a mapping with 'text'", example), None
                continue
            yield line_number, str(example["text"]).strip(_STRIPPED), _plain(example.get("metadata"))
    else:
        raise wrong_type(Place(file=str(path), line=start, field=field), "text or a list", examples)


def _dialogue(path: Path, number: int, place: Place, item: Any, text: str, metadata: Any) -> Dialogue:
    intent = item["intent"]
    if not isinstance(intent, str) or not intent:
        raise wrong_type(Place(file=place.file, line=item.lc.line + 1, field="intent"), "the name of an intent", intent)
    try:
        bare, slots, attributes = read_annotated(text)
    except ValueError as error:
        raise DataError(
            f"an annotation in {text[:80]!r} cannot be read: {error}",
            place=place,
            remedy='write [Rome](city) or [Rome]{"entity": "city", "role": "to"}',
        ) from error
    told: dict[str, Any] = {"intent": _plain(item.get("metadata")), "example": metadata}
    told = {name: value for name, value in told.items() if value is not None}
    if any(attributes):
        told["entities"] = attributes
    meta = {"rasa": told} if told else {}
    return read_utterance(path, number, "rasa", text=bare, intent=str(intent), slots=slots, meta=meta)


def _plain(value: Any) -> Any:
    """A value of YAML as JSON has it."""
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value)
    return float(value) if isinstance(value, float) else str(value)
