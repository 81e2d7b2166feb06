"""What a set says of each of its dialogues, as tags that rules can name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any, Final

from dialoom.dialogue import Dialogue
from dialoom.errors import DataError
from dialoom.quality.sets.copies import CopyIndex
from dialoom.quality.sets.near import NEAR, Duplicate, Texts, near_duplicates

TAGS: Final = ("near_likeness", "near_duplicate_of", "near_from", "copied", "copied_words")
"""The tags that are put; the first and the last two are numbers that every dialogue has, where they are asked for."""


class SetTags:
    """Puts the tags of a set on its dialogues, anew on each.

    `near_likeness` is the Jaccard index of word pairs to the most like text, and 0 below the threshold;
    `near_duplicate_of` is that one's id, and `near_from` the name of the other set that it stands in. `copied` is the
    share of words in runs of eight that another set has too, and `copied_words` how many words the longest such stretch
    has.

    Args:
        texts: id and text of each dialogue, in the order in which they will be put. An id may be there twice.
        against: by name, the texts of other sets that each is compared with.
        versions: the names of those that are other versions of this set: what stands there under the same id is the
            same dialogue, which is not compared with that version.
        within: whether they are compared with each other, too. Of two that are alike the one with the smaller id is the
            original; an equal id counts as smaller where it comes first.
        threshold: the least likeness, above 0, at most 1.

    Raises DialoomError for a threshold out of range.
    """

    def __init__(
        self,
        texts: Texts,
        *,
        against: Mapping[str, Texts] | None = None,
        versions: Container[str] = (),
        within: bool = True,
        threshold: float = NEAR,
    ) -> None:
        self.threshold = threshold
        self.found: Counter[str | None] = Counter()
        self._within = within
        self._ids: list[str] = []
        asked = []
        for place, (id, text) in enumerate(texts):
            self._ids.append(id)
            asked.append((f"{id}\0{place:09}", text))
        others = {name: list(held) for name, held in (against or {}).items()}
        self._others = list(others)
        self._copies: list[tuple[CopyIndex, set[str]]] = []
        self._near: dict[str, tuple[Duplicate, str | None]] = {}
        for name, held in others.items():
            # Ids of elsewhere need not differ, and those that are told are the smallest all the same.
            known = [(f"{id}\0{place:09}", text) for place, (id, text) in enumerate(held)]
            ids = {id for id, _ in held} if name in versions else set()
            new = [one for id, one in zip(self._ids, asked, strict=True) if id not in ids]
            self._offer(near_duplicates(new, known, threshold), name)
            self._copies.append((CopyIndex(text for _, text in held), ids))
        # Last, so that of what is equally like the one elsewhere is told: a copy of it says more.
        if within:
            self._offer(near_duplicates(asked, threshold=threshold), None)

    def _offer(self, found: Mapping[str, Duplicate], name: str | None) -> None:
        for key, duplicate in found.items():
            held = self._near.get(key)
            if held is None or duplicate.likeness > held[0].likeness:
                self._near[key] = duplicate, name

    @property
    def names(self) -> list[str]:
        """The tags that are numbers, which every dialogue has then."""
        return ["near_likeness", "copied", "copied_words"] if self._copies else ["near_likeness"]

    def to_json(self) -> dict[str, Any]:
        """`from`, the threshold; `within` and `against`, how many are near-duplicates of which, once all are put."""
        return {
            "from": self.threshold,
            "within": self.found[None] if self._within else None,
            "against": {name: self.found[name] for name in self._others},
        }

    def put(self, dialogues: Iterable[Dialogue]) -> Iterator[Dialogue]:
        """Tag the dialogues, in the order of their texts; `found` counts near-duplicates by where the other one is.

        Raises DataError where they are not those whose texts were read before.
        """
        place = -1
        for place, dialogue in enumerate(dialogues):
            if place >= len(self._ids) or dialogue.id != self._ids[place]:
                raise _changed()
            for name in TAGS:
                dialogue.tags.pop(name, None)
            duplicate, where = self._near.get(f"{dialogue.id}\0{place:09}", (None, None))
            dialogue.tags["near_likeness"] = duplicate.likeness if duplicate else 0.0
            if duplicate is not None:
                dialogue.tags["near_duplicate_of"] = duplicate.id.rpartition("\0")[0]
                self.found[where] += 1
            if where is not None:
                dialogue.tags["near_from"] = where
            if self._copies:
                asked = [index for index, ids in self._copies if dialogue.id not in ids]
                dialogue.tags["copied"] = max((one.copied(dialogue) for one in asked), default=0.0)
                dialogue.tags["copied_words"] = max((len(one.longest(dialogue).split()) for one in asked), default=0)
            yield dialogue
        if place + 1 < len(self._ids):
            raise _changed()


def _changed() -> DataError:
    return DataError("the data changed while they were read", remedy="try again once nothing writes to them")
