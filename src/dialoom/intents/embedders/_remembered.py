"""Vectors by text, so that no text is embedded twice: in memory, and in a file where the user names a folder."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from dialoom.errors import Place, StorageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dialoom.quality.embedding import Embed

_AT_ONCE = 500


class Remembered:
    """An embedder with a memory: called with texts it gives vectors of length 1, one a row.

    Args:
        load: loads the model; called only when a text is not known.
        name: the model's; each has a file of its own, NAME.sqlite, that several processes may share.
        folder: where that lies; without one, vectors are remembered as long as this object is.

    Raises StorageError, when called, where the file cannot be used.
    """

    def __init__(self, load: Callable[[], Embed], name: str, folder: Path | None = None) -> None:
        self.name = name
        self._load = load
        self._file = None if folder is None else folder / f"{name}.sqlite"
        self._embed: Embed | None = None
        self._held: dict[str, NDArray[np.float32]] = {}

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        import numpy as np

        unknown = [text for text in dict.fromkeys(texts) if text not in self._held]
        if unknown and self._file is not None:
            self._recall(unknown, self._file)
            unknown = [text for text in unknown if text not in self._held]
        if unknown:
            if self._embed is None:
                self._embed = self._load()
            made = np.asarray(self._embed(unknown), dtype=np.float32)
            self._held.update(zip(unknown, made, strict=True))
            if self._file is not None:
                self._keep(unknown, self._file)
        if not texts:
            return np.zeros((0, 0), dtype=np.float32)
        return np.stack([self._held[text] for text in texts])

    def _recall(self, texts: Sequence[str], file: Path) -> None:
        import numpy as np

        if not file.is_file():
            return
        by_key = {_key(text): text for text in texts}
        keys = list(by_key)
        try:
            with sqlite3.connect(file, timeout=60) as held:
                for start in range(0, len(keys), _AT_ONCE):
                    asked = keys[start : start + _AT_ONCE]
                    marks = ",".join("?" * len(asked))
                    for key, vector in held.execute(f"SELECT text, vector FROM vectors WHERE text IN ({marks})", asked):
                        self._held[by_key[key]] = np.frombuffer(vector, dtype="<f4")
            held.close()
        except sqlite3.Error as error:
            raise _unusable(file, error) from error

    def _keep(self, texts: Sequence[str], file: Path) -> None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with sqlite3.connect(file, timeout=60) as held:
                held.execute("CREATE TABLE IF NOT EXISTS vectors (text BLOB PRIMARY KEY, vector BLOB) WITHOUT ROWID")
                held.executemany(
                    "INSERT OR REPLACE INTO vectors VALUES (?, ?)",
                    ((_key(text), self._held[text].astype("<f4").tobytes()) for text in texts),
                )
            held.close()
        except sqlite3.Error as error:
            raise _unusable(file, error) from error


def _key(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _unusable(file: Path, error: sqlite3.Error) -> StorageError:
    return StorageError(
        f"the remembered vectors cannot be used: {error}", place=Place(str(file)), remedy="name another folder"
    )
