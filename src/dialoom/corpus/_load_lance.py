"""Importing Lance without the client of catalogue services that it brings, which takes longer than all the rest.

That client is some hundreds of pydantic models, made anew in every process for more than a second; dialoom opens tables
by their place and never asks a catalogue. While `lance` is imported, a stand-in takes its place. Whoever imports
`lance.namespace` afterwards gets the real one.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING

_CLIENT = "lance_namespace"
_USER = "lance.namespace"


class _StandIn(ModuleType):
    """Has every name, each of them an empty class."""

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {})


def _load() -> ModuleType:
    if "lance" in sys.modules or _CLIENT in sys.modules:
        return importlib.import_module("lance")
    sys.modules[_CLIENT] = _StandIn(_CLIENT)
    try:
        return importlib.import_module("lance")
    finally:
        del sys.modules[_CLIENT]
        sys.modules.pop(_USER, None)


if TYPE_CHECKING:
    import lance
    from lance.dataset import LANCE_COMMIT_MESSAGE_KEY
else:
    lance = _load()
    LANCE_COMMIT_MESSAGE_KEY = importlib.import_module("lance.dataset").LANCE_COMMIT_MESSAGE_KEY

__all__ = ["LANCE_COMMIT_MESSAGE_KEY", "lance"]
