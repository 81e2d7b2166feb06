"""The scores that judges gave, read from the tags of dialogues."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from dialoom.dialogue import Dialogue

ALL = "all judges"
_NO_CRITERIA = frozenset({"rubric", "agreement", "unjudged"})


class Measure(NamedTuple):
    """What one judge, or all of them together, score: the judge node's tag, the judge, the criterion."""

    tag: str
    judge: str
    criterion: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A dialogue's scores.

    Attributes:
        id: the dialogue's.
        aliases: further names under which people may have rated it.
        real: whether it is a real one, and not made.
        words: its length.
        scores: those that were given.
        choices: for each comparison and judge of it, the two positions that it named and whether they agree.
    """

    id: str
    aliases: tuple[str, ...]
    real: bool
    words: int
    scores: Mapping[Measure, float]
    choices: Mapping[tuple[str, str], tuple[str, str]]


def judged_in(dialogues: Iterable[Dialogue], *, real: bool | None = None) -> Iterator[Judged]:
    """The scores of each dialogue that has some; `real` overrides what the lineage says."""
    for dialogue in dialogues:
        details = dialogue.tags.get("judged")
        scores = dict(_scores(dialogue.tags, details if isinstance(details, Mapping) else {}))
        choices = dict(_choices(details if isinstance(details, Mapping) else {}))
        if scores or choices:
            source = dialogue.fields.get("source_id")
            made = dialogue.lineage.provenance != "real" if real is None else not real
            yield Judged(
                dialogue.id,
                (source,) if isinstance(source, str) else (),
                not made,
                len(dialogue.text().split()),
                scores,
                choices,
            )


def _scores(tags: Mapping[str, Any], details: Mapping[str, Any]) -> Iterator[tuple[Measure, float]]:
    for name, tag in tags.items():
        if not (isinstance(tag, Mapping) and "rubric" in tag and "overall" in tag):
            continue
        for criterion, score in tag.items():
            if criterion not in _NO_CRITERIA and _is_number(score):
                yield Measure(name, ALL, criterion), float(score)
        inner = details.get(name)
        judges = inner.get("judges", []) if isinstance(inner, Mapping) else []
        for judge in judges if len(judges) > 1 else []:
            for criterion, score in judge["scores"].items():
                if _is_number(score):
                    yield Measure(name, str(judge["model"]), criterion), float(score)


def _choices(details: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    for name, inner in details.items():
        for one in inner.get("comparisons", []) if isinstance(inner, Mapping) else []:
            straight, swapped = one["better"]
            yield (name, str(one["model"])), (str(straight), str(swapped))


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
