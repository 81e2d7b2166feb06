"""Which rubric fits a record's category."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dialoom.errors import DialoomError
from dialoom.quality.judging.rubric import Rubric

GENERIC = "generic"


class Routes:
    """Rubrics by the categories that they fit; `generic` is for those that no other does.

    Categories are compared without case, punctuation and the order of their spaces and hyphens: `Open-Domain Question
    Answering` is `open domain question answering`.

    Args:
        rubrics: of two that fit the same category the first is taken; one of them is called `generic`.
    """

    def __init__(self, rubrics: Iterable[Rubric]) -> None:
        self.rubrics = {rubric.name: rubric for rubric in reversed(list(rubrics))}
        self._by_category: dict[str, Rubric] = {}
        for rubric in self.rubrics.values():
            self._by_category |= {_plain(category): rubric for category in (rubric.name, *rubric.routes)}
        if GENERIC not in self.rubrics:
            raise DialoomError("no rubric is called 'generic', which is for categories that no other fits")

    def fits(self, category: str) -> Rubric | None:
        """The rubric for a category; None where none names it."""
        return self._by_category.get(_plain(category))

    @property
    def generic(self) -> Rubric:
        """The rubric for all else."""
        return self.rubrics[GENERIC]


def _plain(category: str) -> str:
    return " ".join(re.findall(r"\w+", category.casefold().replace("_", " ")))
