"""What imports brought to a corpus before: a dialogue is known again under another file's name or in another form."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from pydantic_core import to_json

from dialoom.dialogue import Dialogue

if TYPE_CHECKING:
    from dialoom.corpus.corpus import Corpus

RUN = "import-"
_NO_CONTENT = {"lineage": {"position", "source"}}


class Home(NamedTuple):
    """Where a dialogue lies: its run and its id there."""

    run: str
    id: str


class Known:
    """The dialogues that imports brought, by content and by id.

    A row without an id of its own was once called after its file and its place there; those are known by content alone.
    """

    def __init__(self, corpus: Corpus) -> None:
        self._homes: dict[bytes, Home] = {}
        self._by_id: dict[str, Home] = {}
        self._unnamed: dict[bytes, list[Home]] = defaultdict(list)
        self._places: dict[tuple[str, int], Home] = {}
        self._met: Counter[bytes] = Counter()
        imported, version = f"starts_with(run, '{RUN}')", corpus.version
        runs = corpus.query(
            f"SELECT run FROM dialogues WHERE {imported} ORDER BY run, position, id", version=version
        ).column(0)
        for run, dialogue in zip(runs.to_pylist(), corpus.dialogues(version, where=imported), strict=True):
            home = Home(run, dialogue.id)
            if _called_after_its_file(dialogue):
                self._unnamed[_key(dialogue, "")].append(home)
                self._places[run, dialogue.lineage.position[0]] = home
            else:
                self._keep(dialogue, home)

    def start_file(self) -> None:
        """From here on rows of another file are asked about: equal rows are counted anew."""
        self._met.clear()

    def same(self, dialogue: Dialogue) -> Home | None:
        """Where a dialogue of this content lies. Of equal ones without ids each answers for one row of a file."""
        home = self._homes.get(_key(dialogue, dialogue.id))
        if home is not None:
            return home
        key = _key(dialogue, "")
        homes = self._unnamed.get(key, ())
        if self._met[key] == len(homes):
            return None
        self._met[key] += 1
        return homes[self._met[key] - 1]

    def of_id(self, id: str) -> Home | None:
        """Where the dialogue of this id lies, whatever it holds; the last one that was brought."""
        return self._by_id.get(id)

    def once_at(self, run: str, place: int) -> Home | None:
        """Where a dialogue lies that is called after its place in the file of a run."""
        return self._places.get((run, place))

    def add(self, dialogue: Dialogue, home: Home) -> None:
        """Notes what was added, or took the place of what lay there."""
        if home.id == dialogue.id:
            self._keep(dialogue, home)
        else:
            key = _key(dialogue, "")
            self._unnamed[key].append(home)
            self._met[key] += 1

    def _keep(self, dialogue: Dialogue, home: Home) -> None:
        self._homes[_key(dialogue, dialogue.id)] = home
        self._by_id[dialogue.id] = home


def _called_after_its_file(dialogue: Dialogue) -> bool:
    name, _, number = dialogue.id.rpartition(":")
    source = dialogue.lineage.source or ""
    return bool(name) and re.fullmatch(r"\d+", number) is not None and source.startswith(name)


def _key(dialogue: Dialogue, id: str) -> bytes:
    content = dialogue.model_dump(mode="json", exclude_defaults=True, exclude=_NO_CONTENT) | {"id": id}
    return blake2b(to_json(content, inf_nan_mode="null"), digest_size=16).digest()
