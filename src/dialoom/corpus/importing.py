"""Real dialogues into a corpus: streamed, each once, with what could not be read kept aside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic_core import to_json

from dialoom.corpus.held_out import file_key, hold_out, text_key
from dialoom.corpus.imported import RUN, Home, Known
from dialoom.dialogue import Dialogue
from dialoom.dialogue.formats import is_content_id, read_dialogues
from dialoom.errors import DataError, Place, StorageError

if TYPE_CHECKING:
    from dialoom.corpus.corpus import Corpus

_BATCH = 512

SameId = Literal["refuse", "replace", "both"]
"""What becomes of a dialogue whose id an import of other content brought before."""


@dataclass(slots=True)
class Imported:
    """What became of a file: `added + updated + known + len(bad)` rows were read.

    Attributes:
        run: under which its dialogues lie in the corpus; it follows from the file's content.
        updated: dialogues that took the place of what an import had brought before: changed on the way in where they
            had not been, or of the same id where that was wished.
        known: dialogues that an import had brought before.
        replaced: what the change on the way in counted, in those that were added or updated.
        bad: rows that could not be read or had no turns, or whose id is taken, and why.
        aside: the file that holds the bad rows, None where there are none.
    """

    file: Path
    run: str
    added: int = 0
    updated: int = 0
    known: int = 0
    replaced: Counter[str] = field(default_factory=Counter)
    bad: list[DataError] = field(default_factory=list)
    aside: Path | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "file": str(self.file),
            "run": self.run,
            "added": self.added,
            "updated": self.updated,
            "known": self.known,
            "bad": [str(error) for error in self.bad],
            "aside": str(self.aside) if self.aside else None,
        }


class Importer:
    """Imports files into one corpus, and knows what imports brought before.

    A dialogue is known by its content, id included where its row has one, so that a log that has grown since adds what
    is new, and an import that was killed goes on.

    Args:
        aside: the folder for rows that are not imported.
        change: what is done to each dialogue on the way in, such as replacing personal data. A dialogue that lies in
            the corpus as it was before is changed there.
        counts: what `change` counts up as it goes; `Imported.replaced` tells how much of it was stored.
        hold: holds all of them out under this name.
        same_id: `refuse` sets aside a dialogue whose id an import of other content brought before, `replace` puts it
            in the place of that one, `both` keeps both.
    """

    def __init__(
        self,
        corpus: Corpus,
        aside: Path,
        *,
        change: Callable[[Dialogue], Dialogue] | None = None,
        counts: Counter[str] | None = None,
        hold: str | None = None,
        same_id: SameId = "refuse",
    ) -> None:
        self._corpus = corpus
        self._aside = aside
        self._change = change
        self._counts = Counter[str]() if counts is None else counts
        self._hold = hold
        self._same_id = same_id
        self._known = Known(corpus)

    def add(self, path: Path, format: str | None = None) -> Imported:
        """Import one file, in the format of that name or the one that its first row tells.

        Raises DataError where nothing in it can be read, and StorageError where the corpus cannot take it.
        """
        done = Imported(path, RUN)
        reading = _Reading(done)
        dialogues = read_dialogues(path, format, reading.refuse)
        done.run += file_key(path)[:12]
        fresh = self._fresh(dialogues, reading)
        for number in count():
            part = list(islice(fresh, _BATCH))
            if not part:
                break
            # Another process may be importing the same file.
            brought = len(self._corpus.append_missing(part, run=done.run, batch=str(number)).ids)
            done.added += brought
            done.known += len(part) - brought
        self._update(reading)
        if self._hold is not None:
            hold_out(self._corpus, self._hold, texts=reading.held, files=[path])
        if reading.bad:
            done.aside = self._aside / f"{path.name}-{done.run.removeprefix(RUN)}.jsonl"
            _keep_aside(done.aside, reading.bad)
        if not reading.read:
            raise _none_read(done)
        return done

    def _fresh(self, dialogues: Iterator[Dialogue], reading: _Reading) -> Iterator[Dialogue]:
        """The dialogues that no import has brought yet; those that take the place of others are gathered."""
        self._known.start_file()
        done = reading.done
        for place, dialogue in enumerate(dialogues):
            if not dialogue.turns:
                what = f"dialogue '{dialogue.id}' has no turns"
                reading.refuse(_problem(done.file, "turns", what, "leave the row out"), dialogue.to_json())
                continue
            reading.read += 1
            told = {"provenance": "real", "position": [place], "source": dialogue.lineage.source or done.file.name}
            real = dialogue.model_copy(update={"lineage": dialogue.lineage.model_copy(update=told)})
            before = Counter(self._counts)
            changed = real if self._change is None else self._change(real)
            if self._hold is not None:
                reading.held |= {text_key(one.text()): one.id for one in (real, changed)}
            try:
                become, home = self._become(real, changed, reading)
            except DataError as error:
                reading.refuse(error, dialogue.to_json())
                continue
            reading.ids.add(dialogue.id)
            if become == "known":
                done.known += 1
                continue
            done.replaced += self._counts - before
            self._known.add(changed, home)
            if become == "added":
                yield changed
                continue
            done.updated += 1
            reading.updates[home] = changed.model_copy(update={"id": home.id})
            if len(reading.updates) == _BATCH:
                self._update(reading)

    def _become(self, real: Dialogue, changed: Dialogue, reading: _Reading) -> tuple[_Become, Home]:
        """What becomes of a dialogue, and where it lies or comes to lie. Raises DataError where its id is another's."""
        run, name = reading.done.run, real.id
        if (same := self._known.same(changed)) is not None:
            return "known", same
        if name in reading.ids:
            what = f"the id '{name}' is there twice in this file, with other content"
            raise _problem(reading.done.file, "id", what, "give each dialogue an id of its own")
        if self._change is not None and (raw := self._known.same(real)) is not None:
            return "updated", raw
        home = self._known.of_id(name)
        if home is None:
            once = self._known.once_at(run, real.lineage.position[0]) if is_content_id(name) else None
            return ("added", Home(run, name)) if once is None else ("known", once)
        if self._same_id == "replace":
            return "updated", home
        if is_content_id(name) or home.run == run:
            # The same row, in another form: what was changed once is not brought back as it was.
            return "known" if self._change is None else "updated", home
        if self._same_id == "both":
            return "added", Home(run, name)
        what = f"an earlier import ({home.run}) brought a dialogue '{name}' with other content"
        remedy = "--same-id replace puts this one in its place, --same-id both keeps both"
        raise _problem(reading.done.file, "id", what, remedy)

    def _update(self, reading: _Reading) -> None:
        if reading.updates:
            self._corpus.update(reading.updates, why=f"imported again from {reading.done.file.name}")
            reading.updates.clear()


_Become = Literal["added", "updated", "known"]


@dataclass(slots=True)
class _Reading:
    """What is kept while a file is read.

    Attributes:
        read: dialogues that could be read, whatever became of them.
        ids: theirs, of those that were not refused.
        updates: what takes the place of other content, by run and id.
        held: {key of a text: id} of all of them.
    """

    done: Imported
    read: int = 0
    ids: set[str] = field(default_factory=set)
    bad: list[tuple[DataError, str]] = field(default_factory=list)
    updates: dict[tuple[str, str], Dialogue] = field(default_factory=dict)
    held: dict[str, str] = field(default_factory=dict)

    def refuse(self, error: DataError, said: str) -> None:
        self.bad.append((error, said))
        self.done.bad.append(error)


def _problem(file: Path, field: str, what: str, remedy: str) -> DataError:
    return DataError(what, place=Place(str(file), field=field), remedy=remedy)


def _none_read(done: Imported) -> DataError:
    first = done.bad[0]
    where = f"; the first one, at {first.place}" if first.place else "; the first one"
    remedy = f"{first.remedy or 'name another --format'}; the rows are in {done.aside}"
    return DataError(f"not one row can be read{where}: {first.what}", place=Place(str(done.file)), remedy=remedy)


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
