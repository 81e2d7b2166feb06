"""What an embedder is, and how one is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from dialoom.errors import MissingExtra
from dialoom.registry import Registry

if TYPE_CHECKING:
    from dialoom.intents.embedders._remembered import Remembered
    from dialoom.quality.embedding import Embed


@dataclass(frozen=True, slots=True)
class Embedder:
    """A model of texts.

    Attributes:
        about: one line for help texts.
        modules: what has to be installed, by import name.
        extra: what to install where that is missing.
        load: gives the function from texts to vectors of length 1, one a row. Without network.
    """

    name: str
    about: str
    modules: tuple[str, ...]
    extra: str
    load: Callable[[], Embed]

    def lacking(self) -> str | None:
        """What to do before it can be used; None where nothing is lacking."""
        return None if all(map(find_spec, self.modules)) else f"pip install '{self.extra}'"


EMBEDDERS: Registry[Embedder] = Registry("dialoom.intents.embedders", "EMBEDDER", "embedder")


def load_embedder(name: str = "wordllama", folder: Path | None = None) -> Remembered:
    """An embedder that remembers the vectors of texts, in `folder` too where one is given.

    Raises UnknownName where there is none of that name, MissingExtra where it is not installed.
    """
    from dialoom.intents.embedders._remembered import Remembered

    found = EMBEDDERS.load(name)
    lacking = found.lacking()
    if lacking is not None:
        raise MissingExtra(f"the embedder '{name}' is not installed", remedy=lacking)
    return Remembered(found.load, name, folder)
