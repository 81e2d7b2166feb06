"""What two versions differ in: rows, and what they come to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa

from dialoom.corpus import history
from dialoom.corpus._load_lance import lance
from dialoom.corpus._sql import Rows, arrow
from dialoom.corpus.scan import rows_of
from dialoom.corpus.schema import content_hash

if TYPE_CHECKING:
    from dialoom.corpus.corpus import Corpus

_CHANGED = """
SELECT coalesce(a.run, b.run) AS run, coalesce(a.id, b.id) AS id,
       CASE WHEN a.id IS NULL THEN 'added' WHEN b.id IS NULL THEN 'removed' ELSE 'changed' END AS how
FROM (SELECT run, id, hash FROM former) a FULL JOIN (SELECT run, id, hash FROM latter) b USING (run, id)
WHERE a.hash IS DISTINCT FROM b.hash
ORDER BY run, id
"""

_TOPICS = """
SELECT topic, sum(n)::BIGINT AS more
FROM (SELECT topic, count(*) AS n FROM latter GROUP BY topic
      UNION ALL SELECT topic, -count(*) FROM former GROUP BY topic)
WHERE topic IS NOT NULL GROUP BY topic HAVING sum(n) <> 0 ORDER BY abs(sum(n)) DESC, topic
"""


class Row(NamedTuple):
    """A dialogue by its run and id."""

    run: str
    id: str


class Diff(NamedTuple):
    """What a version has that another had not, and the other way round.

    Attributes:
        changed: dialogues that both have, with another content.
        means: for `turns` and each numeric tag the mean before and after, None where no row has it.
        topics: how many more (or fewer) dialogues of each topic there are.
    """

    before: int
    after: int
    hashes: tuple[str, str]
    rows: tuple[int, int]
    added: tuple[Row, ...]
    removed: tuple[Row, ...]
    changed: tuple[Row, ...]
    means: dict[str, tuple[float | None, float | None]]
    topics: dict[str, int]


def diff(corpus: Corpus, before: int, after: int) -> Diff:
    """What turned one version into another; the order of the two may be either."""
    former, latter = corpus.at(before), corpus.at(after)
    rows: dict[str, list[Row]] = {"added": [], "removed": [], "changed": []}
    for row in arrow(latter, _CHANGED, former=_keyed(former), latter=_keyed(latter)).to_pylist():
        rows[row["how"]].append(Row(row["run"], row["id"]))
    told = {version.number: version for version in history.versions(corpus)}
    first, second = told[before], told[after]
    means = first.means, second.means
    topics = arrow(latter, _TOPICS, former=Rows(former), latter=Rows(latter)).to_pylist()
    return Diff(
        before=before,
        after=after,
        hashes=(first.hash, second.hash),
        rows=(first.rows, second.rows),
        added=tuple(rows["added"]),
        removed=tuple(rows["removed"]),
        changed=tuple(rows["changed"]),
        means={name: (means[0].get(name), means[1].get(name)) for name in sorted(means[0].keys() | means[1].keys())},
        topics={row["topic"]: row["more"] for row in topics},
    )


def _keyed(table: lance.LanceDataset) -> Any:
    """Run, id and hash of the rows; reckoned where the version is older than the column."""
    if "hash" in table.schema.names:
        return Rows(table)
    rows = [{"run": row["run"], "id": row["id"], "hash": content_hash(row)} for row in rows_of(table)]
    return pa.Table.from_pylist(rows, schema=pa.schema({"run": pa.string(), "id": pa.string(), "hash": pa.binary(16)}))
