"""Dialogues among others: the texts of a set, and of those that it is compared with, read for their tags."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dialoom.engine.given import Given
from dialoom.quality.sets import Diversity, SetTags


def read_among(
    given: Given, against: Sequence[Given], *, within: bool, threshold: float, diversity: Diversity | None = None
) -> SetTags:
    """Read a set once for what each of its dialogues is like.

    With another version of the same corpus, what stands there under the same id is not compared.
    Rows that cannot be read are left out; whoever reads the set for its tags tells of them.

    Args:
        diversity: is given every text of the set.
    """

    def texts() -> Iterator[tuple[str, str]]:
        for one in given.read(_ignore):
            text = one.text()
            if diversity is not None:
                diversity.add(one.id, text)
            yield one.id, text

    named = {one.name if one.version is None else f"{one.name}@{one.version}": one for one in against}
    versions = {name for name, one in named.items() if one.location is not None and one.location == given.location}
    others = {name: ((one.id, one.text()) for one in other.read(_ignore)) for name, other in named.items()}
    return SetTags(texts(), against=others, versions=versions, within=within, threshold=threshold)


def _ignore(error: object, row: str) -> None:
    """Whoever reads the set again tells of it."""
