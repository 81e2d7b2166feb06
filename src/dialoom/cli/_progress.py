"""How far a command has come that goes through dialogues, and how fast."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

from dialoom.cli._console import err
from dialoom.cli._numbers import count, rate

if TYPE_CHECKING:
    from rich.progress import Progress

T = TypeVar("T")

_TICK = 0.2


class Passage:
    """Counts what passes through `track`, and shows it on a terminal while this context is open.

    Args:
        doing: what is done, such as `tagging`.
        total: how many there will be, where that is known.
        quiet: show nothing.
    """

    def __init__(self, doing: str, total: int | None = None, *, quiet: bool = False) -> None:
        self._doing = doing
        self._total = total
        self._progress = None if quiet or not err().is_terminal else _progress()
        self._begun = time.monotonic()
        self.passed = 0

    def __enter__(self) -> Passage:
        if self._progress is not None:
            self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.seconds = time.monotonic() - self._begun
        if self._progress is not None:
            self._progress.stop()

    def track(self, items: Iterable[T]) -> Iterator[T]:
        """The items, counted."""
        task = None if self._progress is None else self._progress.add_task(self._doing, total=self._total, speed="")
        shown = 0.0
        for item in items:
            self.passed += 1
            now = time.monotonic()
            if self._progress is not None and task is not None and now - shown > _TICK:
                shown = now
                speed = f"{rate(self.passed / (now - self._begun))}/s"
                self._progress.update(task, completed=self.passed, speed=speed)
            yield item

    def told(self) -> str:
        """`1,200 dialogues in 0.4 s, 3,000/s`, once it is over."""
        speed = f", {rate(self.passed / self.seconds)}/s" if self.passed and self.seconds > 0 else ""
        return f"{count(self.passed)} dialogues in {self.seconds:.1f} s{speed}"


def _progress() -> Progress:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[speed]}"),
        TimeRemainingColumn(),
        console=err(),
        transient=True,
    )
