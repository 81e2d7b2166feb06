"""The versions of a corpus: what each changed, why, and what it then held.

Each commit says what it changed; adding that up from the first version gives the rows, the content hash and the means
of every version. The sums are kept in the table `changes`, so that only versions that came since are added up.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from orjson import loads

from dialoom.corpus._failures import ROOTS
from dialoom.corpus._lance import storage
from dialoom.corpus._load_lance import LANCE_COMMIT_MESSAGE_KEY, lance
from dialoom.corpus.changes import Change
from dialoom.corpus.scan import tally_of
from dialoom.corpus.tally import Tally
from dialoom.errors import StorageError

if TYPE_CHECKING:
    from dialoom.corpus.corpus import Corpus

_TABLE = "changes"
# What changes files or columns and no row. Lance's Python does not tell the reservation before a merge by its name.
_SAME_ROWS = {
    "Rewrite": ("compact", "compact: small files were merged"),
    "BaseOperation": ("compact", "compact: numbers for the merged files were reserved"),
    "Merge": ("columns", "columns were added, for what a newer dialoom keeps"),
    "Project": ("columns", "columns were taken out or renamed"),
    "UpdateConfig": ("settings", "settings of the table were changed"),
    "CreateIndex": ("index", "an index was made"),
}
SAME_ROWS_KINDS = frozenset(kind for kind, _ in _SAME_ROWS.values())
# As an earlier dialoom noted them.
_FORMER = {name.lower(): words for name, words in _SAME_ROWS.items()}


class Version(NamedTuple):
    """One immutable state of the corpus, and the change that made it.

    Attributes:
        kind: `append`, `remove`, `put back`, `update`, `restore`; `compact`, `columns`, `settings` or `index` where no
            row changed; else what another program did.
        what: the commit in a line; `why` the reason that was given for it.
        run, batch: whose rows it brought, where it is one run's or batch's.
        recipes: hashes of the recipes that made the rows it brought.
        added, removed: how many rows came and went; `rows` how many it then held.
        hash: content hash of all its rows, the same for the same dialogues, however they came there.
        sums: for `turns` and each numeric tag how many rows have it, and its total.
        topics, intents: those of the rows that came or went, the frequent ones by name.
    """

    number: int
    at: datetime
    kind: str
    what: str
    why: str | None
    run: str | None
    batch: str | None
    recipes: tuple[str, ...]
    added: int
    removed: int
    rows: int
    hash: str
    sums: dict[str, list[float]]
    topics: dict[str, int]
    intents: dict[str, int]

    @property
    def means(self) -> dict[str, float]:
        """The mean of each numeric tag and of `turns`, over the rows that have it."""
        return self.state.means()

    @property
    def state(self) -> Tally:
        """What it held, as sums."""
        return Tally(self.rows, int(self.hash, 16), self.sums)


def versions(corpus: Corpus) -> list[Version]:
    """Every version that is still there, oldest first."""
    known = _recorded(corpus)
    table = corpus.at(None)
    if table.version not in known:
        with storage("read the history of", corpus.place):
            new = _added_up(corpus, table, known)
        known |= {version.number: version for version in new}
        _record(corpus, new)
    return [known[number] for number in sorted(known)]


def _recorded(corpus: Corpus) -> dict[int, Version]:
    return {row["version"]: _version(row) for row in corpus.read(_TABLE).to_pylist()}


def _record(corpus: Corpus, new: list[Version]) -> None:
    try:
        corpus.add(_TABLE, [_row(version) for version in new])
    except StorageError:
        # A corpus that can only be read has a history all the same; it is added up again the next time.
        return


def _added_up(corpus: Corpus, table: lance.LanceDataset, known: dict[int, Version]) -> list[Version]:
    states = {number: version.state for number, version in known.items()}
    state = states[max(states)] if states else Tally()
    listed = _Listed(table)
    new = []
    for number, transaction in _unknown(table, states, listed):
        before = state
        said = (transaction.transaction_properties if transaction else None) or {}
        made: Any = transaction.operation if transaction else None
        operation = type(made).__name__ if transaction else "unknown"
        change = Change.read(said)
        came, went = Tally(), Tally()
        kind, what = _SAME_ROWS.get(operation, (operation.lower(), operation.lower()))
        if number > 1 and number - 1 not in states:
            # Another program cleaned older versions away.
            state = tally_of(corpus.at(number))
        elif change is not None and change.tally is not None:
            came, went = change.came, change.went
            state = before.plus(went, -1).plus(came)
        elif operation == "Restore" and made.version in states:
            state = states[made.version]
        elif operation not in _SAME_ROWS:
            state = tally_of(corpus.at(number))
        states[number] = state
        new.append(
            Version(
                number=number,
                at=change.at if change else listed.times[number],
                kind=change.kind if change else kind,
                what=said.get(LANCE_COMMIT_MESSAGE_KEY, what),
                why=change.why if change else None,
                run=said.get("run"),
                batch=said.get("batch"),
                recipes=change.recipes if change else (),
                added=came.rows or max(0, state.rows - before.rows),
                removed=went.rows or max(0, before.rows - state.rows),
                rows=state.rows,
                hash=state.hex,
                sums=state.sums,
                topics=dict((came if came.rows else went).topics),
                intents=dict((came if came.rows else went).intents),
            )
        )
    return new


def _unknown(table: lance.LanceDataset, states: dict[int, Tally], listed: _Listed) -> Iterator[tuple[int, Any]]:
    """The versions after those that are known, with their transactions.

    All are listed only where one is missing, as that reads each of them.
    """
    first = number = max(states, default=0) + 1
    try:
        for number in range(first, table.version + 1):
            yield number, table.read_transaction(number)
    except ROOTS:
        for there in sorted(each for each in listed.times if each >= number):
            yield there, table.read_transaction(there)


class _Listed:
    """The times of the versions that are still there."""

    def __init__(self, table: lance.LanceDataset) -> None:
        self._table = table

    @cached_property
    def times(self) -> dict[int, datetime]:
        entries = self._table.versions()  # type: ignore[no-untyped-call]
        return {int(entry["version"]): entry["timestamp"].astimezone(UTC) for entry in entries}


def _row(version: Version) -> dict[str, Any]:
    row = version._asdict()
    row["version"] = row.pop("number")
    return row


def _version(row: dict[str, Any]) -> Version:
    if row["kind"] in _FORMER:
        kind, what = _FORMER[row["kind"]]
        row = row | {"kind": kind, "what": what if row["what"] == row["kind"] else row["what"]}
    parsed = {name: loads(row[name]) for name in ("sums", "topics", "intents")}
    plain = {name: row[name] for name in Version._fields if name not in ("number", "recipes", *parsed)}
    return Version(number=row["version"], recipes=tuple(loads(row["recipes"])), **plain, **parsed)
