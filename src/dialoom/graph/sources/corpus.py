"""`corpus`: the dialogues of a corpus, or of the run in a directory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import Field

from dialoom.errors import Place
from dialoom.graph.corpus_at import corpus_at
from dialoom.graph.source import Row, Say, Source


class CorpusRows(Source):
    """The dialogues of a corpus as rows, as `format` gives those of a file: turns in `dialogue.turns`, and so on.

    What is held out in it is left out. `where` is a SQL condition over the columns of the corpus, as for `dialoom
    export`.
    """

    corpus: str = Field(description="A corpus (folder or URL), or the directory of a run.")
    version: int | str | None = Field(
        default=None, description="Number or name of a version; left out, the newest, which may grow between two runs."
    )
    run: str | None = Field(default=None, description="Only the dialogues of this run.")

    own_where = True

    def raw(self, folder: Path, say: Say) -> Iterator[Row]:
        from dialoom.corpus import Corpus
        from dialoom.corpus.held_out import held_out, text_key
        from dialoom.graph.record import fields_of

        corpus = Corpus.open(self.location(folder))
        number = corpus.version if self.version is None else corpus.number_of(self.version)
        marks = held_out(corpus).texts
        left_out = 0
        for dialogue in corpus.dialogues(number, where=self._condition()):
            if marks and text_key(dialogue.text()) in marks:
                left_out += 1
                continue
            yield fields_of(dialogue)
        if left_out:
            say(f"corpus: {left_out:,} dialogues are held out, and are left out here")

    def location(self, folder: Path) -> str:
        """The corpus, as an absolute path or a URL."""
        return self.corpus if "://" in self.corpus else str(corpus_at(folder / self.corpus))

    def place(self, folder: Path) -> Place:
        return Place(self.location(folder))

    def _condition(self) -> str | None:
        conditions = [] if self.where is None else [f"(\n{self.where}\n)"]
        if self.run is not None:
            escaped = self.run.replace("'", "''")
            conditions.append(f"run = '{escaped}'")
        return " AND ".join(conditions) or None


SOURCE = CorpusRows
