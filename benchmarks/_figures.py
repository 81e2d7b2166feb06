"""What a benchmark says: figures with their targets, as a table or as JSON."""

from __future__ import annotations

import argparse
import inspect
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing measured.

    Attributes:
        value: None where it could not be measured; `note` says why.
        least, most: the target; both None where there is none.
    """

    benchmark: str
    what: str
    value: float | None
    unit: str = ""
    least: float | None = None
    most: float | None = None
    note: str = ""

    @property
    def holds(self) -> bool | None:
        """Whether the target is met; None without a target or a value."""
        if self.value is None or (self.least is None and self.most is None):
            return None
        return (self.least is None or self.value >= self.least) and (self.most is None or self.value <= self.most)

    @property
    def target(self) -> str:
        """The target in words."""
        if self.least is not None and self.least == self.most:
            return f"{self.least:g}"
        if self.least is not None and self.most is not None:
            return f"{self.least:g} to {self.most:g}"
        if self.least is not None:
            return f"at least {self.least:g}"
        return f"at most {self.most:g}" if self.most is not None else ""

    @property
    def measured(self) -> str:
        """The value in words."""
        if self.value is None:
            return f"skipped: {self.note}"
        if self.value == int(self.value) or abs(self.value) >= 1000:
            return f"{self.value:,.0f} {self.unit}".strip()
        return f"{self.value:.3g} {self.unit}".strip()

    def to_json(self) -> dict[str, Any]:
        """All of it."""
        names = ("benchmark", "what", "value", "unit", "least", "most", "holds", "note")
        return {name: getattr(self, name) for name in names}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Figure:
        """The inverse of `to_json`."""
        return cls(**{name: each for name, each in value.items() if name != "holds"})


Measure = Callable[[argparse.Namespace], Sequence[Figure]]


def parser(doc: str | None) -> argparse.ArgumentParser:
    """A benchmark's options, begun with those that all share; its help is the module's docstring."""
    options = argparse.ArgumentParser(
        description=inspect.cleandoc(doc or ""), formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--json", action="store_true", help="print the figures as JSON on stdout, and nothing else")
    return options


def tell(line: str) -> None:
    """Say how far it has come."""
    print(line, file=sys.stderr, flush=True)


def run(measure: Measure, options: argparse.ArgumentParser, argv: Sequence[str] | None = None) -> int:
    """Measure and show; 0 where no target is missed."""
    arguments = options.parse_args(argv)
    figures = measure(arguments)
    show(figures, json=arguments.json)
    return 1 if any(figure.holds is False for figure in figures) else 0


def show(figures: Sequence[Figure], *, json: bool) -> None:
    """Print them on stdout."""
    if json:
        sys.stdout.buffer.write(orjson.dumps([figure.to_json() for figure in figures], option=orjson.OPT_INDENT_2))
        print(flush=True)
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("benchmark", "what", "measured", "target", "holds")
    for figure in figures:
        holds = {None: "", True: "yes", False: "NO"}[figure.holds]
        table.add_row(figure.benchmark, figure.what, figure.measured, figure.target, holds)
    # Piped into a file, a table must not be cut to the width of a terminal that is not there.
    Console(width=None if sys.stdout.isatty() else 140).print(table)
