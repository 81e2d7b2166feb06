"""Preference pairs out of dialogues, and rows of pairs as TRL reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json, to_json

from dialoom.dialogue.dialogue import Dialogue
from dialoom.dialogue.formats._chat_of import messages_of, roles_among, tools_of
from dialoom.dialogue.formats._prompted import as_text, side
from dialoom.dialogue.formats._rows import Row, json_line, wrong_type
from dialoom.dialogue.lineage import Lineage
from dialoom.dialogue.merging import Forest
from dialoom.dialogue.preference import PreferencePair, pairs_of
from dialoom.dialogue.tree import TREE
from dialoom.errors import DataError, Place

_MEASURES = ("score_chosen", "score_rejected", "margin")
_KNOWN = ("id", "prompt", "chosen", "rejected", *_MEASURES, "made_by", "provenance")


def held_pairs(
    dialogues: Iterable[Dialogue],
    *,
    unpaired: Callable[[Dialogue], bool] = lambda dialogue: False,
    ends: bool = False,
) -> Iterator[tuple[Dialogue | None, PreferencePair | None]]:
    """The pairs of dialogues, each with the record that holds it; those of message trees come last, without one.

    A record holds its pair in the field `pair`, or several in `pairs`. Paths of a message tree are put together again,
    and every two answers that are ranked apart make a pair.

    Args:
        unpaired: which records may do without; these come as they are.
        ends: of ranked siblings only the best and the worst.

    Raises DataError for any other record without a pair, and where trees are all there is and none makes a pair.
    """
    found = paths = False
    with Forest() as forest:
        for dialogue in dialogues:
            held = False
            for pair in pairs_of(dialogue):
                held = True
                yield dialogue, pair
            if held or unpaired(dialogue):
                found = True
                if not held:
                    yield dialogue, None
                continue
            if TREE not in dialogue.fields:
                raise _no_pair(f"dialogue '{dialogue.id}' holds no preference pair")
            forest.add(dialogue)
            paths = True
        for tree in forest.trees():
            for pair in tree.preferences(ends=ends):
                found = True
                yield None, pair
    if paths and not found:
        raise _no_pair("no two answers of these message trees are ranked apart")


def pair_rows(dialogues: Iterable[Dialogue], make: Callable[[PreferencePair], dict[str, Any]]) -> Iterator[str]:
    """The lines of a file of pairs, with a column `tools` where a record has one. Raises DataError as `held_pairs`."""
    rows = (
        make(pair) | ({} if dialogue is None else tools_of(dialogue))
        for dialogue, pair in held_pairs(dialogues)
        if pair is not None
    )
    return (json_line(row, Dialogue(id=row["id"])) for row in one_form(rows))


def _no_pair(what: str) -> DataError:
    return DataError(
        what,
        place=Place(field="fields.pair"),
        remedy="a record holds one in the field 'pair' ({prompt, chosen, rejected}), and paths of a message tree with "
        "ranks make some; choose such records with a condition: json_extract(fields, '$.pair') IS NOT NULL",
    )


def explicit_row(pair: PreferencePair) -> dict[str, Any]:
    """The columns of a pair, split where the two dialogues part. Raises DataError where they begin differently."""
    told = pair.explicit()
    if not told.prompt:
        raise DataError(
            f"the pair '{pair.id}' has no prompt: chosen and rejected have no beginning in common",
            place=Place(field="prompt"),
            remedy="write it as trl_dpo_implicit",
        )
    return row_of_pair(told)


def row_of_pair(pair: PreferencePair) -> dict[str, Any]:
    """The columns of a pair as it is, with its prompt or without. Whoever speaks the chosen reply is the assistant.

    Raises DataError where the replies to a prompt are the user's.
    """
    about: dict[str, Any] = {
        name: getattr(pair, name) for name in (*_MEASURES, "made_by") if getattr(pair, name) is not None
    }
    if pair.provenance:
        # As text, since a column of objects with different keys has no one type.
        about["provenance"] = to_json(pair.provenance).decode()
    if pair.text:
        parts: dict[str, Any] = {
            "prompt": as_text(pair.prompt),
            "chosen": as_text(pair.chosen),
            "rejected": as_text(pair.rejected),
        }
    else:
        roles = _roles(pair)
        parts = {
            name: messages_of(getattr(pair, name), roles, objects=True) for name in ("prompt", "chosen", "rejected")
        }
    if not pair.prompt:
        del parts["prompt"]
    else:
        for name in ("chosen", "rejected"):
            _check_reply(pair, name, parts[name])
    return {"id": pair.id, **parts, **about}


def _roles(pair: PreferencePair) -> dict[str, str]:
    speakers = [turn.speaker for turn in chain(pair.prompt, pair.chosen, pair.rejected)]
    split = pair.explicit()
    if not split.prompt:
        return roles_among(speakers)
    roles = roles_among(speakers, split.chosen[0].speaker)
    return roles | roles_among([split.rejected[0].speaker], split.rejected[0].speaker)


def _check_reply(pair: PreferencePair, name: str, reply: object) -> None:
    if isinstance(reply, list) and reply[0]["role"] != "assistant":
        raise DataError(
            f"the {name} reply of the pair '{pair.id}' begins with the role '{reply[0]['role']}'",
            place=Place(field=name),
            remedy="the assistant's replies are compared; whole dialogues are written as trl_dpo_implicit",
        )


def pair_of_row(row: Row, number: int) -> PreferencePair:
    """The pair of a row, with or without a column `prompt`. Raises DataError."""
    sides = {name: side(row, name, "assistant") for name in ("chosen", "rejected")}
    prompt = side(row, "prompt", "user") if row.values.get("prompt") is not None else None
    text = all(each.text for each in sides.values()) and (prompt is None or prompt.text)
    asked = [] if prompt is None else prompt.turns
    if not text and asked and sides["chosen"].turns[: len(asked)] == asked == sides["rejected"].turns[: len(asked)]:
        # Some sets name the prompt beside two dialogues that begin with it.
        asked = []
    values = {name: row.values[name] for name in _MEASURES if row.values.get(name) is not None}
    for name, value in values.items():
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise wrong_type(row.place(name), "a number", value)
    try:
        return PreferencePair(
            id=row.optional("id") or f"{row.path.name}:{number}",
            prompt=asked,
            chosen=sides["chosen"].turns,
            rejected=sides["rejected"].turns,
            made_by=row.optional("made_by"),
            provenance=_provenance(row),
            text=text,
            **values,
        )
    except ValidationError as error:
        first = error.errors()[0]
        raise DataError(
            first["msg"].removeprefix("Value error, "),
            place=row.place(".".join(str(part) for part in first["loc"]) or "chosen"),
            remedy="correct the label, or leave the row out",
        ) from error


def _provenance(row: Row) -> dict[str, Any]:
    held = row.values.get("provenance")
    if isinstance(held, str):
        try:
            held = from_json(held)
        except ValueError:
            return {"source": held}
    return held if isinstance(held, dict) else {}


def dialogue_of_row(row: Row, number: int, form: str) -> Dialogue:
    """The dialogue that goes on from the chosen reply, with the pair in its field `pair`. Raises DataError."""
    for name in ("chosen", "rejected"):
        if name not in row.values:
            raise row.missing(name)
    pair = pair_of_row(row, number)
    return Dialogue(
        id=pair.id,
        turns=pair.turns(),
        fields=row.rest(*_KNOWN) | {"pair": pair.held()},
        lineage=Lineage(provenance="real", source=f"{row.path.name} ({form})"),
    )


def one_form(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The rows, which must all be text or all be messages, since a column has one type. Raises DataError."""
    first: bool | None = None
    for row in rows:
        text = any(isinstance(row.get(name), str) for name in ("chosen", "completion"))
        first = text if first is None else first
        if text != first:
            raise DataError(
                f"the row '{row['id']}' is {'plain text' if text else 'messages'}, unlike the rows before it",
                place=Place(field="fields.pair.text"),
                remedy="write records with pairs of plain text to a file of their own",
            )
        yield row
