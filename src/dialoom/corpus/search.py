"""Finding a dialogue in many versions of a corpus at little more than the cost of one."""

from __future__ import annotations

import pyarrow as pa

from dialoom.corpus._lance import reading
from dialoom.corpus._load_lance import lance
from dialoom.errors import UsageError

_ADDRESS = "_rowaddr"
_FRAGMENT_BITS = 32
_Key = tuple[int, tuple[str, ...], str]


class Search:
    """Looks for the dialogues with an id; several runs may have made one of it each.

    Versions share most of their files, so each file is read once, whichever versions it is in.
    """

    def __init__(self, name: str) -> None:
        if any("\ud800" <= sign <= "\udfff" for sign in name):
            raise UsageError("the id holds bytes that are no UTF-8", remedy="copy it from: dialoom corpus query")
        quoted = name.replace("'", "''")
        self._filter = f"id = '{quoted}'"
        self._known: dict[_Key, pa.Table] = {}

    def rows(self, table: lance.LanceDataset) -> pa.Table:
        """The rows of a version that have the id."""
        fragments = {_key(fragment): fragment for fragment in table.get_fragments()}
        unknown = [fragment for key, fragment in fragments.items() if key not in self._known]
        if unknown:
            # Lance itself filters here: it reads the other columns of the rows that match alone.
            with reading(table):
                found = table.scanner(filter=self._filter, fragments=unknown, with_row_address=True).to_table()
            homes = [address >> _FRAGMENT_BITS for address in found.column(_ADDRESS).to_pylist()]
            for fragment in unknown:
                its = [row for row, home in enumerate(homes) if home == fragment.fragment_id]
                self._known[_key(fragment)] = found.take(pa.array(its, pa.int64())).drop_columns([_ADDRESS])
        tables = [self._known[key] for key in fragments]
        return pa.concat_tables(tables, promote_options="default") if tables else table.schema.empty_table()


def _key(fragment: lance.LanceFragment) -> _Key:
    """The files of a fragment, with the list of those of its rows that are gone: what tells its content."""
    held = fragment.metadata
    return held.id, tuple(file.path for file in held.files), str(held.deletion_file)
