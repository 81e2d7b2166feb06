"""`dialoom models`: what can be asked, and what is missing for it."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import Annotated, Any

import typer

from dialoom.cli import _options


class Action(StrEnum):
    """What to do with the models."""

    list = "list"
    pull = "pull"


def models(
    action: Annotated[Action, typer.Argument(help="`pull` gets the weights of the embedded model.")] = Action.list,
    json: _options.Json = False,
) -> None:
    """List the models, or pull the embedded one.

    \b
    Example:
      dialoom models
      dialoom models pull
    """
    from dialoom.cli._console import print_json
    from dialoom.models.weights import find_weights, pull_weights

    if action is Action.pull:
        there = find_weights()
        path = there or pull_weights()
        if json:
            print_json({"weights": str(path), "pulled": there is None})
        else:
            print(f"{'the weights are here already' if there else 'the weights are here now'}: {path}")
        return
    found = {"embedded": _embedded(), "services": _services()}
    if json:
        print_json(found)
    else:
        _show(found)


def _embedded() -> dict[str, Any]:
    from importlib.util import find_spec

    from dialoom.models.weights import FILE, find_weights

    weights = find_weights()
    return {
        "installed": find_spec("xllamacpp") is not None,
        "file": FILE,
        "weights": str(weights) if weights else None,
    }


def _services() -> list[dict[str, Any]]:
    from dialoom.models.parse_model import SERVICES

    return [
        {"name": name, "url": url, "key": key, "key_is_set": bool(os.environ.get(key)) if key else None}
        for name, (url, key) in SERVICES.items()
    ]


def _show(found: dict[str, Any]) -> None:
    from dialoom.cli._console import out, table

    embedded = found["embedded"]
    software = "installed" if embedded["installed"] else "not installed: pip install 'dialoom[embedded]'"
    console = out()
    console.print(f"embedded: {embedded['file']}")
    console.print(f"  weights:  {embedded['weights'] or 'not here: dialoom models pull'}")
    console.print(f"  software: xllamacpp is {software}")
    shown = table("write", "server", "key from")
    for service in found["services"]:
        key = service["key"]
        state = "no key" if key is None else f"{key} ({'set' if service['key_is_set'] else 'not set'})"
        shown.add_row(f"{service['name']}:MODEL", service["url"], state)
    shown.add_row("http://HOST:PORT/v1#MODEL", "any that speaks OpenAI's protocol", "the field `key` of the model")
    console.print(shown)
