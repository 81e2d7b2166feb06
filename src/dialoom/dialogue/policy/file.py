"""Policies as YAML files."""

from __future__ import annotations

from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from dialoom.dialogue.formats._files import write_lines
from dialoom.dialogue.policy.policy import Policy
from dialoom.errors import DataError, DialoomError
from dialoom.problems import explain
from dialoom.yaml_file import Lines, read_yaml

_HOLDS = "'states', each with 'by' and 'next'"


def read_policy(path: Path) -> Policy:
    """The policy in a YAML file. Raises DataError with file, line and field of what is wrong with it."""
    data, lines = read_yaml(path, _HOLDS)
    return policy_from(data, lines)


def policy_from(data: Mapping[str, Any], lines: Lines) -> Policy:
    """A policy out of plain values. Raises DataError for the first problem, which tells how many more there are."""
    try:
        policy = Policy.model_validate(data)
    except ValidationError as error:
        raise _first(explain(error, Policy, (), lines)) from error
    found = [DialoomError(flaw.what, place=lines.place(flaw.path), remedy=flaw.remedy) for flaw in policy.flaws()]
    if found:
        raise _first(found)
    return policy


def write_policy(policy: Policy, path: Path) -> None:
    """Write it as YAML, whole or not at all."""
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.width = 120
    text = StringIO()
    content = policy.model_dump(exclude_none=True)
    for state in (*content["states"].values(), content):
        for weights in ("next", "start"):
            if weights in state:
                state[weights] = {name: _plain(weight) for name, weight in state[weights].items()}
    yaml.dump(content, text)
    write_lines(text.getvalue().splitlines(), path)


def _plain(weight: float) -> float | int:
    return int(weight) if weight == int(weight) else weight


def _first(problems: list[DialoomError]) -> DataError:
    one = problems[0]
    others = len(problems) - 1
    more = f", and {others} more problem{'s' if others > 1 else ''}" if others else ""
    return DataError(f"{one.what}{more}", place=one.place, remedy=one.remedy)
