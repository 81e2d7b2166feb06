"""What a run gives to its models beside questions: a place for state that outlives the run, and a voice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


class Left(Exception):
    """The question is on its way, and its answer is for a later run: the record is put down until then."""


def _silence(message: str) -> None:
    pass


def _never(key: str) -> bool:
    return False


@dataclass(slots=True)
class RunState:
    """What of a run its models may use.

    Attributes:
        folder: where a backend may keep files; made by whoever needs it.
        leave: do not wait for answers that take hours; `ask` raises Left once the question is on its way.
        retry: questions that could not be answered in an earlier run are to be asked again.
        say: shows one line to whoever watches the run.
        in_ledger: whether the answer of a key is in the run's ledger.
        shared: what models that are the same model under two names have in common.
    """

    folder: Path
    leave: bool = False
    retry: bool = False
    say: Callable[[str], None] = _silence
    in_ledger: Callable[[str], bool] = _never
    shared: dict[str, Any] = field(default_factory=dict)
