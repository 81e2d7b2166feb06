"""Writing dialogues of a corpus to a file; what is held out stays behind unless it is asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from dialoom.corpus._sql import matches
from dialoom.corpus.exports import note_export
from dialoom.corpus.held_out import held_out, text_key
from dialoom.corpus.schema import SCHEMA, hash_of
from dialoom.dialogue import Dialogue
from dialoom.dialogue.formats import Written
from dialoom.errors import DataError, Place

if TYPE_CHECKING:
    from dialoom.corpus.corpus import Corpus


@dataclass(slots=True)
class Exported:
    """What was written: how many of what, what the format left out, and how many of each held-out set stayed behind."""

    rows: int = 0
    what: str = "dialogues"
    notes: tuple[str, ...] = ()
    left_out: Counter[str] = field(default_factory=Counter)


def export(
    corpus: Corpus,
    write: Callable[[Iterable[Dialogue], Path], int],
    file: Path,
    *,
    form: str,
    version: int | None = None,
    where: str | None = None,
    with_held_out: bool = False,
    note: bool = True,
) -> Exported:
    """Writes the dialogues of a version that meet a condition, and notes the file in the corpus.

    Args:
        write: what the format writes with.
        form: the format's name.
        with_held_out: whether dialogues that are held out are written too.
        note: False for a file that does not stay.

    Raises DataError where there is nothing to write.
    """
    number = corpus.version if version is None else version
    done = Exported()
    hashes: list[bytes] = []
    marks = {} if with_held_out else held_out(corpus).texts

    def free() -> Iterator[Dialogue]:
        for one in corpus.dialogues(number, where=where):
            name = marks.get(text_key(one.text())) if marks else None
            if name is not None:
                done.left_out[name] += 1
                continue
            if marks and note:
                hashes.append(hash_of(one))
            yield one

    chosen = free()
    first = next(chosen, None)
    if first is None:
        raise _nothing(corpus, where, done)
    written = write(chain([first], chosen), file)
    done.rows = int(written)
    if isinstance(written, Written):
        done.what, done.notes = written.what, written.notes
    if note:
        note_export(corpus, file, form=form, version=number, where=where, hashes=hashes if done.left_out else None)
    return done


def check_condition(where: str) -> None:
    """Raises UsageError for a condition over dialogues that no corpus could answer."""
    matches(pa.Table.from_pylist([], schema=SCHEMA), [where])


def _nothing(corpus: Corpus, where: str | None, done: Exported) -> DataError:
    meant = " that meet the condition" if where else ""
    place = Place(corpus.location)
    if done.left_out:
        what = f"all {done.left_out.total():,} dialogues{meant} are held out as {', '.join(sorted(done.left_out))}"
        return DataError(what, place=place, remedy="for a file to test with, give --with-held-out")
    return DataError(f"there are no dialogues to write{meant}", place=place)
