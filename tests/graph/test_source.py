"""Seeds out of every kind of file, and what is said of bad ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dialoom.dialogue import Dialogue, Turn
from dialoom.errors import DialoomError
from dialoom.graph.parse_source import parse_source

ROWS = [{"topic": "luggage", "n": "1"}, {"topic": "Koffer, groß", "n": "2"}]


def read(folder: Path, **fields: Any) -> list[dict[str, Any]]:
    return list(parse_source(fields).read(folder))


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.jsonl", '{"topic": "luggage", "n": "1"}\n\n{"topic": "Koffer, groß", "n": "2"}\n'),
        ("a.ndjson", '{"topic": "luggage", "n": "1"}\r\n{"topic": "Koffer, groß", "n": "2"}'),
        ("a.json", '[{"topic": "luggage", "n": "1"},\n {"topic": "Koffer, groß", "n": "2"}]'),
        ("a.csv", 'topic,n\nluggage,1\n\n"Koffer, groß",2\n'),
        ("A.CSV", 'topic,n\r\nluggage,1\r\n"Koffer, groß",2'),
    ],
)
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_rows_of_a_file(tmp_path: Path, name: str, data: str, mark: bytes) -> None:
    (tmp_path / name).write_bytes(mark + data.encode())
    assert read(tmp_path, file=name) == ROWS


def test_text_lines(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("\ufefflost luggage\n\n  seat \r\n".encode())
    assert read(tmp_path, file="a.txt") == [{"text": "lost luggage"}, {"text": "seat"}]


def test_rows_repeat_and_limit(tmp_path: Path) -> None:
    rows = [{"a": 1}, {"a": 2}]
    assert read(tmp_path, rows=rows, repeat=2) == [rows[0], rows[0], rows[1], rows[1]]
    assert read(tmp_path, rows=rows, limit=1) == rows[:1]
    first = read(tmp_path, rows=rows)[0]
    first["a"] = 5
    assert rows[0] == {"a": 1}


def test_short_forms(tmp_path: Path) -> None:
    from dialoom.graph.recipe import Recipe

    assert Recipe("r", source=ROWS).source.model_dump(exclude_unset=True) == {"rows": ROWS}
    assert Recipe("r", source="a.csv").source.files(tmp_path) == [tmp_path / "a.csv"]
    assert list(Recipe("r", source=3).source.read(tmp_path)) == [{}, {}, {}]


def test_dialogues(tmp_path: Path) -> None:
    dialogue = Dialogue(id="d1", topic="luggage", summary="s", turns=[Turn(speaker="A", text="hi")], fields={"x": 1})
    (tmp_path / "d.jsonl").write_text(dialogue.to_json() + "\n")
    (row,) = read(tmp_path, file="d.jsonl", format="jsonl")
    assert row["dialogue"] == {"turns": [{"speaker": "A", "text": "hi"}], "script": "A: hi"}
    assert (row["topic"], row["summary"], row["x"], row["source_id"]) == ("luggage", "s", 1, "d1")
    line = '{"id": "13", "summary": "s", "dialogue": "A: hi\\r\\nB: hello"}'
    (tmp_path / "s.json").write_text(f"[{line}]")
    (row,) = read(tmp_path, file="s.json", format="samsum")
    assert [turn["text"] for turn in row["dialogue"]["turns"]] == ["hi", "hello"]


BAD = [
    ("a.jsonl", b"", "", "no rows"),
    ("a.csv", b"topic,n\n", "", "no rows"),
    ("a.txt", b"\n \n", "", "no rows"),
    ("a.json", b"[]", "", "no rows"),
    ("a.jsonl", b'{"a": 1}\n{"a": \n', ":2", "JSON does not parse"),
    ("a.jsonl", b'{"a": 1}\n\n[1]\n', ":3", "expected a JSON object, got list"),
    ("a.jsonl", b'{"a": 1}\n{"a": "caf\xe9"}\n', ":2", "not UTF-8: byte 0xe9"),
    ("a.json", b'{"a": 1}', ":1", ".jsonl"),
    ("a.json", b'[{"a": 1},\n{"a": }]', ":2", "JSON does not parse"),
    ("a.json", b'[{"a": 1}, 5]', ", [1]", "expected a JSON object, got int"),
    ("a.json", b'[\n{"a": "\xff"}]', ":2", "not UTF-8"),
    ("a.csv", b"topic,n\nluggage,1\nseat, 2, 3\n", ":3", "the row has 3 fields, the header 2"),
    ("a.csv", b'topic,n\n"luggage",1\n"sea"t",1\n', ":3", "the CSV does not parse"),
    ("a.csv", b"topic,n\ncaf\xe9,1\n", ":2", "not UTF-8"),
    ("a.csv", b"topic,n,topic\na,b,c\n", ":1", "'topic' stands twice"),
    ("a.csv", b"topic,,n\na,b,c\n", ":1", "has no name"),
    ("a.txt", b"one\ntwo\n\xc3\x28\n", ":3", "not UTF-8"),
    ("a.xlsx", b"x", "", "use one of .jsonl"),
    ("a", b"x", "", "use one of .jsonl"),
]


@pytest.mark.parametrize(("name", "data", "where", "hint"), BAD)
def test_bad_files(tmp_path: Path, name: str, data: bytes, where: str, hint: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(DialoomError) as caught:
        read(tmp_path, file=name)
    assert str(caught.value).startswith(f"{tmp_path / name}{where}: "), caught.value
    assert hint in str(caught.value)


def test_missing_folder_and_unknown_format(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "d.jsonl").write_text('{"id": "x"}\n{"id": "y", "turms": []}\n')
    for fields, hint in (
        ({"file": "absent"}, "there is no such file"),
        ({"file": "absent.jsonl", "format": "jsonl"}, "there is no such file"),
        ({"file": "folder"}, "a folder"),
        ({"file": "d.jsonl", "format": "dialgsum"}, "did you mean 'dialogsum'"),
        ({"file": "d.jsonl", "format": "jsonl"}, "d.jsonl:2, turms: "),
    ):
        with pytest.raises(DialoomError) as caught:
            read(tmp_path, **fields)
        assert hint in str(caught.value)
