"""Choosing among the dialogues of a finished set, all of which are known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from pydantic_core import to_json

from dialoom.dialogue import Dialogue
from dialoom.errors import DataError, nearest
from dialoom.quality.embedding import load_embedding
from dialoom.quality.gate.best_of import Member, best_of
from dialoom.quality.gate.diverse import Choice, facility_location, farthest_first, words_alike
from dialoom.quality.gate.quotas import Counted, Quotas
from dialoom.quality.gate.settings import BestOf, Diverse, Quota
from dialoom.quality.gate.values import value_of
from dialoom.quality.score import Score

if TYPE_CHECKING:
    from dialoom.likeness.shingles import Shingles

_NAMES_TOLD = 30


class WholeSet:
    """Takes the dialogues that met all rules, and says which of them are chosen, and why the others are not.

    First the best of each group, of these no two that are near-duplicates, of these what quotas leave room for, and of
    these the most diverse. A dialogue without
    a value to group by is chosen. Memory holds a few values of each dialogue, and for diversity its text.

    Args:
        score: of `best_of`.
        near: the Jaccard index of word pairs from which on the later one by position is not chosen.
        in_order: quotas are filled in the order in which dialogues are added, and else in that of their positions.
            Nothing else depends on the order.
    """

    def __init__(
        self,
        *,
        best_of: BestOf | None = None,
        score: Score | None = None,
        near: float | None = None,
        quotas: Mapping[str, Quota] | None = None,
        diverse: Diverse | None = None,
        in_order: bool = True,
    ) -> None:
        self._best_of = best_of
        self._score = score
        self._near = near
        self._quotas = quotas or {}
        self._diverse = diverse
        self._in_order = in_order
        self._orders: list[tuple[object, ...]] = []
        self._groups: list[str | None] = []
        self._scores: list[float | None] = []
        self._counted: list[Counted] = []
        self._texts: list[str] = []
        self._shingles: list[Shingles] = []
        self._names: dict[str, None] = {}

    def add(self, dialogues: Sequence[Dialogue]) -> None:
        """Take some dialogues."""
        if self._best_of is not None and self._score is not None:
            self._groups += [_group(one, self._best_of.by) for one in dialogues]
            self._scores += self._score.of(dialogues)
        reader = Quotas(self._quotas)
        for one in dialogues:
            self._orders.append((one.lineage.position, one.id))
            self._counted.append(reader.read(one))
            self._names.update(dict.fromkeys([*one.fields, *one.tags]))
            if self._near is not None:
                self._shingles.append(_shingles(one))
            if self._diverse is not None:
                self._texts.append(one.text())

    def choose(self) -> list[str | None]:
        """For each dialogue in the order they were added: the reason why it is not chosen, or None.

        Raises DataError where no dialogue has a value that a group or quota goes by.
        """
        reasons: list[str | None] = [None] * len(self._orders)
        for stage in (self._of_groups, self._by_nearness, self._by_quotas, self._by_diversity):
            left = [place for place, reason in enumerate(reasons) if reason is None]
            if left:
                stage(left, reasons)
        return reasons

    def _of_groups(self, left: list[int], reasons: list[str | None]) -> None:
        if self._best_of is None:
            return
        groups: defaultdict[str, list[int]] = defaultdict(list)
        for place in left:
            group = self._groups[place]
            if group is not None:
                groups[group].append(place)
        if not groups:
            raise self._unknown("best_of", self._best_of.by)
        for members in groups.values():
            ranked = [Member(self._scores[place], self._orders[place]) for place in members]
            for place, reason in zip(members, best_of(ranked, self._best_of.keep), strict=True):
                reasons[place] = reason

    def _by_nearness(self, left: list[int], reasons: list[str | None]) -> None:
        if self._near is None:
            return
        from dialoom.likeness.near import equal_sets, near_groups

        left = sorted(left, key=self._orders.__getitem__)
        sets = [self._shingles[place] for place in left]
        # Of equals only the first can stay.
        groups = equal_sets(sets)
        alike: defaultdict[int, list[tuple[float, int]]] = defaultdict(list)
        for group in groups:
            for second in group[1:]:
                alike[second].append((-1.0, group[0]))
        for one, other, score in near_groups(sets, groups, self._near):
            for first, others in ((groups[one][0], groups[other]), (groups[other][0], groups[one])):
                for second in others:
                    alike[second].append((-score, first))
        reason: dict[int, str] = {}
        for own in sorted(alike):
            # What is itself left out makes nobody else a near-duplicate.
            kept = [each for each in alike[own] if each[1] < own and each[1] not in reason]
            if kept:
                score, other = min(kept)
                reason[own] = f"near: {-score:.2f} like '{self._orders[left[other]][1]}'"
        for own, text in reason.items():
            reasons[left[own]] = text

    def _by_quotas(self, left: list[int], reasons: list[str | None]) -> None:
        for name in self._quotas:
            if not any(self._counted[place][name] for place in left):
                raise self._unknown("quota", name)
        quotas = Quotas(self._quotas)
        for place in left if self._in_order else sorted(left, key=self._orders.__getitem__):
            reasons[place] = quotas.take(self._counted[place])

    def _by_diversity(self, left: list[int], reasons: list[str | None]) -> None:
        if self._diverse is None or len(left) <= self._diverse.keep:
            return
        # Ties are then broken alike whatever the order they came in.
        left = sorted(left, key=lambda place: (self._orders[place], self._texts[place]))
        choice = choose_diverse([self._texts[place] for place in left], self._diverse)
        chosen = {left[one] for one in choice.chosen}
        for place, (near, likeness) in zip(left, choice.nearest, strict=True):
            if place not in chosen:
                other = self._orders[left[near]][1]
                reasons[place] = f"diverse: not among the {len(chosen)} chosen, {likeness:.2f} like '{other}'"

    def _unknown(self, what: str, name: str) -> DataError:
        known = [*islice(self._names, _NAMES_TOLD), "topic"]
        return DataError(f"{what}: no dialogue has a value for '{name}'", remedy=nearest(name, known))


def choose_diverse(texts: Sequence[str], settings: Diverse) -> Choice:
    """The diverse ones of some texts. Raises MissingExtra where they are to be told by meaning and nothing can."""
    if settings.by == "embedding":
        return facility_location(load_embedding()(texts), settings.keep)
    return farthest_first(len(texts), settings.keep, words_alike(texts))


def _shingles(dialogue: Dialogue) -> Shingles:
    from dialoom.likeness.shingles import shingles

    return shingles(dialogue.text())


def _group(dialogue: Dialogue, by: str) -> str | None:
    value: Any = value_of(dialogue, by)
    return None if value is None else value if isinstance(value, str) else to_json(value).decode()
