"""The folder of a split or mixture, read again: its dialogues, and whether they may still be learned from."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import orjson

from dialoom.corpus.held_out import text_key
from dialoom.corpus.schema import hash_of
from dialoom.dialogue import Dialogue
from dialoom.dialogue.formats import read_dialogues
from dialoom.errors import DataError, Place

if TYPE_CHECKING:
    from dialoom.corpus.corpus import Corpus

_NAMED = 5


class _File(NamedTuple):
    path: Path
    part: str


@dataclass(frozen=True, slots=True)
class Made:
    """What `write_split` wrote to a folder, by its manifest."""

    manifest: Path
    version: int
    version_hash: str | None
    files: tuple[_File, ...]

    def version_in(self, corpus: Corpus) -> int:
        """The version that it was made from. Raises DataError where that is another corpus's."""
        known = {each.number: each.hash for each in corpus.versions()}
        if known.get(self.version) not in ({self.version_hash} if self.version_hash else known.values()):
            raise DataError(
                f"this was made from version {self.version} of another corpus than {corpus.location}",
                place=Place(str(self.manifest)),
                remedy="name that corpus with --corpus, or split this one",
            )
        return self.version

    def dialogues(self) -> Iterator[tuple[str, Iterator[Dialogue]]]:
        """Each file's name, and its dialogues."""
        for file in self.files:
            yield file.path.stem, read_dialogues(file.path, "jsonl")

    def check(self, marks: Mapping[str, str], there: Container[bytes]) -> None:
        """Raises DataError where a file should not be published any more.

        That is where it holds what has been held out since, in another set than the file's own, or what the corpus does
        not hold as it is in the file: it was taken out, or changed, perhaps for the personal data in it.

        Args:
            marks: {key of a text: the set that it is held out in}.
            there: content hashes of the corpus's dialogues.
        """
        for file in self.files:
            held: dict[str, str] = {}
            gone: list[str] = []
            for one in read_dialogues(file.path, "jsonl"):
                name = marks.get(text_key(one.text()))
                if name is not None and name != file.part:
                    held[one.id] = name
                elif hash_of(one) not in there:
                    gone.append(one.id)
            if held:
                sets = ", ".join(sorted(set(held.values())))
                raise _stale(file, list(held), f"held out as {sets} since")
            if gone:
                raise _stale(file, gone, "taken out of the corpus or changed since")


def _stale(file: _File, ids: Sequence[str], how: str) -> DataError:
    shown = ", ".join(ids[:_NAMED]) + (f" and {len(ids) - _NAMED} more" if len(ids) > _NAMED else "")
    return DataError(
        f"of the set {file.part}, {len(ids)} were {how}: {shown}",
        place=Place(str(file.path)),
        remedy="split again, so that what gives away held-out ones is withheld too; --as-made takes all as it is",
    )


def read_made(folder: Path) -> Made:
    """What lies in a folder. Raises DataError where that is no split whose files hold everything."""
    path = folder / "manifest.json"
    try:
        told = orjson.loads(path.read_bytes())
        form = str(told["format"])
        files = tuple(_File(folder / str(file["file"]), str(file["set"])) for file in told["files"])
        made = Made(path, int(told["version"]), told.get("version_hash"), files)
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        why = (error.strerror or "it cannot be read").lower() if isinstance(error, OSError) else "it is another's"
        raise DataError(
            f"this is no manifest of a split: {why}", place=Place(str(path)), remedy="make one: dialoom corpus split"
        ) from error
    if form != "jsonl":
        raise DataError(
            f"the split is in the format '{form}', which leaves things out",
            place=Place(str(path), field="format"),
            remedy="split again with --to jsonl",
        )
    return made
