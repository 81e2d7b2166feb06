"""What is done to the rows of a source, each alone and together."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from dialoom.errors import DialoomError
from tests.graph.sources.test_kinds import read, refusal
from tests.graph.written import problems

ROWS = [
    {"name": "Ana", "age": 31, "city": "Bonn"},
    {"name": "Tom", "age": 17, "city": "Ulm"},
    {"name": "Eva", "age": 45, "city": "Ulm"},
    {"name": "Jon", "age": None, "city": "Bonn"},
]


def names(folder: Path, **fields: Any) -> list[Any]:
    return [row["name"] for row in read(folder, {"rows": ROWS, **fields})]


def test_where(tmp_path: Path) -> None:
    assert names(tmp_path, where="age > 18 AND city = 'Bonn'") == ["Ana"]
    assert names(tmp_path, where="age IS NULL -- nobody knows") == ["Jon"]
    assert names(tmp_path, where="length(name) = 3", limit=2) == ["Ana", "Tom"]


def test_where_looks_at_the_rest_as_at_the_first(tmp_path: Path) -> None:
    """Types may differ from batch to batch, and a field may be missing from most rows."""
    rows: list[dict[str, Any]] = [{"n": n} for n in range(5000)]
    rows[1]["late"] = True
    rows[4000] = {"n": 4000.5, "late": True, "more": {"x": [1]}}
    assert read(tmp_path, {"rows": rows, "where": "late"}) == [rows[1], rows[4000]]
    assert len(read(tmp_path, {"rows": rows, "where": "n >= 4000"})) == 1000


def test_select_and_rename(tmp_path: Path) -> None:
    assert read(tmp_path, {"rows": ROWS, "select": ["city"], "limit": 1}) == [{"city": "Bonn"}]
    made = read(tmp_path, {"rows": ROWS, "select": {"who": "upper(name)", "old": "age > 40"}, "where": "age > 20"})
    assert made == [{"who": "ANA", "old": False}, {"who": "EVA", "old": True}]
    assert read(tmp_path, {"rows": [{"a": 1, "b": 2}], "rename": {"a": "b", "b": "a"}}) == [{"b": 1, "a": 2}]
    assert read(tmp_path, {"rows": [{"day": "2024-02-03"}], "select": {"d": "day::DATE + 1"}})[0]["d"][:10] == (
        "2024-02-04"
    )


def test_shuffle_sample_and_distinct(tmp_path: Path) -> None:
    rows = [{"n": n, "half": n // 2} for n in range(5000)]
    mixed = read(tmp_path, {"rows": rows, "shuffle": 7})
    assert mixed != rows
    assert sorted(row["n"] for row in mixed) == list(range(5000))
    assert read(tmp_path, {"rows": rows, "shuffle": 8}) != mixed
    part = read(tmp_path, {"rows": rows, "sample": 0.1})
    assert 400 < len(part) < 600
    assert read(tmp_path, {"rows": rows, "sample": 0.1, "seed": 1}) != part
    # What is added at the end changes nothing before it.
    assert read(tmp_path, {"rows": rows[:4000], "sample": 0.1}) == [row for row in part if row["n"] < 4000]
    assert [row["n"] for row in read(tmp_path, {"rows": rows, "distinct": ["half"]})] == list(range(0, 5000, 2))
    assert read(tmp_path, {"rows": [*ROWS, *ROWS], "distinct": []}) == ROWS


def test_own_function(tmp_path: Path) -> None:
    (tmp_path / "steps.py").write_text(
        "def grown(age, **rest):\n    return None if age is None else {'grown': age > 17}\n"
        "def twice(name):\n    return [{'name': name}, {'name': name + name}]\n"
        "def bad(name):\n    return {'x': 1 / (name != 'Tom')}\n"
        "def seven():\n    return 7\n"
    )
    made = read(tmp_path, {"rows": ROWS, "call": "steps.py:grown"})
    assert [row["grown"] for row in made] == [True, False, True]
    assert names(tmp_path, call="steps.py:twice", limit=2) == ["Ana", "AnaAna"]
    assert "row 2: " in refusal(tmp_path, {"rows": ROWS, "call": "steps.py:bad"})
    assert "returned int" in refusal(tmp_path, {"rows": ROWS, "call": "steps.py:seven"})
    assert "did you mean 'grown'" in refusal(tmp_path, {"rows": ROWS, "call": "steps.py:grwn"})


@pytest.mark.parametrize(
    ("fields", "place", "hint"),
    [
        ("where: agee > 3", "where", "no row has the field 'agee' (did you mean 'age'"),
        ("where: age >", "where", "does not parse"),
        ("where: age > 'x'", "where", "rows 1 to 4"),
        ("where: random() > 0.5", "where", "random() gives something else"),
        ("where: current_date > '2024-01-01'", "where", "gives something else"),
        ("where: age > 90", "rows", "nothing passed its where"),
        ("select: [nme]", "select", "did you mean 'name'"),
        ("select: {who: uper(name)}", "select", "uper"),
        ("rename: {nme: who}", "rename", "did you mean 'name'"),
        ("rename: {name: city}", "rename", "have a field 'city' already"),
        ("distinct: [nme]", "distinct", "did you mean 'name'"),
        ("sample: 1.5", "sample", "at most 1"),
        ("call: absent.py:f", "call", "no file absent.py"),
        ("where: \"(SELECT count(*) FROM 'x.csv') > 1\"", "where", "x.csv"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, fields: str, place: str, hint: str) -> None:
    rows = "  rows: [{name: Ana, age: 31, city: Bonn}, {name: Tom, age: 17}, {name: A}, {name: B}]\n"
    text = f"recipe: r\nsource:\n{rows}  {fields}\nnodes: {{s: {{kind: sample, fields: {{x: [1]}}}}}}\n"
    (said,) = problems(tmp_path, text)
    line = 3 if place == "rows" else 4
    assert said.startswith(f"recipe.yaml:{line}, source.{place}"), said
    assert hint in said


def test_the_fields_that_come_out_are_known_to_check(tmp_path: Path) -> None:
    text = (
        "recipe: r\nmodels: {writer: http://127.0.0.1:9/v1}\n"
        "source: {rows: [{a: 1, b: 2}], select: {x: a + b}, rename: {x: y}}\n"
        "nodes: {g: {kind: generate, prompt: '{{ y }} {{ %s }}'}}\n"
    )
    assert problems(tmp_path, text % "y") == []
    (said,) = problems(tmp_path, text % "a")
    assert "'a', which nothing before it writes" in said


CITIES = [{"city": "Bonn", "river": "Rhine"}, {"city": "Ulm", "river": "Danube"}, {"city": "Rom", "river": "Tiber"}]


def joined(folder: Path, how: str, one: Any, two: Any, **fields: Any) -> list[dict[str, Any]]:
    return read(folder, {"join": how, "of": {"one": one, "two": two}, **fields})


def test_joins_by_key(tmp_path: Path) -> None:
    (tmp_path / "cities.csv").write_text("id,river\n1,Rhine\n2,Danube\n2,Iller\n9,Tiber\n")
    people = [{"name": "Ana", "place": 2}, {"name": "Tom", "place": 7}, {"name": "Eva", "place": 1.0}]
    on = {"one": "place", "two": "id"}
    made = joined(tmp_path, "inner", people, "cities.csv", on=on)
    assert [(row["name"], row["river"], row["place"], row["id"]) for row in made] == [
        ("Ana", "Danube", 2, "2"),
        ("Ana", "Iller", 2, "2"),
        ("Eva", "Rhine", 1.0, "1"),
    ]
    made = joined(tmp_path, "left", people, "cities.csv", on=on)
    assert [(row["name"], row["river"]) for row in made][2:] == [("Tom", None), ("Eva", "Rhine")]
    made = joined(tmp_path, "inner", ROWS, CITIES, on="city", nest=True)
    assert made[0] == {"one": ROWS[0], "two": CITIES[0]}
    both = [{"a": 1, "b": 1, "x": 1}, {"a": 1, "b": 2, "x": 2}], [{"a": 1, "b": 2, "y": 3}]
    assert joined(tmp_path, "inner", *both, on=["a", "b"]) == [{"a": 1, "b": 2, "x": 2, "y": 3}]


def test_other_joins(tmp_path: Path) -> None:
    letters = [{"l": letter} for letter in "abc"]
    digits = [{"d": d} for d in range(2)]
    pairs = [(row["l"], row["d"]) for row in joined(tmp_path, "cross", letters, digits)]
    assert pairs == [("a", 0), ("a", 1), ("b", 0), ("b", 1), ("c", 0), ("c", 1)]
    assert joined(tmp_path, "zip", letters, digits) == [{"l": "a", "d": 0}, {"l": "b", "d": 1}]
    assert joined(tmp_path, "stack", letters, digits) == [*letters, *digits]
    many = [{"n": n} for n in range(3000)]
    made = joined(tmp_path, "random", many, letters)
    assert [row["n"] for row in made] == list(range(3000))
    assert Counter(row["l"] for row in made) == dict.fromkeys("abc", 1000)
    other = joined(tmp_path, "random", letters, many, seed=5)
    assert other != joined(tmp_path, "random", letters, many)
    wide = joined(tmp_path, "cross", digits, {"rows": many, "repeat": 1})
    assert len(wide) == 6000
    three = read(tmp_path, {"join": "cross", "of": [digits, letters, many[:2]]})
    assert len(three) == 12
    assert three[1] == {"d": 0, "l": "a", "n": 1}


def test_a_join_of_joins_with_its_own_where(tmp_path: Path) -> None:
    inner = {"join": "inner", "on": "city", "of": [ROWS, CITIES]}
    made = read(tmp_path, {"join": "cross", "of": [inner, [{"mood": "calm"}]], "where": "river = 'Danube'"})
    assert [row["name"] for row in made] == ["Tom", "Eva"]
    assert made[0]["mood"] == "calm"


JOIN = """\
recipe: r
source:
  join: %s
  of:
    people: {rows: [{name: Ana, city: Bonn}, {name: Tom, city: Ulm}]}
    places: %s
  %s
