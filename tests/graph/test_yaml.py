"""YAML that does not parse: the line, what is wrong, and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialoom.errors import DataError
from dialoom.graph.parse_recipe import load_recipe
from dialoom.yaml_file import dotted, parse_yaml, read_value
from tests.graph.written import HEAD, problems


@pytest.mark.parametrize(
    ("text", "line", "hint"),
    [
        (HEAD + "\ta: {kind: generate}\n", 6, "spaces"),
        (HEAD + "  a: {kind: plan}\n  a: {kind: plan}\n", 7, "rename one"),
        (HEAD + "  a:\n    kind: generate\n   prompt: x\n", 8, "indentation"),
        (HEAD + "  a:\n    kind: generate\n    prompt: Write this: now\n", 8, "quotes"),
        (HEAD + "  a:\n    kind: generate\n    prompt: {{ topic }} and more\n", 8, "template in quotes"),
        (HEAD + "  a: {kind: generate,\n      prompt: x\n", 8, "close the '{' of line 6"),
        (HEAD + "  a:\n    kind: generate\n    prompt: *bold*\n", 8, "quotes"),
        ("recipe: r\n---\nrecipe: s\n", 2, "one recipe"),
        ("- a\n- b\n", 1, "mapping"),
        ("", 1, "mapping"),
        ("hello\n", 1, "mapping"),
    ],
)
def test_does_not_parse(tmp_path: Path, text: str, line: int | None, hint: str) -> None:
    (said,) = problems(tmp_path, text)
    assert said.startswith(f"recipe.yaml:{line}: " if line else "recipe.yaml: "), said
    assert hint in said


def test_a_template_that_yaml_takes_for_a_mapping(tmp_path: Path) -> None:
    (said,) = problems(tmp_path, HEAD + "  a:\n    kind: generate\n    prompt: {{ topic }}\n")
    assert said.startswith("recipe.yaml:8, nodes.a.prompt: ")
    assert "in quotes" in said


def test_not_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_bytes(b"recipe: r\nabout: caf\xe9\n")
    with pytest.raises(DataError, match=r"recipe.yaml:2: not UTF-8") as caught:
        load_recipe(path)
    assert "UTF-8" in str(caught.value.remedy)


def test_missing_and_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="No such file"):
        load_recipe(tmp_path / "absent.yaml")
    with pytest.raises(DataError, match="directory"):
        load_recipe(tmp_path)


def test_lines_of_both_styles() -> None:
    data, lines = parse_yaml(
        "a: 1\nb: {c: 2,\n  d: [x,\n    y]}\ne:\n  - f: 3\n    g: |\n      two\n      lines\n  - h\n", "f"
    )
    where = {
        ("a",): 1,
        ("b", "c"): 2,
        ("b", "d"): 3,
        ("b", "d", 1): 4,
        ("e", 0, "g"): 7,
        ("e", 1): 10,
        ("b", "absent"): 2,
        ("absent",): None,
    }
    assert {path: lines.place(path).line for path in where} == where
    assert data["e"][0] == {"f": 3, "g": "two\nlines\n"}
    assert dotted(("e", 0, "g")) == "e[0].g"


def test_values_are_plain() -> None:
    text = "a: &x true\nb: 2024-01-02\nc: 0x1f\nd: 1.50\ne: ~\nf: {1: x, no: y}\ng: !tag z\n"
    data, _ = parse_yaml(text)
    assert data["b"] == "2024-01-02"
    assert data["f"] == {"1": "x", "no": "y"}
    assert [type(data[name]) for name in "cde"] == [int, float, type(None)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5),
        ("true", True),
        ("", None),
        ("http://a:8000/v1", "http://a:8000/v1"),
        ("{from: embedded, slots: 2}", {"from": "embedded", "slots": 2}),
        ("[a, b]", ["a", "b"]),
        ("Write this: now", "Write this: now"),
        ("- a", "- a"),
        ("{{ topic }}", "{{ topic }}"),
        ("{{ topic }}: say", "{{ topic }}: say"),
        ("6..14", "6..14"),
        ("2024-01-01", "2024-01-01"),
    ],
)
def test_values_given_at_the_command_line(text: str, value: object) -> None:
    assert read_value(text) == value
