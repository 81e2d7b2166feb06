"""Held-out sets: dialogues that nothing may be trained on, shown as an example, or made from.

The marks lie in the corpus, in `held_out.lance`: for each dialogue a key of its text, and for each file that it was
read from or written to the file's hash. A recipe is checked against both, so that a copy of the file or of a line is
known under any name and in any format.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b, file_digest, sha256
from pathlib import Path
from typing import TYPE_CHECKING

from dialoom.dialogue.words import words
from dialoom.errors import DataError

if TYPE_CHECKING:
    from dialoom.corpus.corpus import Corpus

TABLE = "held_out"
_SPEAKER = re.compile(r"^[ \t]*[^\s:]+(?:[ \t]+[^\s:]+){0,3}[ \t]*:(?=\s|$)", re.MULTILINE)
_SAID = ("text", "content", "utterance", "value")


def text_key(text: str) -> str:
    """A key that texts share if they are equal but for case, punctuation and space."""
    return blake2b(" ".join(words(text)).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def file_key(path: Path) -> str:
    """The SHA-256 of a file's content; of a folder, over the paths and hashes of its files. Raises OSError."""
    if path.is_dir():
        files = sorted(each for each in path.rglob("*") if each.is_file())
        listed = [f"{each.relative_to(path).as_posix()} {file_key(each)}" for each in files]
        return sha256("\n".join(listed).encode("utf-8", "surrogateescape")).hexdigest()
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What is held out, by the name of its set.

    Attributes:
        texts: {key of a dialogue's text: set}.
        files: {SHA-256 of a file: set}.
    """

    texts: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.texts or self.files)

    def update(self, other: HeldOut) -> None:
        """Adds what another holds out."""
        self.texts.update(other.texts)
        self.files.update(other.files)

    def sets(self) -> list[str]:
        """The names of the sets, sorted."""
        return sorted({*self.texts.values(), *self.files.values()})

    def set_of(self, row: object) -> str | None:
        """The set that holds the dialogue of this row, whatever the row's shape."""
        keys = map(text_key, text_of_row(row)) if self.texts else ()
        return next((self.texts[key] for key in keys if key in self.texts), None)


def text_of_row(row: object) -> Iterator[str]:
    """What may be the text of a dialogue in a row of any shape.

    Its strings; the lines of one without the speakers before them; and the texts of a list of turns or messages, in a
    row. A string of one or two words is a label.
    """
    if isinstance(row, str):
        if len(words(row)) > 2:
            yield row
            if "\n" in row or "\r" in row:
                yield _SPEAKER.sub("", row)
    elif isinstance(row, Mapping):
        for value in row.values():
            yield from text_of_row(value)
    elif isinstance(row, (list, tuple)):
        said = [
            item[name] for item in row if isinstance(item, Mapping) for name in _SAID if isinstance(item.get(name), str)
        ]
        if said:
            yield "\n".join(said)
        for value in row:
            yield from text_of_row(value)


def held_out(corpus: Corpus) -> HeldOut:
    """What a corpus holds out."""
    found = HeldOut()
    for row in corpus.read(TABLE).to_pylist():
        kept = found.texts if row["kind"] == "text" else found.files
        kept.setdefault(row["key"], row["set"])
    return found


def held_out_at(place: Path | str) -> HeldOut | None:
    """What the corpus in a folder or at a URL holds out; None where there is none."""
    from dialoom.corpus._lance import Location
    from dialoom.corpus.corpus import Corpus

    return held_out(Corpus.open(place)) if Location.of(place).has("dialogues") else None


def hold_out(corpus: Corpus, name: str, *, texts: Mapping[str, str], files: Iterable[Path] = ()) -> int:
    """Marks dialogues and files as held out under a name, and returns how many dialogues are new to the marks.

    Marks are never taken back: a set that was seen once is no untouched set any more.

    Args:
        texts: {key of a dialogue's text: its id}.

    Raises DataError for a name that no set can have.
    """
    if not re.fullmatch(r"\w[\w.-]*", name) or name == "train":
        raise DataError(f"'{name}' cannot name a held-out set", remedy="use a word other than train, such as test")
    before = held_out(corpus)
    rows = [
        {"set": name, "kind": "text", "key": key, "name": id} for key, id in texts.items() if key not in before.texts
    ]
    new = len(rows)
    rows += [
        {"set": name, "kind": "file", "key": key, "name": path.name}
        for path in files
        if (key := file_key(path)) not in before.files
    ]
    corpus.add(TABLE, rows)
    return new
