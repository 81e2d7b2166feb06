"""Real dialogues into a corpus: streamed, each once, with what could not be read kept aside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import count, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic_core import to_json

from dialoom.corpus.held_out import file_key, hold_out, text_key
from dialoom.dialogue import Dialogue
from dialoom.dialogue.formats import read_dialogues
from dialoom.errors import DataError, Place, StorageError

if TYPE_CHECKING:
    from dialoom.corpus.corpus import Corpus

RUN = "import-"
_BATCH = 512
_NO_CONTENT = {"lineage": {"position", "source"}}


@dataclass(slots=True)
class Imported:
    """What became of a file: `added + known + len(bad)` rows were read.

    Attributes:
        run: under which its dialogues lie in the corpus; it follows from the file's content.
        known: dialogues that an import had brought before.
        bad: rows that could not be read, and why.
        aside: the file that holds the bad rows, None where there are none.
    """

    file: Path
    run: str
    added: int = 0
    known: int = 0
    bad: list[DataError] = field(default_factory=list)
    aside: Path | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "file": str(self.file),
            "run": self.run,
            "added": self.added,
            "known": self.known,
            "bad": [str(error) for error in self.bad],
            "aside": str(self.aside) if self.aside else None,
        }


class Importer:
    """Imports files into one corpus, and knows what imports brought before.

    A dialogue is known by its content, id included, so that a log that has grown since adds what is new, and an import
    that was killed goes on.

    Args:
        aside: the folder for rows that cannot be read.
        change: what is done to each dialogue on the way in, such as replacing personal data.
        hold: holds all of them out under this name.
    """

    def __init__(
        self,
        corpus: Corpus,
        aside: Path,
        *,
        change: Callable[[Dialogue], Dialogue] | None = None,
        hold: str | None = None,
    ) -> None:
        self._corpus = corpus
        self._aside = aside
        self._change = change
        self._hold = hold
        self._known = {_key(one) for one in corpus.dialogues(where=f"starts_with(run, '{RUN}')")}

    def add(self, path: Path, format: str | None = None) -> Imported:
        """Import one file, in the format of that name or the one that its first row tells.

        Raises DataError where nothing in it can be read, and StorageError where the corpus cannot take it.
        """
        bad: list[tuple[DataError, str]] = []
        reading = read_dialogues(path, format, lambda error, said: bad.append((error, said)))
        content = file_key(path)
        done = Imported(path, f"{RUN}{content[:12]}")
        held: dict[str, str] = {}
        fresh = self._fresh(reading, done, held)
        for number in count():
            part = list(islice(fresh, _BATCH))
            if not part:
                break
            self._corpus.append(part, run=done.run, batch=str(number))
            done.added += len(part)
        if self._hold is not None:
            hold_out(self._corpus, self._hold, texts=held, files=[path])
        done.bad = [error for error, _ in bad]
        if bad:
            done.aside = self._aside / f"{path.name}-{content[:12]}.jsonl"
            _keep_aside(done.aside, bad)
        if not done.added + done.known:
            raise DataError("not one row can be read", place=Place(str(path)), remedy=f"see why in {done.aside}")
        return done

    def _fresh(self, reading: Iterator[Dialogue], done: Imported, held: dict[str, str]) -> Iterator[Dialogue]:
        """The dialogues that no import has brought yet."""
        where = f"SELECT position[1] AS place FROM dialogues WHERE run = '{done.run}'"
        # Of a file that has been renamed since, dialogues without ids of their own have other ones now.
        there = set(self._corpus.query(where).column(0).to_pylist())
        for place, dialogue in enumerate(reading):
            told = {"provenance": "real", "position": [place], "source": dialogue.lineage.source or done.file.name}
            real = dialogue.model_copy(update={"lineage": dialogue.lineage.model_copy(update=told)})
            changed = real if self._change is None else self._change(real)
            if self._hold is not None:
                held |= {text_key(one.text()): one.id for one in (real, changed)}
            key = _key(changed)
            if key in self._known or place in there:
                done.known += 1
            else:
                self._known.add(key)
                yield changed


def _key(dialogue: Dialogue) -> bytes:
    content = dialogue.model_dump(mode="json", exclude_defaults=True, exclude=_NO_CONTENT)
    return blake2b(to_json(content, inf_nan_mode="null"), digest_size=16).digest()


def _keep_aside(path: Path, bad: list[tuple[DataError, str]]) -> None:
    lines = []
    for error, said in bad:
        place = error.place
        lines.append(
            to_json(
                {
                    "file": place.file if place else None,
                    "line": place.line if place else None,
                    "field": place.field if place else None,
                    "what": error.what,
                    "remedy": error.remedy,
                    "row": said,
                }
            )
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"".join(line + b"\n" for line in lines))
    except OSError as error_:
        raise StorageError(
            f"cannot keep bad rows aside in {path}: {error_.strerror}", remedy="check the folder"
        ) from error_
