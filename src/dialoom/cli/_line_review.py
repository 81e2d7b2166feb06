"""Deciding on the lines that two views disagree on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from pathlib import Path
from typing import Any

from dialoom.cli._asking import Unfit
from dialoom.cli._console import out, visible
from dialoom.errors import nearest
from dialoom.intents.review import DROP, decide, queued, read_review

_KEEP, _OTHER, _DROP = ("k", "keep"), ("o", "other"), ("d", DROP)


class LineReview:
    """The lines of queues as questions; a line that stands in several of them is one.

    Args:
        paths: the queues.
        intents: those that can be decided for; None where nothing but the queues tells.

    Raises DataError for a queue that cannot be read.
    """

    help = "k keep its intent, o take the other, or an intent's name; d drop the line"

    def __init__(self, paths: list[Path], intents: Collection[str] | None) -> None:
        self._rows: dict[str, dict[str, Any]] = {}
        self._paths: dict[str, list[Path]] = {}
        for path in paths:
            if intents is not None:
                # A decision that the cycle would refuse is told now, with its line.
                read_review(path, intents)
            for row in queued(path):
                held = self._rows.setdefault(row["text"], row)
                held["decision"] = row["decision"] or held["decision"]
                self._paths.setdefault(row["text"], []).append(path)
        self._texts = list(self._rows)
        named = {each for row in self._rows.values() for each in (row.get("intent"), row.get("other"), row["decision"])}
        self.names = sorted(intents if intents is not None else {str(each) for each in named if each} - {DROP})

    def __len__(self) -> int:
        return len(self._texts)

    def answer(self, at: int) -> str:
        return str(self._row(at)["decision"])

    def show(self, at: int) -> str:
        row = self._row(at)
        console = out()
        where = ", ".join(dict.fromkeys(path.parent.name for path in self._paths[row["text"]]))
        console.print(f"\n{at + 1} of {len(self)}  {where}", style="dim")
        console.print(f"  {visible(row['text'])}", style="bold", soft_wrap=True)
        for key, name in (("k", row.get("intent")), ("o", row.get("other"))):
            if name:
                console.print(f"  {key}  {visible(str(name))}", soft_wrap=True)
        if row.get("why"):
            console.print(f"  {visible(str(row['why']))}", style="dim", soft_wrap=True)
        if row["decision"]:
            console.print(f"  so far: {visible(row['decision'])}", soft_wrap=True)
        return "> "

    def read(self, at: int, said: str) -> str:
        known = said.casefold()
        if known in _DROP:
            return DROP
        for keys, field, what in ((_KEEP, "intent", "intent of its own"), (_OTHER, "other", "other intent")):
            if known in keys:
                return self._known(str(self._row(at).get(field) or ""), f"the line has no {what}")
        # An intent may be called as an answer is.
        return self._known(said.removeprefix("=").strip(), "no answer")

    def _known(self, name: str, none: str) -> str:
        if not name:
            raise Unfit(f"{none}: {self.help}")
        if name not in self.names:
            raise Unfit(f"no intent is called '{name}' ({nearest(name, list(self.names))})")
        return name

    def keep(self, at: int, answer: str) -> None:
        row = self._row(at)
        for path in dict.fromkeys(self._paths[row["text"]]):
            decide(path, row, answer)
        row["decision"] = answer

    def after(self, at: int) -> int:
        return at + 1

    def counts(self) -> dict[str, int]:
        """How many lines there are, how many are decided, dropped and open."""
        said = Counter(row["decision"] for row in self._rows.values())
        return {
            "lines": len(self),
            "decided": len(self) - said[""],
            "dropped": said[DROP],
            "open": said[""],
        }

    def to_json(self) -> dict[str, Any]:
        rows = [row | {"files": [str(path) for path in self._paths[text]]} for text, row in self._rows.items()]
        return self.counts() | {"intents": list(self.names), "queue": rows}

    def _row(self, at: int) -> dict[str, Any]:
        return self._rows[self._texts[at]]
