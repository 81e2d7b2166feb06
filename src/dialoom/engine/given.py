"""Dialogues that a user names: those of a file, of a run or of a corpus."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from dialoom.corpus import Corpus
from dialoom.dialogue import Dialogue
from dialoom.dialogue.formats import FORMATS, Bad, read_dialogues
from dialoom.engine.choosing import CHOICE
from dialoom.engine.corpora import corpus_of
from dialoom.engine.rejects import read_rejects
from dialoom.errors import DataError, Place
from dialoom.graph.recipe import Quality
from dialoom.yaml_file import parse_yaml

GATE = "quality"
"""The node that is given for a record that a rule turned down."""


@dataclass(frozen=True, slots=True)
class Given:
    """Where the dialogues are.

    Attributes:
        name: as the user gave it.
        location: of the corpus; None for a file.
        run: of which the dialogues are, where a run was named.
        format: of the file; None where its first row tells.
        version: of the corpus, by number or name; None for the newest.
    """

    kind: Literal["file", "run", "corpus"]
    name: str
    location: str | None = None
    run: str | None = None
    format: str | None = None
    version: str | None = None

    def read(self, bad: Bad | None = None, *, gated: bool = False) -> Iterator[Dialogue]:
        """The dialogues, streamed; those of a run or corpus in the order of their positions.

        Args:
            bad: takes the rows of a file that cannot be read; left out, the first one is raised.
            gated: of a run also the records that its gate turned down, after the others.
        """
        if self.location is None:
            yield from read_dialogues(self.name, self.format, bad)
            return
        where = None if self.run is None else f"run = '{self.run}'"
        corpus = Corpus.open(self.location)
        yield from corpus.dialogues(self._number(corpus), where=where)
        if gated and self.run is not None:
            for _, line in read_rejects(Path(self.name) / "rejects"):
                if line["node"] in (GATE, CHOICE):
                    yield Dialogue.model_validate(line["record"])

    def left_aside(self) -> int:
        """How many records of a run a node rejected, or failed: they never came to the gate."""
        if self.run is None:
            return 0
        return sum(line["node"] not in (GATE, CHOICE) for _, line in read_rejects(Path(self.name) / "rejects"))

    def count(self) -> int | None:
        """How many there are; None for a file."""
        if self.location is None:
            return None
        corpus = Corpus.open(self.location)
        return corpus.count(None if self.run is None else f"run = '{self.run}'", version=self._number(corpus))

    def _number(self, corpus: Corpus) -> int | None:
        return None if self.version is None else corpus.number_of(self.version)

    def quality(self) -> Quality | None:
        """What the recipe of a run says of quality, as the corpus keeps it; None for anything but a run."""
        if self.location is None or self.run is None:
            return None
        kept = Corpus.open(self.location).read("runs", where=f"run = '{self.run}'", columns=["text"]).to_pylist()
        recipe, _ = parse_yaml(kept[-1]["text"]) if kept else ({}, None)
        return Quality.model_validate(recipe.get("quality") or {})


def find_given(named: str, format: str | None = None) -> Given:
    """What a user means by a name; `CORPUS@VERSION` is an earlier version of a corpus.

    Raises DataError where there is nothing, or a format is named for no file.
    """
    path = Path(named)
    before, _, version = named.rpartition("@")
    if before and version and "/" not in version and not path.exists() and ("://" in before or Path(before).is_dir()):
        meant = corpus_of(before)
        return Given("corpus" if meant.run is None else "run", before, meant.location, meant.run, version=version)
    if path.is_dir() or "://" in named:
        if format is not None:
            raise DataError(
                f"a format is that of a file, and {named} is a run or a corpus", remedy="leave out --format"
            )
        meant = corpus_of(named)
        return Given("corpus" if meant.run is None else "run", named, meant.location, meant.run)
    if not path.exists():
        raise DataError(
            "there is no such file, run or corpus",
            place=Place(named),
            remedy=f"check the path; relative paths start at {Path.cwd()}",
        )
    if format is not None:
        FORMATS.load(format)
    return Given("file", named, format=format)
