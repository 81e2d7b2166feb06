"""JSON schemas that no value can ever meet, as far as that can be seen in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from math import ceil, floor, inf
from typing import Any, NamedTuple

from dialoom.errors import DialoomError, Place

Part = Mapping[str, Any]
Refs = frozenset[str]

_TYPES = frozenset({"null", "boolean", "integer", "fraction", "string", "array", "object"})
_NUMBER = frozenset({"integer", "fraction"})
# Schemas are looked at this often in all; what is larger than that is taken to be sound.
_MOST_LOOKS = 20_000


class Contradiction(NamedTuple):
    """Why no value meets a schema, and where in it: `properties.city`, or nothing for the whole."""

    place: str
    why: str


def contradiction(schema: Any) -> Contradiction | None:
    """What makes the schema impossible to meet; None where nothing was found.

    Found are `false`, an empty or unfitting `enum` or `const`, bounds that cross (numbers, lengths, items, properties),
    a required property that is forbidden or itself impossible, types that exclude each other, also through `allOf` and
    `$ref`, alternatives none of which is possible, and what needs itself without end. What it finds is so; that it
    finds nothing proves nothing.
    """
    return _Search(schema).why([schema], "", frozenset())


def unmeetable(schema: Any, what: str, where: str) -> Iterator[DialoomError]:
    """The problem of a schema that nothing can ever meet, if it is one.

    Args:
        what: whose schema it is, such as `an item`.
        where: the place of the schema in the node.
    """
    found = contradiction(schema)
    if found is not None:
        at = f", at {found.place}" if found.place else ""
        yield DialoomError(
            f"nothing can ever meet the schema of {what}{at}: {found.why}",
            place=Place(field=where),
            remedy="mend the schema",
        )


class _Search:
    """One search. A schema stands for the list of its parts, all of which a value has to meet."""

    def __init__(self, root: Any) -> None:
        self._root = root
        self._looks = 0

    def why(self, schemas: Sequence[Any], place: str, within: Refs, here: Refs = frozenset()) -> Contradiction | None:
        """Why nothing meets all of `schemas`.

        Args:
            within: the references whose value this one is a needed part of.
            here: those that `schemas` hold already what is behind them.
        """
        self._looks += 1
        if self._looks > _MOST_LOOKS:
            return None
        parts: list[Part] = []
        for part in self._parts(schemas, within, here):
            if isinstance(part, str):
                return Contradiction(place, part)
            if isinstance(part, frozenset):
                here = part
            else:
                parts.append(part)
        return (
            self._of_values(parts, place)
            or self._of_types(parts, place, within | here)
            or self._of_choices(parts, place, within, here)
        )

    def _parts(self, schemas: Sequence[Any], within: Refs, here: Refs) -> Iterator[Part | Refs | str]:
        """All parts, those in `allOf` and behind `$ref` included; the references passed; or why there can be none."""
        # Each with the references behind which it stands: one that comes again leads a validator round without end.
        waiting: list[tuple[Any, Refs]] = [(schema, frozenset()) for schema in schemas]
        passed = here
        while waiting:
            schema, behind = waiting.pop(0)
            if schema is False:
                yield "it is false, which nothing meets"
            if not isinstance(schema, Mapping):
                continue
            reference = schema.get("$ref")
            if isinstance(reference, str):
                if reference in within:
                    yield f"it needs another {reference.rpartition('/')[2]} inside itself, without end"
                if reference in behind:
                    yield f"{reference.rpartition('/')[2]} refers to itself and to nothing else"
                if reference not in passed:
                    passed |= {reference}
                    waiting.append((self._behind(reference), behind | {reference}))
            if schema.get("not") in (True, {}) and "not" in schema:
                yield "it is 'not' anything"
            waiting += [(each, behind) for each in schema.get("allOf") or ()]
            yield schema
        yield passed

    def _behind(self, reference: str) -> Any:
        value = self._root
        for step in reference.removeprefix("#").split("/")[1:]:
            name = step.replace("~1", "/").replace("~0", "~")
            value = value.get(name) if isinstance(value, Mapping) else None
        return value

    def _of_values(self, parts: Sequence[Part], place: str) -> Contradiction | None:
        """Where values are listed, whether one of them meets the rest."""
        listed = next((part["enum"] for part in parts if "enum" in part), None)
        if listed is None and (const := next((part for part in parts if "const" in part), None)) is not None:
            listed = [const["const"]]
        if listed is None:
            return None
        if not listed:
            return Contradiction(place, "its 'enum' is empty")
        from jsonschema import Draft202012Validator
        from referencing.exceptions import Unresolvable

        defs = self._root.get("$defs", {}) if isinstance(self._root, Mapping) else {}
        validator = Draft202012Validator({"allOf": [dict(part) for part in parts], "$defs": defs})
        try:
            if any(validator.is_valid(value) for value in listed):
                return None
        except (Unresolvable, RecursionError):
            return None
        return Contradiction(place, f"none of the values that it lists meets the rest of it: {listed!r:.80}")

    def _of_types(self, parts: Sequence[Part], place: str, within: Refs) -> Contradiction | None:
        allowed = _TYPES
        for part in parts:
            if "type" in part:
                named = [part["type"]] if isinstance(part["type"], str) else part["type"]
                allowed &= frozenset().union(*(_NUMBER if name == "number" else {name} for name in named))
        if not allowed:
            return Contradiction(place, "its types exclude each other")
        reasons = []
        for kind in sorted(allowed):
            reason = self._of_type(kind, parts, place, within)
            if reason is None:
                return None
            reasons.append(reason)
        return reasons[-1]

    def _of_type(self, kind: str, parts: Sequence[Part], place: str, within: Refs) -> Contradiction | None:
        """Why there is no value of this type; null, true and false are always there."""
        if kind in _NUMBER:
            return _of_numbers(parts, place, whole=kind == "integer")
        if kind == "string":
            return _crossing(parts, place, "minLength", "maxLength")
        if kind == "array":
            return _crossing(parts, place, "minItems", "maxItems") or self._of_items(parts, place, within)
        if kind == "object":
            return _crossing(parts, place, "minProperties", "maxProperties") or self._of_properties(
                parts, place, within
            )
        return None

    def _of_items(self, parts: Sequence[Part], place: str, within: Refs) -> Contradiction | None:
        if _highest(parts, "minItems") < 1:
            return None
        first = []
        for part in parts:
            prefix = part.get("prefixItems") or ()
            if prefix or "items" in part:
                first.append(prefix[0] if prefix else part["items"])
        return self.why(first, _at(place, "items"), within) if first else None

    def _of_properties(self, parts: Sequence[Part], place: str, within: Refs) -> Contradiction | None:
        required = list(dict.fromkeys(name for part in parts for name in part.get("required") or ()))
        most = _lowest(parts, "maxProperties")
        if len(required) > most:
            return Contradiction(place, f"it requires {len(required)} properties and allows {most}")
        for name in required:
            schemas: list[Any] = []
            for part in parts:
                own = part.get("properties") or {}
                matching = [each for pattern, each in _patterns(part) if _matches(pattern, name)]
                schemas += [own[name]] if name in own else []
                schemas += matching
                if name not in own and not matching and "additionalProperties" in part:
                    if part["additionalProperties"] is False:
                        return Contradiction(place, f"it requires '{name}', which it does not allow")
                    schemas.append(part["additionalProperties"])
            found = self.why(schemas, _at(place, f"properties.{name}"), within) if schemas else None
            if found is not None:
                return found
        return None

    def _of_choices(self, parts: Sequence[Part], place: str, within: Refs, here: Refs) -> Contradiction | None:
        """Whether of each `anyOf` and `oneOf` one branch is possible beside the rest."""
        for part in parts:
            for word in ("anyOf", "oneOf"):
                if word not in part:
                    continue
                rest = [{key: value for key, value in other.items() if key not in _BRANCHING} for other in parts]
                reasons = []
                for branch in part[word]:
                    reason = self.why([*rest, branch], _at(place, word), within, here)
                    if reason is None:
                        break
                    reasons.append(reason)
                else:
                    why = f": {reasons[0].why}" if reasons else ""
                    return Contradiction(place, f"none of its '{word}' is possible{why}")
        return None


# References and `allOf` are in the list of parts already, and `rest` is looked at without other choices.
_BRANCHING = ("anyOf", "oneOf", "allOf", "$ref")


def _of_numbers(parts: Sequence[Part], place: str, *, whole: bool) -> Contradiction | None:
    low, high = _highest(parts, "minimum", -inf), _lowest(parts, "maximum")
    above, below = _highest(parts, "exclusiveMinimum", -inf), _lowest(parts, "exclusiveMaximum")
    least, most = max(low, above), min(high, below)
    if whole and abs(least) < inf and abs(most) < inf:
        first = ceil(least) + (least == above and ceil(least) == least)
        last = floor(most) - (most == below and floor(most) == most)
        crossing = first > last
    else:
        crossing = least > most or (least == most and abs(least) < inf and (least == above or most == below))
    return Contradiction(place, f"no number lies between its bounds, {least:g} and {most:g}") if crossing else None


def _crossing(parts: Sequence[Part], place: str, least: str, most: str) -> Contradiction | None:
    low, high = _highest(parts, least), _lowest(parts, most)
    return (
        Contradiction(place, f"its '{least}' of {low:g} is more than its '{most}' of {high:g}") if low > high else None
    )


def _highest(parts: Sequence[Part], name: str, otherwise: float = 0) -> float:
    return max((part[name] for part in parts if name in part), default=otherwise)


def _lowest(parts: Sequence[Part], name: str) -> float:
    return min((part[name] for part in parts if name in part), default=inf)


def _patterns(part: Part) -> Sequence[tuple[str, Any]]:
    return list((part.get("patternProperties") or {}).items())


def _matches(pattern: str, name: str) -> bool:
    try:
        return re.search(pattern, name) is not None
    except re.error:
        return True


def _at(place: str, step: str) -> str:
    return f"{place}.{step}" if place else step
