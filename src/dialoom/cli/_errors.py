"""How an error reaches the user: one `error:` line a problem on stderr, and an exit code that scripts can read."""

from __future__ import annotations

import io
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from types import TracebackType

from dialoom.errors import DialoomError, RecipeError, StorageError

_BUG = "this is a fault in dialoom: with --debug it shows its traceback, which a report should hold"


def told(action: Callable[[], object], *, debug: bool) -> int:
    """The exit code of an action, after what went wrong in it was told."""
    for stream in (sys.stdout, sys.stderr):
        # A model can answer with what the terminal's encoding lacks; that must not end a command.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    if not debug:
        sys.excepthook = _tell_fault
    try:
        return _exit_code(action)
    except BrokenPipeError:
        # Whoever read us has left (`dialoom ... | head`); Python must not meet the closed pipe again at its own end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except DialoomError as error:
        tell(error, debug=debug)
        return error.exit_code
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        _say(f"{where}{error.strerror or error}", error if debug else None)
        return StorageError.exit_code


def tell(error: DialoomError, *, debug: bool = False) -> None:
    """Print an error, one line a problem."""
    for problem in problems_in(error):
        _say(str(problem))
    if debug:
        traceback.print_exception(error)


def problems_in(error: DialoomError) -> Iterator[DialoomError]:
    """The single problems that an error stands for."""
    if isinstance(error, RecipeError):
        for problem in error.problems:
            yield from problems_in(problem)
    else:
        yield error


def _exit_code(action: Callable[[], object]) -> int:
    try:
        action()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        # Here, so that a pipe that was closed or a disk that is full is met while it can still be told.
        sys.stdout.flush()
    return 0


def _say(message: str, traced: BaseException | None = None) -> None:
    from dialoom.cli._console import visible

    # What was typed, or lies in a file, must not steer the terminal either.
    print(f"error: {visible(message)}", file=sys.stderr)
    if traced is not None:
        traceback.print_exception(traced)


def _tell_fault(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    _say(f"{kind.__name__}: {error} ({_BUG})")
