"""YAML that people edit: plain where it can be, in the order it was made, whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from dialoom.dialogue.formats import write_lines


def yaml_text(data: Any, head: Sequence[str] = ()) -> str:
    """A value as YAML, with comment lines before it."""
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.width = 118
    yaml.allow_unicode = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    written = StringIO()
    yaml.dump(_folded(data), written)
    return "".join(f"# {line}\n" for line in head) + written.getvalue()


def write_yaml(data: Any, path: Path, head: Sequence[str] = ()) -> None:
    """`yaml_text` to a file. Raises StorageError where it cannot be written."""
    write_lines([yaml_text(data, head).removesuffix("\n")], path)


def _folded(value: Any) -> Any:
    """Mappings of numbers on one line: quotas are read across."""
    from ruamel.yaml.comments import CommentedMap

    if isinstance(value, dict):
        made = CommentedMap((name, _folded(each)) for name, each in value.items())
        if value and all(isinstance(each, (int, float)) for each in value.values()):
            made.fa.set_flow_style()
        return made
    return [_folded(each) for each in value] if isinstance(value, list) else value
