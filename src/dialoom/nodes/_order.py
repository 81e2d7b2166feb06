"""Whose turn it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Literal

from dialoom.dialogue import Turn
from dialoom.graph.context import Context

Order = Literal["round_robin", "free"]
# The index of the speaker of the next turn.
Next = Callable[[Sequence[Turn]], int]


def round_robin(names: Sequence[str]) -> Next:
    """Each in turn, in the order of the names. Turns count that were taken, whether or not they had words."""
    return lambda taken: len(taken) % len(names)


def free(names: Sequence[str], sample: int, context: Context) -> Next:
    """Whoever was addressed by name speaks next; where nobody was, it is drawn by seed among the others, the
    likelier the longer one has been silent."""

    def following(taken: Sequence[Turn]) -> int:
        if not taken:
            return 0
        last = taken[-1]
        others = [index for index, name in enumerate(names) if name != last.speaker]
        called = addressed(last.text, [names[index] for index in others])
        if called is not None:
            return list(names).index(called)
        silent = [_silence(names[index], taken) for index in others]
        return context.random("order", sample, len(taken)).choices(others, silent)[0]

    return following


def addressed(text: str, names: Sequence[str]) -> str | None:
    """Who of `names` is spoken to: called by name, set off by a comma or the like, at the start or end of a sentence;
    the last one called where there are several."""
    found: list[tuple[int, str]] = []
    for name in names:
        for form in {name, name.split()[0]}:
            called = rf"(?:^|[.!?,;:—-]\s*){re.escape(form)}(?=\s*[,.!?:;—-])|\b{re.escape(form)}\?"
            found += [(match.start(), name) for match in re.finditer(called, text, re.IGNORECASE)]
    return max(found)[1] if found else None


def _silence(name: str, taken: Sequence[Turn]) -> int:
    for back, turn in enumerate(reversed(taken)):
        if turn.speaker == name:
            return back
    return len(taken) + 1
