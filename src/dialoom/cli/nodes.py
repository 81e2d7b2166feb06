"""`dialoom nodes`: the node kinds and what each can be told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from dialoom.cli import _options

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from dialoom.graph.node import Node


def nodes(
    kind: Annotated[str | None, typer.Argument(metavar="[KIND]", help="Tell all about this kind.")] = None,
    json: _options.Json = False,
) -> None:
    """List the node kinds, or the fields of one.

    \b
    Example:
      dialoom nodes
      dialoom nodes converse
    """
    from dialoom.cli._console import print_json
    from dialoom.graph.kinds import KINDS

    chosen = [kind] if kind else KINDS.names()
    found = {name: _described(KINDS.load(name)) for name in chosen}
    if json:
        print_json(found)
    elif kind:
        _show_one(kind, found[kind])
    else:
        _show_all(found)


def _described(node: type[Node]) -> dict[str, Any]:
    import inspect

    fields = [_field(name, field) for name, field in node.model_fields.items() if name != "kind"]
    return {"about": inspect.getdoc(node) or "", "fields": fields}


def _field(name: str, field: FieldInfo) -> dict[str, Any]:
    from dialoom.graph.template import Template

    default = None if field.is_required() else field.get_default(call_default_factory=True, validated_data={})
    return {
        "name": field.alias or name,
        "type": _type(field.annotation),
        "required": field.is_required(),
        "default": default.source if isinstance(default, Template) else _plain(default),
        "about": field.description or "",
    }


def _type(annotation: Any) -> str:
    from types import NoneType, UnionType
    from typing import Literal, Union, get_args, get_origin

    origin, inside = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _type(inside[0])
    if origin in (Union, UnionType):
        return " or ".join(_type(one) for one in inside if one is not NoneType)
    if origin is Literal:
        return " or ".join(map(str, inside))
    if origin is dict:
        return "mapping"
    if inside:
        return f"{_type(origin)} of {', '.join(_type(one) for one in inside)}"
    plain = {"str": "text", "int": "integer", "float": "number", "bool": "true or false", "dict": "mapping"}
    name = getattr(annotation, "__name__", str(annotation))
    return plain.get(name, name.lower())


def _plain(value: Any) -> Any:
    return value.model_dump(by_alias=True, exclude_none=True) if hasattr(value, "model_dump") else value


def _show_all(found: dict[str, dict[str, Any]]) -> None:
    from dialoom.cli._console import out, table

    shown = table("kind", "what it does")
    for name, described in found.items():
        shown.add_row(name, described["about"].split("\n\n")[0].replace("\n", " "))
    out().print(shown)
    print("`dialoom nodes KIND` tells the fields of one.")


def _show_one(kind: str, described: dict[str, Any]) -> None:
    from dialoom.cli._console import out, table

    shown = table("field", "type", "default", "about")
    for field in described["fields"]:
        default = "needed" if field["required"] else _short(field["default"])
        shown.add_row(field["name"], field["type"], default, field["about"])
    console = out()
    console.print(f"{kind}\n\n{described['about']}")
    console.print(shown)


def _short(value: Any) -> str:
    if value in (None, [], {}, ""):
        return "-"
    text = " ".join(str(value).split())
    return text if len(text) <= 40 else f"{text[:37]}..."
