"""Every kind of sampler: what it draws over a run, and what is said of one that is wrong."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from pathlib import Path
from statistics import mean, median, stdev
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialoom.nodes._written_sampler import sampler_of
from tests.graph.written import of_nodes
from tests.nodes.running import Outcome, recipe, run
from tests.support.fault_server import FaultServer

SEEDS = 300


def drawn(folder: Path, fields: dict[str, Any], model: Any = None, seeds: int = SEEDS, **rest: Any) -> Outcome:
    """A run of the node over so many empty seeds, beside the files of the folder."""
    made = recipe(model, source=seeds, seed=5).add("s", "sample", fields=fields, **rest)
    from dialoom.yaml_file import Lines

    return run(made.located(Lines(), folder), folder)


def values(folder: Path, written: Any, **rest: Any) -> list[Any]:
    outcome = drawn(folder, {"x": written}, **rest)
    assert not outcome.reasons, outcome.reasons[:1]
    return outcome.fields("x")


PEOPLE = "name,job,age,weight\nAna,pilot,31,1\nTom,cook,44,3\nEva,nurse,29,0\n"


def test_a_column_and_a_row_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text(PEOPLE)
    jobs = Counter(values(tmp_path, {"file": "people.csv", "column": "job"}))
    assert set(jobs) == {"pilot", "cook", "nurse"}
    assert min(jobs.values()) > 60
    weighed = Counter(values(tmp_path, {"file": "people.csv", "column": "job", "weight": "weight"}, quota=True))
    assert set(weighed) == {"pilot", "cook"}
    assert abs(weighed["cook"] - 225) < 3
    assert set(values(tmp_path, {"file": "people.csv", "column": "name", "where": "age::int > 30"})) == {"Ana", "Tom"}
    (row,) = {json.dumps(row) for row in values(tmp_path, {"file": "people.csv", "where": "name = 'Ana'"})}
    assert json.loads(row) == {"name": "Ana", "job": "pilot", "age": "31", "weight": "1"}
    outcome = drawn(tmp_path, {"name, job": {"file": "people.csv"}})
    pairs = set(zip(outcome.fields("name"), outcome.fields("job"), strict=True))
    assert pairs == {("Ana", "pilot"), ("Tom", "cook"), ("Eva", "nurse")}


@pytest.mark.parametrize(
    ("written", "check"),
    [
        (
            {"distribution": "normal", "mean": 40, "sd": 10},
            lambda v: abs(mean(v) - 40) < 0.3 and abs(stdev(v) - 10) < 0.5,
        ),
        (
            {"distribution": "normal", "mean": 40, "sd": 30, "min": 18, "max": 65, "round": 0},
            # Nothing is heaped up at the bounds.
            lambda v: (
                min(v) >= 18 and max(v) <= 65 and max(Counter(v).values()) < 15 and all(type(x) is int for x in v)
            ),
        ),
        (
            {"distribution": "uniform", "low": 2, "high": 3, "round": 2},
            lambda v: min(v) >= 2 and abs(mean(v) - 2.5) < 0.01,
        ),
        ({"distribution": "lognormal", "median": 8, "sigma": 0.5}, lambda v: abs(median(v) - 8) < 0.2 and min(v) > 0),
        ({"distribution": "triangular", "low": 0, "mode": 9, "high": 10}, lambda v: abs(mean(v) - 19 / 3) < 0.05),
        ({"distribution": "triangular", "low": 0, "mode": 0, "high": 9}, lambda v: abs(mean(v) - 3) < 0.05),
        ({"distribution": "exponential", "mean": 5}, lambda v: abs(mean(v) - 5) < 0.2),
        (
            {"distribution": "pareto", "low": 1, "shape": 3},
            lambda v: min(v) >= 1 and abs(median(v) - 2 ** (1 / 3)) < 0.02,
        ),
        ({"distribution": "weibull", "scale": 2, "shape": 1.5}, lambda v: abs(median(v) - 1.566) < 0.05),
        ({"distribution": "poisson", "mean": 3}, lambda v: abs(mean(v) - 3) < 0.1 and 0 in v and type(v[0]) is int),
        ({"distribution": "poisson", "mean": 3, "min": 1, "max": 4}, lambda v: set(v) == {1, 2, 3, 4}),
    ],
)
def test_distributions_keep_their_shape_with_a_quota(tmp_path: Path, written: Any, check: Any) -> None:
    found = values(tmp_path, written, quota=True)
    assert check(found), (mean(found), min(found), max(found))


@given(st.floats(0, 1, exclude_max=True), st.sampled_from(["normal", "lognormal", "triangular", "poisson", "pareto"]))
def test_no_draw_leaves_its_bounds(at: float, name: str) -> None:
    numbers = {
        "normal": {"mean": 10, "sd": 4},
        "lognormal": {"median": 6, "sigma": 2},
        "triangular": {"low": 0, "mode": 3, "high": 20},
        "poisson": {"mean": 7},
        "pareto": {"low": 2, "shape": 1},
    }[name]
    value = sampler_of({"distribution": name, **numbers, "min": 4, "max": 8}).at(at, {}, None)  # type: ignore[arg-type]
    assert 4 <= value <= 8


def test_dates_and_times(tmp_path: Path) -> None:
    days = [dt.date.fromisoformat(day) for day in values(tmp_path, {"date": "2024-01-01..2024-12-31"})]
    assert min(days) >= dt.date(2024, 1, 1)
    assert max(days) <= dt.date(2024, 12, 31)
    assert len({day.month for day in days}) == 12
    weekdays = {"mon": 3, "Saturday": 1}
    found = Counter(
        dt.date.fromisoformat(day).weekday()
        for day in values(tmp_path, {"date": "2024-01-01..2024-12-29", "weekdays": weekdays}, quota=True)
    )
    assert set(found) == {0, 5}
    assert abs(found[0] - 225) < 3
    times = values(tmp_path, {"time": "08:00..10:00", "step": 30})
    assert set(times) == {"08:00", "08:30", "09:00", "09:30", "10:00"}
    both = values(tmp_path, {"time": "09:00..09:59", "date": "2024-02-01..2024-02-02", "format": "%d %B, %H h"})
    assert set(both) == {"01 February, 09 h", "02 February, 09 h"}
    assert values(tmp_path, {"date": "2024-02-29", "time": "9..9"})[0] == "2024-02-29T09:00"


def test_templates_functions_and_conditions_on_other_fields(tmp_path: Path) -> None:
    (tmp_path / "steps.py").write_text(
        "def nickname(name, random):\n    return name[:2] + str(random.randint(0, 99))\n\n"
        "def bad():\n    return 1 / 0\n"
    )
    fields = {
        "greeting": "Hello {{ nick }}, {{ 'Sir' if formal else 'mate' }}",
        "nick": {"call": "steps.py:nickname"},
        "name": ["Anna", "Thomas"],
        "formal": [True, False],
        "band": {
            "given": "age",
            "when": {"18..29": "young", "30..60": ["grown", "old enough"]},
            "otherwise": "{{ age }}",
        },
        "age": "18..70",
    }
    outcome = drawn(tmp_path, fields)
    assert not outcome.reasons
    for dialogue in outcome.kept:
        has = dialogue.fields
        assert has["nick"][:2] == has["name"][:2]
        assert has["greeting"] == f"Hello {has['nick']}, {'Sir' if has['formal'] else 'mate'}"
        young, grown = has["age"] < 30, 30 <= has["age"] <= 60
        assert has["band"] in (["young"] if young else ["grown", "old enough"] if grown else [str(has["age"])])
    assert len({dialogue.fields["nick"] for dialogue in outcome.kept}) > 60
    assert drawn(tmp_path, fields).fields("nick") == outcome.fields("nick")
    failed = drawn(tmp_path, {"x": {"call": "steps.py:bad"}}, seeds=1)
    assert "steps.py:bad raised ZeroDivisionError" in failed.reasons[0]


def test_a_quota_reaches_what_depends_on_another_field(tmp_path: Path) -> None:
    given = {"given": "medium", "when": {"phone": {"polite": 3, "casual": 1}, "chat": ["casual"]}}
    outcome = drawn(tmp_path, {"medium": {"phone": 2, "chat": 1}, "tone": given}, quota=True)
    pairs = Counter(zip(outcome.fields("medium"), outcome.fields("tone"), strict=True))
    for pair, due in {("phone", "polite"): 150, ("phone", "casual"): 50, ("chat", "casual"): 100}.items():
        assert abs(pairs[pair] - due) < 8, pairs


def test_what_a_model_writes(tmp_path: Path) -> None:
    with FaultServer(answer="reflect") as server:
        fields = {
            "job": ["cook"],
            "motto": {"model": "writer", "prompt": "The motto of a {{ job }} of {{ age }}:", "temperature": 0.5},
            "loud": "{{ motto | upper }}",
            "age": "30..31",
        }
        outcome = drawn(tmp_path, fields, server.url, seeds=6)
        again = drawn(tmp_path, {"mood": "{llm:How {{ job }}s feel}", "job": "cook"}, server.url, seeds=1)
    assert not outcome.reasons
    for dialogue in outcome.kept:
        assert dialogue.fields["motto"]
        assert dialogue.fields["loud"] == dialogue.fields["motto"].upper()
        assert len(dialogue.lineage.calls) == 1
    assert again.only.fields["mood"]
    assert len(again.only.lineage.calls) == 1


def test_the_rules_of_sdialog(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text(PEOPLE)
    (tmp_path / "jobs.txt").write_text("cook\npilot\n")
    fields = {"age": "{20-22}", "old": "{{70-71}}", "name": "{csv:name:people.csv}", "job": "{txt:jobs.txt}"}
    outcome = drawn(tmp_path, fields)
    assert set(outcome.fields("age")) == {20, 21, 22}
    assert set(outcome.fields("old")) == {70, 71}
    assert set(outcome.fields("name")) == {"Ana", "Tom", "Eva"}
    assert set(outcome.fields("job")) == {"cook", "pilot"}


def test_fields_that_must_agree(tmp_path: Path) -> None:
    fields = {"age": "10..60", "job": ["pupil", "cook", "nurse"], "years": "0..40"}
    rules = ["age >= 18 or job == 'pupil'", "job != 'pupil' or age < 20", "years <= age - 10"]
    outcome = drawn(tmp_path, fields, such_that=rules)
    assert not outcome.reasons
    for age, job, years in zip(*(outcome.fields(name) for name in fields), strict=True):
        assert age >= 18 or job == "pupil"
        assert job != "pupil" or age < 20
        assert years <= age - 10
    again = drawn(tmp_path, fields, such_that=rules)
    assert again.fields("age") == outcome.fields("age")


def test_unique_values(tmp_path: Path) -> None:
    fields = {"first": [f"f{n}" for n in range(20)], "last": [f"l{n}" for n in range(15)], "age": "20..30"}
    outcome = drawn(tmp_path, fields, unique=["first", "last"])
    pairs = list(zip(outcome.fields("first"), outcome.fields("last"), strict=True))
    assert len(set(pairs)) == len(pairs) == 300
    assert pairs != sorted(pairs)
    # One more than there are fails, and no other record with it.
    outcome = drawn(tmp_path, fields, seeds=301, unique=["first", "last"])
    assert len(outcome.kept) == 300
    assert "all 300 different values of first, last are in use" in outcome.reasons[0]
    # A condition over them takes some away beforehand.
    outcome = drawn(tmp_path, fields, seeds=291, unique=["first", "last"], such_that="first != 'f3' or last > 'l2'")
    assert set(map(str, outcome.fields("age"))) == {str(age) for age in range(20, 31)}
    both = zip(outcome.fields("first"), outcome.fields("last"), strict=True)
    assert all(first != "f3" or last > "l2" for first, last in both)


def test_unique_values_of_children(tmp_path: Path) -> None:
    """What an expansion makes counts too."""
    made = recipe(source=[{"people": list("abcd")}] * 3, seed=1)
    made.add("pair", "combine", **{"from": "people"}).add("s", "sample", fields={"x": "1..1000"}, unique=["x"])
    found = run(made, tmp_path).fields("x")
    assert len(set(found)) == len(found) == 18


WRONG = [
    ("{x: {distribution: gauss, mean: 3}}", "fields.x", "no distribution is called 'gauss'"),
    ("{x: {distribution: norml, mean: 3}}", "fields.x", "did you mean 'normal'"),
    ("{x: {distribution: normal, mean: 3}}", "fields.x", "needs 'sd'"),
    ("{x: {distribution: normal, mean: 3, sd: 1, shape: 2}}", "fields.x", "has no 'shape'"),
    ("{x: {distribution: normal, mean: 3, sd: -1}}", "fields.x", "sd: expected more than 0"),
    ("{x: {distribution: uniform, low: 3, high: 1}}", "fields.x", "a low that is less"),
    ("{x: {distribution: uniform, low: 0, high: 1, min: 4}}", "fields.x", "no value within min 4"),
    ("{x: {distributon: normal, mean: 3}}", "fields.x", "did you mean 'distribution'"),
    ("{x: {date: 2024-13-01..2024-12-31}}", "fields.x", "'2024-13-01' is no day"),
    ("{x: {date: 2024-12-31..2024-01-01}}", "fields.x", "runs backwards"),
    ("{x: {date: 2024-01-01..2024-01-05, weekdays: [sat]}}", "fields.x", "no day of"),
    ("{x: {date: 2024-01-01, weekdays: [someday]}}", "fields.x", "no day of the week"),
    ("{x: {time: 25:00..26:00}}", "fields.x", "no time such as"),
    ("{x: {file: absent.csv, column: a}}", "fields.x", "there is no such file"),
    ("{x: {file: people.csv, column: nme}}", "fields.x", "there is no column 'nme' (did you mean 'name'"),
    ("{x: {file: people.csv, column: name, weight: job}}", "fields.x", "the weight in row 1 is 'pilot'"),
    ("{x: {file: broken.csv, column: a}}", "fields.x", "broken.csv:3: the row has 3 fields"),
    ("{x: {file: empty.csv, column: a}}", "fields.x", "no rows"),
    ('{"x, y": [1, 2]}', "", "columns of a file's row"),
    ("{x: '{{ nobody }}'}", "fields.x", "'nobody', which nothing before it writes"),
    ("{x: '{{ topic'}", "fields.x", "does not parse"),
    ("{x: {call: absent.py:f}}", "fields.x", "no file absent.py"),
    ("{x: {model: wrter}}", "fields.x", "no model is called 'wrter'"),
    ("{x: {given: nobody, when: {a: 1}}}", "fields.x", "it reads 'nobody'"),
    ("{y: [b, c], x: {given: y, when: {a: 1, b: 2}, otherwise: 3}}", "fields.x.when", "'y' is never 'a' (it is b, c)"),
    ("{y: [b], x: {given: y, when: {b: {distribution: x}}}}", "fields.x", "when y is b: "),
    ("{x: '{{ y }}', y: '{{ x }}'}", "fields", "these need each other: x, y"),
    ("{x: 1..9}, such_that: x > 10", "such_that", "can never meet 'x > 10': all their values were tried"),
    ("{x: 1..9, y: [1]}, such_that: [x > 5, x < y]", "such_that", "'x > 5' and 'x < y'"),
    ("{x: 0.5..1.5}, such_that: x > 10", "such_that", "none of 10,000 draws did"),
    ("{x: 1..9}, such_that: z > 10", "such_that[0]", "'z', which nothing before it writes"),
    ("{x: 1..9}, such_that: x >", "such_that[0]", "does not parse"),
    ("{x: 1..9}, unique: [y]", "", "no field is called 'y'"),
    ("{x: 0.5..1.5}, unique: [x]", "unique", "cannot be listed"),
    ("{x: {a: 1, b: 2}}, unique: [x]", "unique", "weights of 'x' cannot be kept"),
    ("{x: {model: writer}}, unique: [x]", "unique", "is asked for"),
]


@pytest.mark.parametrize(("fields", "where", "hint"), WRONG)
def test_what_is_wrong_is_found_before_a_run(tmp_path: Path, fields: str, where: str, hint: str) -> None:
    (tmp_path / "people.csv").write_text(PEOPLE)
    (tmp_path / "broken.csv").write_text("a,b\n1,2\n1,2,3\n")
    (tmp_path / "empty.csv").write_text("a,b\n")
    inner, more = fields, ""
    for word in ("such_that", "unique"):
        if f", {word}: " in fields:
            inner, _, rest = fields.partition(f", {word}: ")
            more = f"\n    {word}: {rest}"
    said = of_nodes(tmp_path, f"  s:\n    kind: sample\n    fields: {inner}{more}\n")
    place = f"nodes.s.{where}" if where else "nodes.s"
    (one,) = said
    assert f", {place}: " in one, one
    assert hint in one
