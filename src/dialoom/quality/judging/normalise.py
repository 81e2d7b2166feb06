"""One name for each meaning: free tags of a finished set, normalised (InsTag, Lu et al. 2023)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dialoom.quality._topic import stem
from dialoom.quality.judging.taxonomy import tidy_tags

if TYPE_CHECKING:
    from dialoom.quality.embedding import Embed


@dataclass(frozen=True, slots=True)
class Names:
    """The names that tags are replaced by.

    Attributes:
        name_of: of each tidy tag; None for one that is too rare.
        records: how many records have each name.
        before: how many different tags there were.
    """

    name_of: Mapping[str, str | None]
    records: Mapping[str, int]
    before: int

    def apply(self, tags: Iterable[str]) -> list[str]:
        """A record's tags by their names, each once, in the order said."""
        named = (self.name_of.get(tag) for tag in tidy_tags(list(tags)))
        return list(dict.fromkeys(name for name in named if name is not None))


def normalise_tags(
    tag_lists: Sequence[Sequence[str]], *, least: int = 2, near: float = 0.8, embed: Embed | None = None
) -> Names:
    """The names for the tags of a whole set. They do not depend on the order of its records.

    Tags that differ in case, punctuation, endings or the order of their words are one. What fewer than `least` records
    have is dropped, as in InsTag. Of the rest, the most frequent first, each joins the name whose meaning is nearest,
    from a cosine of `near` on, or becomes a name of its own: every tag is that near to its name itself, and no chain of
    small steps joins what is far apart.

    Args:
        tag_lists: each record's tags.
        embed: texts to vectors of length 1; None leaves meanings out.
    """
    lists = [tidy_tags(tags) for tags in tag_lists]
    written = Counter(tag for tags in lists for tag in tags)
    forms: dict[str, list[str]] = {}
    for tag in sorted(written, key=lambda tag: (-written[tag], len(tag), tag)):
        forms.setdefault(_folded(tag), []).append(tag)
    having = Counter(folded for tags in lists for folded in {_folded(tag) for tag in tags})
    kept = sorted((folded for folded in forms if having[folded] >= least), key=lambda each: (-having[each], each))
    # A group goes by its most frequent form, the shorter of equals.
    leaders = _leaders([forms[folded][0] for folded in kept], near, embed)
    group_name = dict(zip(kept, leaders, strict=True))
    name_of = {tag: group_name.get(folded) for folded, tags in forms.items() for tag in tags}
    records = Counter(name for tags in lists for name in {name_of[tag] for tag in tags} if name is not None)
    return Names(name_of, dict(records.most_common()), len(written))


def _folded(tag: str) -> str:
    return " ".join(sorted(stem(word) for word in tag.split()))


def _leaders(tags: list[str], near: float, embed: Embed | None) -> list[str]:
    """For each tag the earlier one that it joins, or itself."""
    if embed is None or not tags:
        return tags
    vectors = np.asarray(embed(tags))
    chosen: list[int] = []
    names = []
    for at in range(len(tags)):
        if chosen:
            likeness = vectors[chosen] @ vectors[at]
            best = int(likeness.argmax())
            if likeness[best] >= near:
                names.append(tags[chosen[best]])
                continue
        chosen.append(at)
        names.append(tags[at])
    return names
