"""Which dialogues were made from others: shown as examples, or what their record began as."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from dialoom.corpus import _lance
from dialoom.corpus._load_lance import lance

if TYPE_CHECKING:
    from dialoom.corpus.corpus import Corpus


class Derived(NamedTuple):
    """A dialogue that was made from others, and from which of those that were asked about."""

    run: str
    id: str
    sources: tuple[str, ...]


def derived(corpus: Corpus, ids: Iterable[str], *, version: int | None = None) -> list[Derived]:
    """The dialogues of a version that were made from these, and those made from them in turn, nearest first.

    Asking after a removal, with the ids that it took out, tells what else may have to go.
    """
    table = corpus.at(version)
    if "made_from" not in table.schema.names:
        return []
    made: list[Derived] = []
    known, new = set[str](), set(ids)
    while new:
        known |= new
        with _lance.storage("read", corpus.place):
            fresh = sorted(each for each in _children(table, new) if each.id not in known)
        made += fresh
        new = {each.id for each in fresh}
    return made


def _children(table: lance.LanceDataset, ids: set[str]) -> Iterator[Derived]:
    wanted = pa.array(ids, pa.string())
    for batch in table.to_batches(columns=["run", "id", "made_from"]):
        sources = batch["made_from"]
        hits = pc.is_in(sources.flatten(), value_set=wanted)
        if hits.true_count:
            rows = pc.unique(pc.list_parent_indices(sources).filter(hits))
            for row in batch.take(rows).to_pylist():
                yield Derived(row["run"], row["id"], tuple(sorted(ids.intersection(row["made_from"]))))
