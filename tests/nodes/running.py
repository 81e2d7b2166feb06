"""Running small recipes, and what came of each record."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dialoom
from dialoom.engine.rejects import read_rejects
from dialoom.errors import RecipeError
from dialoom.graph.check import check


@dataclass(frozen=True)
class Outcome:
    """The dialogues kept, in order of their positions, and the reasons of all that were not."""

    kept: list[dialoom.Dialogue]
    reasons: list[str]
    report: dialoom.Report

    @property
    def only(self) -> dialoom.Dialogue:
        """The one record, which was kept."""
        assert not self.reasons, self.reasons
        (dialogue,) = self.kept
        return dialogue

    def fields(self, name: str) -> list[Any]:
        """The values of a field."""
        return [dialogue.fields[name] for dialogue in self.kept]

    def events(self, what: str) -> list[dict[str, Any]]:
        """The details of all events of a kind, each once."""
        found: list[dict[str, Any]] = []
        for dialogue in self.kept:
            found += [e.detail for e in dialogue.lineage.events if e.what == what and e.detail not in found]
        return found


def recipe(model: Any = None, source: Any = None, **fields: Any) -> dialoom.Recipe:
    """A recipe without nodes."""
    models = {} if model is None else {"writer": model}
    return dialoom.Recipe("test", models=models, source=source or [{"topic": "lost luggage"}], **fields)


def run(made: dialoom.Recipe, folder: Path) -> Outcome:
    """Run it in a new directory."""
    out = folder / f"run{len(list(folder.iterdir()))}"
    report = dialoom.run(made, out)
    kept = sorted(dialoom.Corpus.open(out / "corpus").dialogues(), key=lambda each: each.lineage.position)
    reasons = [reason for _, line in read_rejects(out / "rejects") for reason in line["reasons"]]
    return Outcome(kept, reasons, report)


def wrong(**fields: Any) -> str:
    """What the check says of a recipe with a `converse` node with these fields; nothing where all is well."""
    try:
        check(recipe("http://127.0.0.1:9/v1#m").add("dialogue", "converse", **fields))
    except RecipeError as error:
        return str(error)
    return ""
