"""One rule: a SQL predicate over metrics and tags, let through only when it is nothing else.

DuckDB parses; its syntax tree is checked against what an expression over one row may hold, so that a rule from an
untrusted recipe can neither read files nor depend on chance, time or settings.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from dialoom.errors import DialoomError, MissingExtra, nearest
from dialoom.quality._column import Column, sample
from dialoom.quality.metrics import METRICS

if TYPE_CHECKING:
    import duckdb

_ALLOWED = frozenset(
    ("COMPARISON", "CONJUNCTION", "OPERATOR", "BETWEEN", "CASE", "CAST", "TYPE", "CONSTANT", "COLUMN_REF", "FUNCTION")
)
_INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
_NUMBERS = frozenset((*_INTEGERS, *(f"U{name}" for name in _INTEGERS), "DECIMAL", "FLOAT", "DOUBLE"))
# DuckDB 1.4 lists these as depending on their arguments alone.
_IMPURE = frozenset(("current_setting", "getvariable"))
_EXAMPLE: Final = "compare metrics, as in turns >= 4"


class RuleError(DialoomError):
    """A rule cannot be used as written."""

    exit_code = 2

    def __init__(self, rule: str, what: str, remedy: str | None = None) -> None:
        super().__init__(f"rule '{rule}': {what}", remedy=remedy)


@dataclass(frozen=True, slots=True)
class Predicate:
    """A checked rule and the columns that it names, in the order they are named."""

    rule: str
    columns: tuple[Column, ...]


def connect() -> duckdb.DuckDBPyConnection:
    """An in-memory database of one thread that reaches no file, network, extension or Python variable.

    Without the optimizer a statement over a handful of rows takes half as long.
    """
    import duckdb

    connection = duckdb.connect(
        ":memory:",
        config={
            "threads": 1,
            "enable_external_access": False,
            "autoload_known_extensions": False,
            "autoinstall_known_extensions": False,
        },
    )
    connection.execute("PRAGMA disable_optimizer")
    # Division by zero is then NULL rather than an infinity that passes any lower bound.
    connection.execute("SET ieee_floating_point_ops = false")
    connection.execute("SET lock_configuration = true")
    return connection


def read_predicate(rule: str, connection: duckdb.DuckDBPyConnection, tags: Mapping[str, Column]) -> Predicate:
    """The rule, checked without any dialogue.

    Args:
        tags: the columns beside the metrics that it may name, by their names.

    Raises:
        RuleError: for bad syntax, an unknown metric or tag, anything but one expression over these, or one that is
            neither true nor false.
        MissingExtra: a metric that it names lacks something here, and is not among the tags.
    """
    predicate = _read(rule, connection, tags)
    kind = _type_of(predicate, connection)
    if kind != "BOOLEAN":
        raise RuleError(rule, f"it is not true or false but {kind}", "compare it, as in turns >= 4")
    return predicate


def read_score(score: str, connection: duckdb.DuckDBPyConnection, tags: Mapping[str, Column]) -> Predicate:
    """As `read_predicate`, for an expression that gives a number, or true or false."""
    predicate = _read(score, connection, tags)
    kind = _type_of(predicate, connection)
    if kind != "BOOLEAN" and kind.partition("(")[0] not in _NUMBERS:
        raise RuleError(score, f"it is no number but {kind}", "such as distinct_2 + balance")
    return predicate


def _read(rule: str, connection: duckdb.DuckDBPyConnection, tags: Mapping[str, Column]) -> Predicate:
    expression = _parse(rule, connection)
    columns: list[str] = []
    functions: set[str] = set()
    for node in _expressions(expression):
        kind = node["class"]
        if kind not in _ALLOWED:
            raise RuleError(rule, f"a {kind.lower().replace('_', ' ')} is not allowed", _EXAMPLE)
        if kind == "COLUMN_REF":
            columns.append(".".join(node["column_names"]))
        elif kind == "FUNCTION":
            functions.add(node["function_name"])
    named = dict.fromkeys(map(str.lower, columns))
    predicate = Predicate(rule, tuple(_column(rule, column, tags) for column in named))
    if not predicate.columns:
        raise RuleError(rule, "it names no metric", f"known: {', '.join([*METRICS.names(), *tags])}")
    _check_functions(rule, functions, connection)
    return predicate


def _parse(rule: str, connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    if not rule.strip():
        raise RuleError(rule, "it is empty", _EXAMPLE)
    tree = _syntax_tree(f"SELECT {rule}\n", connection)
    if tree["error"]:
        raise RuleError(rule, " ".join(tree["error_message"].split()))
    expressions, rest = _split_select(tree)
    if rest != _split_select(_syntax_tree("SELECT 1", connection))[1] or len(expressions) != 1:
        raise RuleError(rule, "it is not one expression", "write one SQL condition, without clauses or semicolons")
    return expressions[0]


def _syntax_tree(sql: str, connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    row = connection.execute("SELECT json_serialize_sql(?)", [sql]).fetchone()
    assert row is not None
    tree: dict[str, Any] = json.loads(row[0])
    return tree


def _split_select(tree: dict[str, Any]) -> tuple[list[dict[str, Any]], object]:
    """The selected expressions, and all else that the statements hold, without positions."""
    expressions = [one for statement in tree["statements"] for one in statement["node"].pop("select_list", [])]
    return expressions, _without_positions(tree)


def _without_positions(tree: object) -> object:
    if isinstance(tree, dict):
        return {key: _without_positions(value) for key, value in tree.items() if not key.startswith("query_location")}
    return [_without_positions(item) for item in tree] if isinstance(tree, list) else tree


def _expressions(tree: object) -> Iterator[dict[str, Any]]:
    """Every expression of a syntax tree, in the order written."""
    if isinstance(tree, dict):
        if "class" in tree:
            yield tree
        for value in tree.values():
            yield from _expressions(value)
    elif isinstance(tree, list):
        for item in tree:
            yield from _expressions(item)


def _column(rule: str, name: str, tags: Mapping[str, Column]) -> Column:
    names = METRICS.names()
    if name in names:
        metric = METRICS.load(name)
        if (lacking := metric.lacking()) is None:
            return metric
        if name not in tags:
            raise MissingExtra(f"{rule}: the metric '{name}' cannot be measured here", remedy=lacking)
    if name in tags:
        return tags[name]
    what = "metric or tag" if tags or "." in name else "metric"
    raise RuleError(rule, f"no {what} is called '{name}'", nearest(name, [*tags, *names]))


def _check_functions(rule: str, functions: set[str], connection: duckdb.DuckDBPyConnection) -> None:
    """Only functions of one row whose result depends on their arguments alone; operators are such by nature."""
    named = sorted(name for name in functions if name[0].isalpha() or name[0] == "_")
    if not named:
        return
    known = connection.execute(
        "SELECT function_name FROM duckdb_functions() WHERE function_name IN (SELECT unnest(?::VARCHAR[])) "
        "GROUP BY ALL HAVING bool_and(function_type = 'scalar' AND stability = 'CONSISTENT')",
        [named],
    ).fetchall()
    for name in named:
        if (name,) not in known or name in _IMPURE:
            raise RuleError(rule, f"the function '{name}' is not allowed", "use scalar functions of metrics")


def _type_of(predicate: Predicate, connection: duckdb.DuckDBPyConnection) -> str:
    """The SQL type of its value. Raises RuleError where DuckDB cannot bind it."""
    import duckdb

    query = f"SELECT ({predicate.rule}\n) FROM (SELECT {sample(predicate.columns)})"
    try:
        described = connection.execute(f"DESCRIBE {query}").fetchone()
        connection.execute(query).fetchall()
    except duckdb.OutOfRangeException:
        pass  # ln(turns - 1) fails for the sample's value only
    except duckdb.Error as error:
        raise RuleError(predicate.rule, " ".join(str(error).split("\n\n")[0].split())) from error
    return str(described[1]) if described else "nothing"
