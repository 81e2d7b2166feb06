"""The changelog: what changed, why, by which recipe, and what it did to the numbers, for people to read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from difflib import unified_diff
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from dialoom.corpus import history
from dialoom.corpus.history import Version

if TYPE_CHECKING:
    from dialoom.corpus.corpus import Corpus

_SHOWN = 5


class Entry(NamedTuple):
    """One change, or the appends of one run that follow each other.

    Attributes:
        versions: the first and the last version it spans.
        after: the last of these, with what the corpus then held.
        before: the version it began from, None for the first.
        recipe_diff: what is new in the recipe since the run before made dialogues with a recipe of that name.
    """

    versions: tuple[int, int]
    before: Version | None
    after: Version
    added: int
    removed: int
    topics: dict[str, int]
    intents: dict[str, int]
    recipe_diff: str

    def to_json(self) -> dict[str, Any]:
        """With the names and the numbers that `after` holds."""
        before = self.before.means if self.before else {}
        return {
            "versions": list(self.versions),
            "at": self.after.at.isoformat(),
            "kind": self.after.kind,
            "what": self.after.what,
            "why": self.after.why,
            "run": self.after.run,
            "added": self.added,
            "removed": self.removed,
            "rows": self.after.rows,
            "hash": self.after.hash,
            "means": {name: [before.get(name), mean] for name, mean in self.after.means.items()},
            "topics": self.topics,
            "intents": self.intents,
            "recipe_diff": self.recipe_diff,
        }

    def to_text(self) -> str:
        """As a section of Markdown."""
        first, last = self.versions
        number = f"{first}" if first == last else f"{first} to {last}"
        lines = [f"## Version {number}: {self._title()}", "", f"{self.after.at:%Y-%m-%d %H:%M:%S} UTC"]
        if self.after.why:
            lines.append(f"Why: {self.after.why}")
        was = f", {self.before.rows:,} before" if self.before else ""
        lines.append(f"Rows: {self.after.rows:,}{was} (+{self.added:,}, -{self.removed:,})")
        lines.append(f"Content hash: {self.after.hash}")
        lines += [f"Means: {text}" for text in [self._means()] if text]
        sign = "-" if self.removed and not self.added else "+"
        for name, counts in (("Topics", self.topics), ("Intents", self.intents)):
            if counts:
                shown = Counter(counts).most_common(_SHOWN)
                more = f" and {len(counts) - len(shown)} more" if len(counts) > len(shown) else ""
                lines.append(f"{name}: {', '.join(f'{sign}{count} {said}' for said, count in shown)}{more}")
        if self.recipe_diff:
            lines += ["", "```diff", self.recipe_diff.rstrip("\n"), "```"]
        return "\n".join(lines) + "\n"

    def _title(self) -> str:
        if self.after.kind == "append":
            return f"{self.added:,} dialogues of run {self.after.run}"
        return self.after.what

    def _means(self) -> str:
        before = self.before.means if self.before else {}
        told = []
        for name, mean in self.after.means.items():
            old = before.get(name)
            moved = old is not None and f"{old:.4g}" != f"{mean:.4g}"
            told.append(f"{name} {old:.4g} → {mean:.4g}" if moved else f"{name} {mean:.4g}")
        return ", ".join(told)


def changelog(corpus: Corpus) -> list[Entry]:
    """The changes that made the newest version, oldest first; merging files and the like is none."""
    recipes = _Recipes(corpus)
    entries: list[Entry] = []
    before: Version | None = None
    told = (version for version in history.versions(corpus) if version.added or version.removed or version.why)
    for _, group in groupby(told, key=_together):
        versions = list(group)
        last = versions[-1]
        topics: Counter[str] = Counter()
        intents: Counter[str] = Counter()
        for version in versions:
            topics.update(version.topics)
            intents.update(version.intents)
        entries.append(
            Entry(
                versions=(versions[0].number, last.number),
                before=before,
                after=last,
                added=sum(version.added for version in versions),
                removed=sum(version.removed for version in versions),
                topics=dict(topics.most_common()),
                intents=dict(intents.most_common()),
                recipe_diff="".join(recipes.news(version) for version in versions),
            )
        )
        before = last
    return entries


def _together(version: Version) -> tuple[object, ...]:
    """What consecutive versions of one entry share."""
    if version.kind == "append":
        return (version.run, version.recipes)
    return (version.number,)


class _Recipes:
    """The recipes of the runs, met in the order in which they made dialogues."""

    def __init__(self, corpus: Corpus) -> None:
        rows = corpus.read("runs", columns=["recipe", "recipe_hash", "text"]).to_pylist()
        self._by_hash = {row["recipe_hash"]: row for row in rows}
        self._last: dict[str, dict[str, Any]] = {}

    def news(self, version: Version) -> str:
        """What the recipes that a version's rows came by say otherwise than the ones before; '' where nothing."""
        return "".join(self._news(recipe) for recipe in version.recipes if version.kind == "append")

    def _news(self, recipe_hash: str) -> str:
        row = self._by_hash.get(recipe_hash)
        if row is None:
            return ""
        former = self._last.get(row["recipe"])
        self._last[row["recipe"]] = row
        if former is None or former["recipe_hash"] == recipe_hash:
            return ""
        return "".join(_lines(former, row))


def _lines(former: dict[str, Any], latter: dict[str, Any]) -> Iterator[str]:
    names = [f"{row['recipe']} {row['recipe_hash']}" for row in (former, latter)]
    texts = [row["text"].splitlines(keepends=True) for row in (former, latter)]
    return unified_diff(texts[0], texts[1], names[0], names[1], n=1)
