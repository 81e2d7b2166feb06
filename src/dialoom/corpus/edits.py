"""Commits that look at what is there: they take dialogues out, bring what is missing, or put other content in a place.

Each is worked out on the newest version, and again on a newer one where another process's commit came between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import pyarrow as pa

from dialoom.corpus import _lance
from dialoom.corpus._delete import deletion
from dialoom.corpus._load_lance import lance
from dialoom.corpus._sql import OFFSET, ROW_ID, arrow, select
from dialoom.corpus._upgrade import upgrade
from dialoom.corpus.changes import Change
from dialoom.corpus.held_out import held_out, hold_out, text_key
from dialoom.corpus.schema import SCHEMA, completed, dialogues_of, rows_of
from dialoom.corpus.tally import COLUMNS, Tally
from dialoom.dialogue import Dialogue

if TYPE_CHECKING:
    from dialoom.corpus.corpus import Corpus

T = TypeVar("T")
ORDER = "run, position, id"
_CHUNK = 256
# No fragment has this number. Lance refuses a commit that says to replace a fragment which another has replaced since.
_NO_FRAGMENT = 2**32 - 1


class Changed(NamedTuple):
    """What a removal took out, or a putting back brought: in which version, and the ids, in the order of their runs."""

    version: int
    ids: tuple[str, ...]


def remove(corpus: Corpus, where: str, why: str | None) -> Changed:
    """Removes the dialogues that match."""

    def attempt(table: lance.LanceDataset) -> Changed:
        found = arrow(table, select(f"{ROW_ID}, {OFFSET}, id", where=where, order=ORDER))
        if not len(found):
            return Changed(int(table.version), ())
        change = Change("remove", _tally_at(table, found.column(1)), why)
        taken = deletion(table, found.column(0).to_pylist()).operation()
        number = _lance.commit(table, taken, f"remove {len(found):,} where {where}", change.properties())
        return Changed(number, tuple(found.column(2).to_pylist()))

    return _changed(corpus, "remove from", attempt)


def put_back(corpus: Corpus, version: int, where: str, why: str | None) -> Changed:
    """Brings dialogues of a version that match, and are not in the newest one.

    Of two processes that do so at once one commits first; the other then sees what is there.
    """
    missing = (
        f"SELECT offsets, id FROM ({select(f'{OFFSET} AS offsets, run, position, id', where=where)}) "
        f"ANTI JOIN there USING (run, id) ORDER BY {ORDER}"
    )
    old = corpus.at(version)

    def attempt(table: lance.LanceDataset) -> Changed:
        found = arrow(old, missing, there=arrow(table, select("run, id")))
        if not len(found):
            return Changed(int(table.version), ())
        rows = old.take(found.column(0).combine_chunks())
        whole = completed(rows) if "hash" not in rows.schema.names else rows.select(SCHEMA.names)
        change = Change("put back", Tally.of(whole.select(COLUMNS).to_pylist()), why)
        operation = lance.LanceOperation.Update(
            removed_fragment_ids=[_NO_FRAGMENT], new_fragments=_written(corpus, whole)
        )
        message = f"put back {len(found):,} of version {version} where {where}"
        number = _lance.commit(table, operation, message, change.properties())
        return Changed(number, tuple(found.column(1).to_pylist()))

    return _changed(corpus, "put back into", attempt)


def append_missing(corpus: Corpus, dialogues: Sequence[Dialogue], run: str, batch: str) -> Changed:
    """Appends the dialogues whose ids the run does not hold yet.

    Of two processes that do so at once one commits first; the other then sees what is there.
    """
    asked = pa.table({"run": [run] * len(dialogues), "id": [each.id for each in dialogues]})

    def attempt(table: lance.LanceDataset) -> Changed:
        there = set(
            arrow(table, "SELECT id FROM dialogues SEMI JOIN asked USING (run, id)", asked=asked)[0].to_pylist()
        )
        missing = [each for each in dialogues if each.id not in there]
        if not missing:
            return Changed(int(table.version), ())
        rows = rows_of(missing, run=run, batch=batch)
        recipes = tuple(dict.fromkeys(row["recipe_hash"] for row in rows if row["recipe_hash"]))
        change = Change("append", Tally.of(rows), run=run, batch=batch, recipes=recipes)
        operation = lance.LanceOperation.Update(
            removed_fragment_ids=[_NO_FRAGMENT],
            new_fragments=_written(corpus, pa.Table.from_pylist(rows, schema=SCHEMA)),
        )
        message = f"append {len(rows)} of run {run}, batch {batch}"
        number = _lance.commit(table, operation, message, change.properties())
        return Changed(number, tuple(each.id for each in missing))

    return _changed(corpus, "append to", attempt)


def update(corpus: Corpus, dialogues: Mapping[tuple[str, str], Dialogue], why: str | None) -> Changed:
    """Puts other content in the place of dialogues, by run and id; batch, position, source and held-out marks stay."""
    wanted = pa.table({"run": [run for run, _ in dialogues], "id": [name for _, name in dialogues]})
    columns = f"{ROW_ID}, {OFFSET}, run, batch, id, position, lineage->>'$.source' AS source"
    asked = f"SELECT {columns} FROM dialogues SEMI JOIN wanted USING (run, id)"

    def attempt(table: lance.LanceDataset) -> Changed:
        found = arrow(table, f"{asked} ORDER BY {ORDER}", wanted=wanted)
        if not len(found):
            return Changed(int(table.version), ())
        _hold_on(corpus, table, found, dialogues)
        rows = [row for old in found.to_pylist() for row in _in_place(old, dialogues[old["run"], old["id"]])]
        change = Change("update", Tally.of(rows), why, gone=_tally_at(table, found.column(1)))
        gone = deletion(table, found.column(0).to_pylist())
        operation = lance.LanceOperation.Update(
            removed_fragment_ids=gone.gone,
            updated_fragments=gone.updated,
            new_fragments=_written(corpus, pa.Table.from_pylist(rows, schema=SCHEMA)),
        )
        number = _lance.commit(table, operation, f"update {len(found):,}", change.properties())
        return Changed(number, tuple(found.column(4).to_pylist()))

    return _changed(corpus, "update", attempt)


def restore(corpus: Corpus, version: int, why: str | None) -> int:
    """Makes the newest version what an older one was."""
    corpus.at(version)
    change = Change("restore", why=why)

    def attempt(table: lance.LanceDataset) -> int:
        operation = lance.LanceOperation.Restore(version)
        return _lance.commit(table, operation, f"restore version {version}", change.properties())

    with _lance.storage("restore", corpus.place):
        number = _lance.patiently(lambda: attempt(corpus.at(None)))
    upgrade(corpus.at(None), corpus.place)
    return number


def parts(offsets: pa.ChunkedArray) -> Iterator[pa.Array]:
    """Offsets of rows, some at a time."""
    for start in range(0, len(offsets), _CHUNK):
        yield offsets.slice(start, _CHUNK).combine_chunks()


def _changed(corpus: Corpus, doing: str, attempt: Callable[[lance.LanceDataset], T]) -> T:
    upgrade(corpus.at(None), corpus.place)
    with _lance.storage(doing, corpus.place):
        return _lance.patiently(lambda: attempt(corpus.at(None)))


def _tally_at(table: lance.LanceDataset, offsets: pa.ChunkedArray) -> Tally:
    rows = (table.take(part, columns=list(COLUMNS)).to_pylist() for part in parts(offsets))
    return Tally.of(row for some in rows for row in some)


def _written(corpus: Corpus, rows: pa.Table) -> list[lance.FragmentMetadata]:
    location = corpus.place
    return lance.fragment.write_fragments(rows, location.table("dialogues"), storage_options=dict(location.options))


def _hold_on(
    corpus: Corpus, table: lance.LanceDataset, found: pa.Table, dialogues: Mapping[tuple[str, str], Dialogue]
) -> None:
    """Holds the new content out where the old is held out: a mark goes by the text."""
    marks = held_out(corpus).texts
    if not marks:
        return
    olds = (old for part in parts(found.column(1)) for old in dialogues_of(table.take(part)))
    texts: dict[str, dict[str, str]] = {}
    for place, old in zip(found.to_pylist(), olds, strict=True):
        name = marks.get(text_key(old.text()))
        if name is not None:
            texts.setdefault(name, {})[text_key(dialogues[place["run"], place["id"]].text())] = old.id
    for name, its in texts.items():
        hold_out(corpus, name, texts=its)


def _in_place(old: Mapping[str, object], dialogue: Dialogue) -> list[dict[str, object]]:
    lineage = dialogue.lineage.model_copy(update={name: old[name] for name in ("position", "source")})
    placed = dialogue.model_copy(update={"lineage": lineage})
    return rows_of([placed], run=str(old["run"]), batch=str(old["batch"]))
