"""What a format can do, and the registry of formats."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from dialoom.dialogue.dialogue import Dialogue
from dialoom.registry import Registry

Reader = Callable[[Path], Iterator[Dialogue]]
Writer = Callable[[Iterable[Dialogue], Path], int]


@dataclass(frozen=True, slots=True)
class Format:
    """An interchange format.

    Attributes:
        name: as written in `--to` and `format:`.
        about: one line for help texts.
        read: streams the dialogues of a file; raises DataError with file, line and field on bad input. None where the
            format cannot be read.
        write: writes dialogues to a file, streaming, and returns how many; a crash leaves no half-written file under
            the final name. None where the format cannot be written.
        suggests: whether a first row of a file (a JSON object, or a CSV row with its header as keys) looks like this
            format.
    """

    name: str
    about: str
    read: Reader | None = None
    write: Writer | None = None
    suggests: Callable[[dict[str, object]], bool] | None = None


FORMATS: Registry[Format] = Registry("dialoom.dialogue.formats", "FORMAT", "format")
