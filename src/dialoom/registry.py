"""Finding things by name: one module of a package is one entry, and other packages add theirs by entry point."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Generic, TypeVar

from dialoom.errors import DialoomError, nearest

T = TypeVar("T")


class UnknownName(DialoomError):
    """No entry of that name is registered."""

    exit_code = 2


@dataclass(frozen=True)
class Registry(Generic[T]):
    """Entries of one kind, loaded when first asked for.

    A module `name.py` in `package` is the entry `name`, and holds it in an attribute called `attribute`; a package
    in it is none. Other distributions add entries with an entry point of the group `package`.

    Args:
        package: dotted name of the package whose modules are the entries; also the entry point group.
        attribute: the name each module gives to its entry.
        what: the word for an entry in error messages.
    """

    package: str
    attribute: str
    what: str

    @cached_property
    def _modules(self) -> frozenset[str]:
        path = importlib.import_module(self.package).__path__
        return frozenset(m.name for m in pkgutil.iter_modules(path) if not m.ispkg and not m.name.startswith("_"))

    @cached_property
    def _plugins(self) -> dict[str, EntryPoint]:
        return {point.name: point for point in entry_points(group=self.package)}

    def names(self) -> list[str]:
        """All names, sorted, without importing any entry."""
        return sorted(self._modules | self._plugins.keys())

    def load(self, name: str) -> T:
        """The entry called `name`. Raises UnknownName with the nearest known one."""
        entry: Any
        if name in self._modules:
            entry = getattr(importlib.import_module(f"{self.package}.{name}"), self.attribute)
        elif name in self._plugins:
            entry = self._plugins[name].load()
        else:
            raise UnknownName(f"no {self.what} is called '{name}'", remedy=nearest(name, self.names()))
        return entry  # type: ignore[no-any-return]
