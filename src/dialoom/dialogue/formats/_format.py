"""What a format can do, and the registry of formats."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from dialoom.dialogue.dialogue import Dialogue
from dialoom.dialogue.formats._files import Bad
from dialoom.dialogue.formats._shape import Shape
from dialoom.registry import Registry


class Reader(Protocol):
    """Streams the dialogues of a file.

    Raises DataError with file, line and field on bad input. Where `bad` is given, a row that cannot be read goes there,
    and reading goes on; what is wrong with the file as a whole is raised all the same.
    """

    def __call__(self, path: Path, bad: Bad | None = None, /) -> Iterator[Dialogue]: ...


Writer = Callable[[Iterable[Dialogue], Path], int]


@dataclass(frozen=True, slots=True)
class Format:
    """An interchange format.

    Attributes:
        name: as written in `--to` and `format:`.
        about: one line for help texts.
        read: a Reader, None where the format cannot be read.
        write: writes dialogues to a file, streaming, and returns how many (a `Written` where something else is counted
            or something was left out); a crash leaves no half-written file under the final name. None where the format
            cannot be written.
        suggests: whether a first row of a file (a JSON object, or a CSV row with its header as keys) looks like this
            format.
        fits: whether a file, folder or zip archive as a whole is in this format; for what has no rows. It goes before
            `suggests`.
        suffix: what a file of the format is usually called.
        folder: whether `write` makes a folder instead of a file.
    """

    name: str
    about: str
    read: Reader | None = None
    write: Writer | None = None
    suggests: Callable[[dict[str, object]], bool] | None = None
    fits: Callable[[Shape], bool] | None = None
    suffix: str = ".jsonl"
    folder: bool = False


FORMATS: Registry[Format] = Registry("dialoom.dialogue.formats", "FORMAT", "format")
