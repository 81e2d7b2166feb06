"""Where output goes: results to stdout, all else to stderr; colour only on a terminal."""

from __future__ import annotations

import contextlib
import sys
from contextlib import AbstractContextManager
from typing import Any, TextIO

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

# Wide enough that no table is squeezed into a file or a pipe.
_WIDTH_OFF_TERMINAL = 160


def out() -> Console:
    """For what a command was asked for."""
    return _console(sys.stdout)


def err() -> Console:
    """For progress and messages."""
    return _console(sys.stderr)


def _console(stream: TextIO) -> Console:
    # No markup: what a model wrote may look like it.
    width = None if stream.isatty() else _WIDTH_OFF_TERMINAL
    return Console(file=stream, width=width, highlight=False, markup=False, emoji=False)


def aside() -> AbstractContextManager[object]:
    """While it is open, what a user's own code prints goes to stderr: stdout is for what was asked for."""
    return contextlib.redirect_stdout(sys.stderr)


def print_json(content: Any) -> None:
    """Print a value as JSON on stdout."""
    import orjson

    sys.stdout.write(orjson.dumps(content, option=orjson.OPT_INDENT_2, default=str).decode() + "\n")


def table(*columns: str, right: tuple[str, ...] = (), title: str | None = None) -> Table:
    """An empty table; the columns in `right` hold numbers."""
    made = Table(box=SIMPLE_HEAD, title=title, title_justify="left", title_style="bold", pad_edge=False)
    for column in columns:
        number = column in right
        made.add_column(column, justify="right" if number else "left", no_wrap=number, overflow="fold")
    return made


def visible(text: str) -> str:
    """A text that cannot steer the terminal it is printed on."""
    return "".join(sign if sign.isprintable() or sign in "\n\t" else "\N{REPLACEMENT CHARACTER}" for sign in text)