nodes: {s: {kind: sample, fields: {x: [1]}}}
"""


@pytest.mark.parametrize(
    ("how", "places", "more", "line", "hint"),
    [
        ("inner", "[{city: Köln, x: 1}]", "on: city", 7, "a join without matches: no row of 'people'"),
        ("inner", "[{city: Köln, x: 1}]", "on: city", 7, "'people' has Bonn, Ulm, 'places' has Köln"),
        ("inner", "[{town: Ulm}]", "on: city", 7, "'places' has no field 'city'"),
        ("inner", "[{city: Ulm}]", "limit: 3", 2, "needs 'on'"),
        ("inner", "[{city: Ulm}]", "on: {people: city}", 2, "only one of them names 'places'"),
        ("cross", "[{city: Ulm}]", "limit: 3", 6, "both have the field 'city'"),
        ("cross", "absent.csv", "limit: 3", None, "there is no such file"),
        ("cross", "{fle: x}", "limit: 3", 6, "did you mean 'file'"),
        ("cros", "[{x: 1}]", "limit: 3", 3, "'inner', 'left', 'cross'"),
        ("zip", "[{x: 1}]", "on: x", 2, "says nothing"),
    ],
)
def test_bad_joins(tmp_path: Path, how: str, places: str, more: str, line: int | None, hint: str) -> None:
    (said,) = problems(tmp_path, JOIN % (how, places, more))
    assert said.startswith(f"recipe.yaml:{line}, source" if line else "absent.csv: "), said
    assert hint in said


def test_rows_without_a_match_are_told(tmp_path: Path) -> None:
    from dialoom.graph.check import check
    from dialoom.graph.parse_recipe import load_recipe
    from tests.graph.written import write

    def notes(how: str, more: str = "on: city") -> tuple[str, ...]:
        text = JOIN % (how, "[{city: Ulm, x: 1}, {city: Rom, x: 2}, {city: Pisa, x: 3}]", more)
        return check(load_recipe(write(tmp_path, text))).notes

    left_out = "join: 1 of 2 rows of 'people' have no match in 'places': "
    assert notes("inner") == (
        left_out + "they are left out",
        "join: 2 of 3 rows of 'places' match no row of 'people': they are left out",
    )
    assert notes("left")[0] == left_out + "they get none of its fields"
    assert notes("zip", "nest: true") == ("zip: 1 rows of 'places' are left over, as 'people' ends before",)
    assert notes("cross", "nest: true") == ()


def test_a_run_over_a_join_resumes_without_a_second_call(tmp_path: Path) -> None:
    import dialoom
    from tests.support.fault_server import FaultServer

    source = {"join": "random", "of": [[{"topic": t} for t in "abcd"], [{"mood": m} for m in "xyz"]], "shuffle": 3}
    with FaultServer() as server:
        recipe = dialoom.Recipe("r", models={"writer": server.url}, source=source)
        recipe.add("line", "generate", prompt="{{ topic }} {{ mood }}")
        first = dialoom.run(recipe, tmp_path / "run", limit=2)
        second = dialoom.run(recipe, tmp_path / "run")
        calls = server.stats()["requests"]
    assert (first.counts.kept, second.counts.kept, calls) == (2, 4, 4)


def test_an_unreadable_part_is_not_begun_with(tmp_path: Path) -> None:
    with pytest.raises(DialoomError, match="no rows"):
        read(tmp_path, {"join": "stack", "of": [[{"a": 1}], {"rows": []}]})
