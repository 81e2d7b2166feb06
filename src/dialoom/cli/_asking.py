"""Asking one thing after another: at a terminal, or of a script that writes its answers line by line."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Iterator, Sequence
from typing import Protocol

KEYS = "s skip, b back, q quit, ? help"
_SKIP, _BACK, _QUIT, _HELP = ("s", "skip"), ("b", "back", "u", "undo"), ("q", "quit"), ("?", "help")


class Unfit(Exception):
    """What was answered is no answer; the question is asked again."""


class Questions(Protocol):
    """What is asked, one question a place from 0."""

    @property
    def names(self) -> Sequence[str]:
        """What a terminal completes."""

    @property
    def help(self) -> str:
        """The answers there are, beside those to every question."""

    def __len__(self) -> int: ...

    def answer(self, at: int) -> str:
        """What was answered; empty where nothing was."""

    def show(self, at: int) -> str:
        """Print the question; returns what stands before the answer."""

    def read(self, at: int, said: str) -> str:
        """The answer that was meant. Raises Unfit."""

    def keep(self, at: int, answer: str) -> None:
        """Save an answer; an empty one takes it back."""

    def after(self, at: int) -> int:
        """The place to which skipping leads."""


def ask(questions: Questions, *, again: bool = False) -> bool:
    """Ask what is open, in order; each answer is saved before the next question. Whether Ctrl-C ended it.

    Going back takes the last answer back. The end of the input ends it as `q` does.

    Args:
        again: ask also what is answered.
    """
    asking = _Asking(questions, again)
    with _lines(questions.names) as lines:
        try:
            while (prompt := asking.prompt()) is not None:
                said = lines.read(prompt)
                if said is None or said.casefold() in _QUIT:
                    break
                asking.take(said)
        except KeyboardInterrupt:
            _print("")
            return True
    return False


class _Asking:
    """Where asking stands."""

    def __init__(self, questions: Questions, again: bool) -> None:
        self._questions, self._again = questions, again
        self._at = 0
        self._told = False
        self._prompt: str | None = None
        # What was gone past: the place, and what was answered there before.
        self._past: list[tuple[int, str]] = []

    def prompt(self) -> str | None:
        """What stands before the answer, after the question was shown where it is a new one; None after the last."""
        if self._prompt is None:
            while not self._again and self._at < len(self._questions) and self._questions.answer(self._at):
                self._at += 1
            if self._at >= len(self._questions):
                return None
            if not self._told:
                self._told = True
                self._help()
            self._prompt = self._questions.show(self._at)
        return self._prompt

    def take(self, said: str) -> None:
        """Do as was said."""
        known = said.casefold()
        if known in _HELP:
            self._help()
        elif known in _BACK:
            self._back()
        elif known in _SKIP:
            self._past.append((self._at, self._questions.answer(self._at)))
            self._go(self._questions.after(self._at))
        else:
            self._answer(said)

    def _answer(self, said: str) -> None:
        try:
            answer = self._questions.read(self._at, said)
        except Unfit as error:
            _print(str(error))
            return
        before = self._questions.answer(self._at)
        self._questions.keep(self._at, answer)
        self._past.append((self._at, before))
        self._go(self._at + 1)

    def _back(self) -> None:
        if not self._past and self._at == 0:
            _print("this is the first")
            return
        at, before = self._past.pop() if self._past else (self._at - 1, "")
        if self._questions.answer(at) != before:
            self._questions.keep(at, before)
        self._go(at)

    def _go(self, at: int) -> None:
        self._at, self._prompt = at, None

    def _help(self) -> None:
        _print(f"{self._questions.help}; {KEYS}")


class _Lines:
    """Answers as a script writes them; they are printed, so that what was printed can be read afterwards."""

    def read(self, prompt: str) -> str | None:
        _print(prompt, end="")
        line = sys.stdin.readline()
        _print(line.strip())
        return line.strip() if line else None


class _Typed(_Lines):
    def read(self, prompt: str) -> str | None:
        try:
            return input(prompt).strip()
        except EOFError:
            _print("")
            return None


@contextlib.contextmanager
def _lines(names: Sequence[str]) -> Iterator[_Lines]:
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        yield _Lines()
        return
    try:
        import readline
    except ImportError:
        # As on Windows: lines can be typed all the same.
        yield _Typed()
        return

    def complete(text: str, state: int) -> str | None:
        return next(
            (name for number, name in enumerate(n for n in names if n.startswith(text)) if number == state), None
        )

    held = readline.get_completer(), readline.get_completer_delims()
    readline.set_completer(complete)
    readline.set_completer_delims("")
    # Python on macOS is often built with libedit, which has a language of its own.
    readline.parse_and_bind("bind ^I rl_complete" if "libedit" in (readline.__doc__ or "") else "tab: complete")
    readline.set_auto_history(False)
    try:
        yield _Typed()
    finally:
        readline.set_completer(held[0])
        readline.set_completer_delims(held[1])


def _print(text: str, end: str = "\n") -> None:
    from dialoom.cli._console import visible

    print(visible(text), end=end, flush=True)
