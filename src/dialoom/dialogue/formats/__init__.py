"""Interchange formats: one module a format, found by name through `FORMATS` or by what a file looks like."""

from dialoom.dialogue.formats._alone import alone
from dialoom.dialogue.formats._files import Bad, write_lines
from dialoom.dialogue.formats._find import find_format, read_dialogues
from dialoom.dialogue.formats._format import FORMATS, Format
from dialoom.dialogue.formats._ids import is_content_id
from dialoom.dialogue.formats._oasst import (
    read_flat,
    read_messages,
    read_trees,
    write_flat,
    write_messages,
    write_trees,
)
from dialoom.dialogue.formats._shape import Shape
from dialoom.dialogue.formats._written import Written

__all__ = [
    "FORMATS",
    "Bad",
    "Format",
    "Shape",
    "Written",
    "alone",
    "find_format",
    "is_content_id",
    "read_dialogues",
    "read_flat",
    "read_messages",
    "read_trees",
    "write_flat",
    "write_lines",
    "write_messages",
    "write_trees",
]
