"""What DuckDB refuses, told in dialoom's words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

import duckdb

from dialoom.corpus.tables import TABLES
from dialoom.errors import DialoomError, Place, StorageError, UsageError

_COLUMN = re.compile(r'(?:Referenced column|column named) "([^"]*)"')
_CANDIDATES = re.compile(r"Candidate bindings: (.*)")
_TABLE = re.compile(r'(?:Table with name|Referenced table) "?([^"\s]+)"? (?:does not exist|not found)')
_FUNCTION = re.compile(r"Function with name \"?([^\"\s]+)\"? does not exist!\s*(?:Did you mean \"([^\"]+)\")?")
_DESCRIBE = "dialoom corpus query 'DESCRIBE dialogues'"
_NO_COLUMN = (
    f"columns are listed by: {_DESCRIBE}; a text stands in '...', and what lies in tags or fields is "
    "json_extract(tags, '$.NAME')"
)
_OUT_OF_REACH = "a query reads the tables of the corpus alone: dialogues, " + ", ".join(TABLES)


def refused(error: duckdb.Error, columns: Iterable[str]) -> DialoomError:
    """The error for a statement over tables with these columns that DuckDB did not run."""
    said = str(error)
    if isinstance(error, (duckdb.OutOfMemoryException, duckdb.IOException)):
        return StorageError(
            f"the query cannot be run: {_plain(said)}",
            remedy="ask for fewer rows or columns, or free memory and space in the folder for temporary files (TMPDIR)",
        )
    what, remedy = _told(said, set(columns))
    return UsageError(what, place=Place(field="sql"), remedy=remedy)


def _told(said: str, columns: set[str]) -> tuple[str, str]:
    if found := _COLUMN.search(said):
        offered = _CANDIDATES.search(said)
        named = re.findall(r'"(?:[^".]*\.)?([^".]+)"', offered[1]) if offered else []
        known = [name for name in {*columns, *named} if not name.startswith("_")]
        return f"there is no column '{found[1]}'", _nearest(found[1], known) or _NO_COLUMN
    if found := _TABLE.search(said):
        known = ["dialogues", *TABLES]
        return f"there is no table '{found[1]}'", _nearest(found[1], known) or _OUT_OF_REACH
    if found := _FUNCTION.search(said):
        remedy = f"did you mean '{found[2]}'?" if found[2] else "functions are those of DuckDB"
        return f"there is no function '{found[1]}'", remedy
    if "disabled by configuration" in said or "configuration has been locked" in said:
        return "a file, the network or a setting is out of a query's reach", _OUT_OF_REACH
    if said.startswith("Parser Error"):
        return f"the SQL does not parse: {_plain(said)}", "write it in DuckDB's dialect"
    return f"the SQL cannot be run: {_plain(said)}", f"columns and their types: {_DESCRIBE}"


def _nearest(name: str, known: Iterable[str]) -> str | None:
    close = get_close_matches(name.lower(), sorted(known), n=1, cutoff=0.6)
    return f"did you mean '{close[0]}'?" if close else None


def _plain(said: str) -> str:
    """The first line, without the class of the error."""
    return re.sub(r"^(?:[\w ]+ Error|Error): ", "", said.partition("\n")[0]).rstrip("!.")
