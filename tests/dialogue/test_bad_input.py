"""Bad input: each error says which file, which line, which field, and what to do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dialoom.dialogue.formats import read_dialogues
from dialoom.errors import DataError
from dialoom.registry import UnknownName

GOOD = '{"id":"a","turns":[{"speaker":"A","text":"x"}]}\n'

# file, content, format, line, field, words of the message, words of the remedy
CASES = [
    ("latin.jsonl", b'{"id":"a"}\n{"id":"caf\xe9"}\n', "jsonl", 2, None, "byte 0xe9 at byte offset 21", "UTF-8"),
    ("latin.csv", b"id,dialogue\n1,A: caf\xe9\n", "samsum", 2, None, "byte 0xe9 at byte offset 20", "UTF-8"),
    ("broken.jsonl", GOOD + '{"id":', "jsonl", 2, None, "broken JSON", "one JSON object"),
    ("broken.jsonl", '{"id":"1","dialogue":"A: x"}\n{"id"', "samsum", 2, None, "broken JSON", "one JSON object"),
    ("broken.json", '[{"id":"1",\n"dialogue":}]', "samsum", 2, None, "broken JSON", "one JSON list"),
    ("list.json", f'[\n{GOOD},\n{{"id":"b","turn":[]}}]', "jsonl", None, "[1].turn", "unknown field", "turns"),
    ("scalar.jsonl", '{"id":"1","dialogue":"A: x"}\n5\n', "samsum", 2, None, "expected one JSON object", "write one"),
    ("list.json", '[{"id":"1","dialogue":"A: x"}, 5]', "samsum", None, "[1]", "expected an object", "write an object"),
    ("item.json", '[{"id":"1","dialog":"A: x"}]', "samsum", None, "[0].dialogue", "no field", "'dialog'"),
    ("wide.csv", 'id,dialogue\n1,"A: x\ny"\n2,A: x,y\n', "samsum", 4, None, "3 fields, and the header has 2", "quotes"),
    ("open.csv", 'id,dialogue\n1,A: x\n2,"A: x\n', "samsum", 3, None, "broken CSV", "closing quote"),
    ("twice.csv", "id,id\n1,2\n", "samsum", 1, "id", "same name", "rename"),
    ("bare.csv", "id,dialogue\n", "samsum", 1, None, "no row", "at least one row"),
    ("missing.csv", "id,dialog\n1,A: x\n", "samsum", 2, "dialogue", "no field 'dialogue'", "did you mean 'dialog'?"),
    ("missing.jsonl", '{"fname":"1","dialoge":""}', "dialogsum", 1, "dialogue", "no field", "did you mean 'dialoge'?"),
    ("type.jsonl", '{"id":"1","dialogue":["A"]}', "samsum", 1, "dialogue", "expected text, found a list", "write text"),
    ("mute.jsonl", '{"id":"1","dialogue":"just text"}', "samsum", 1, "dialogue", "names its speaker", "Name: text"),
    ("id.jsonl", '{"turns":[],"idd":"x"}', "jsonl", 1, "id", "missing", "did you mean 'idd'?"),
    ("typo.jsonl", '{"id":"x","turnz":[]}', "jsonl", 1, "turnz", "unknown field", "did you mean 'turns'?"),
    (
        "deep.jsonl",
        GOOD + '{"id":"x","turns":[{"speaker":"A","text":"b","intnt":1}]}',
        "jsonl",
        2,
        "turns[0].intnt",
        "unknown field",
        "did you mean 'intent'?",
    ),
    (
        "text.jsonl",
        '{"id":"x","turns":[{"speaker":"A","text":1}]}',
        "jsonl",
        1,
        "turns[0].text",
        "valid string",
        "jsonl",
    ),
    ("role.jsonl", '{"messages":[{"roll":"user","content":""}]}', "messages", 1, "messages[0].role", "role", "'roll'"),
    ("content.jsonl", '{"messages":[{"role":"user"}]}', "messages", 1, "messages[0].content", "no content", "role"),
    ("msgs.jsonl", '{"mesages":[]}', "messages", 1, "messages", "no field 'messages'", "'mesages'"),
    ("msg.jsonl", '{"messages":["hi"]}', "messages", 1, "messages[0]", "found text", "write an object"),
    (
        "image.jsonl",
        '{"messages":[{"role":"user","content":[{"type":"image"}]}]}',
        "messages",
        1,
        "messages[0].content",
        "not text",
        "leave out",
    ),
    (
        "args.jsonl",
        '{"messages":[{"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":"{"}}]}]}',
        "messages",
        1,
        "messages[0].tool_calls[0].function.arguments",
        "broken JSON",
        "JSON",
    ),
]


@pytest.mark.parametrize(
    ("file", "content", "format", "line", "field", "what", "remedy"), CASES, ids=[f"{c[2]}-{c[0]}" for c in CASES]
)
def test_place_and_remedy(
    file: str,
    content: str | bytes,
    format: str,
    line: int | None,
    field: str | None,
    what: str,
    remedy: str,
    tmp_path: Path,
) -> None:
    path = tmp_path / file
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(DataError) as caught:
        list(read_dialogues(path, format))
    error = caught.value
    assert error.place is not None
    assert (error.place.file, error.place.line, error.place.field) == (str(path), line, field)
    assert what in error.what
    assert remedy in (error.remedy or "")


@pytest.mark.parametrize("format", ["jsonl", "messages", "dialogsum", "samsum", None])
@pytest.mark.parametrize("content", ["", "\n \n", "\ufeff"], ids=["nothing", "blank", "bom"])
def test_empty_file(format: str | None, content: str, tmp_path: Path) -> None:
    path = tmp_path / "empty.jsonl"
    path.write_text(content, "utf-8")
    with pytest.raises(DataError, match=r"empty\.jsonl: the file is empty"):
        list(read_dialogues(path, format))


@pytest.mark.parametrize("format", ["jsonl", "messages", "dialogsum", "samsum", None])
def test_missing_file_and_folder(format: str | None, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nowhere: no such file \(check the path"):
        list(read_dialogues(tmp_path / "nowhere", format))
    with pytest.raises(DataError, match=r"this is a folder.*name one file"):
        list(read_dialogues(tmp_path, format))


def test_unknown_format_name(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="did you mean 'samsum'"):
        read_dialogues(tmp_path / "x", "samsun")


ROW = '{"id": "a", "dialogue": "A: caf\u00e9", "summary": "s"}\n'
OTHERS = [
    (
        ROW.encode("latin-1"),
        1,
        "not UTF-8: byte 0xe9 at byte offset 31 of the file, as Latin-1",
        "iconv -f WINDOWS-1252",
    ),
    (ROW.encode() + ROW.encode("cp1252"), 2, "not UTF-8: byte 0xe9", "iconv -f WINDOWS-1252"),
    (ROW.encode("utf-16"), 1, "in UTF-16", "iconv -f UTF-16 -t UTF-8 log.jsonl > log-utf8.jsonl"),
    ("\ufeff".encode("utf-16-be") + ROW.encode("utf-16-be"), 1, "in UTF-16", "iconv -f UTF-16 "),
    (ROW.encode("utf-32"), 1, "in UTF-32", "iconv -f UTF-32"),
    (ROW.encode("utf-16-le"), 1, "UTF-16 without a byte order mark", "iconv -f UTF-16LE"),
    (ROW.encode("utf-16-be"), 1, "UTF-16 without a byte order mark", "iconv -f UTF-16BE"),
    (b"PK\x03\x04rest", 1, "a ZIP archive", "export it as CSV"),
    (b"\x01\xff\xfe\n", 1, "not UTF-8: byte 0xff", "name a file of text"),
]


@pytest.mark.parametrize("format", ["samsum", None])
@pytest.mark.parametrize(("content", "line", "what", "remedy"), OTHERS)
def test_another_encoding_is_named(
    content: bytes, line: int, what: str, remedy: str, format: str | None, tmp_path: Path
) -> None:
    path = tmp_path / "log.jsonl"
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        list(read_dialogues(path, format))
    assert caught.value.place is not None
    assert (caught.value.place.file, caught.value.place.line) == (str(path), line)
    assert what in caught.value.what
    assert remedy in (caught.value.remedy or "")


@pytest.mark.parametrize(("content", "line", "what", "remedy"), [one for one in OTHERS if one[1] == 1])
def test_a_file_of_which_no_row_can_be_read_is_not_called_empty(
    content: bytes, line: int, what: str, remedy: str, tmp_path: Path
) -> None:
    path = tmp_path / "log.jsonl"
    path.write_bytes(content)
    for format in ("samsum", None):
        with pytest.raises(DataError, match=rf"log\.jsonl:{line}: .*{re.escape(what)}"):
            list(read_dialogues(path, format, lambda error, said: None))


def test_byte_order_mark_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / "bom.jsonl"
    path.write_text("\ufeff" + GOOD, "utf-8")
    assert [dialogue.id for dialogue in read_dialogues(path)] == ["a"]


def test_a_json_list_of_own_dialogues_is_read(tmp_path: Path) -> None:
    file = tmp_path / "list.json"
    file.write_text(f"\n[\n{GOOD},\n{GOOD.replace('a', 'b', 1)}]\n", "utf-8")
    assert [(one.id, one.turns[0].text) for one in read_dialogues(file)] == [("a", "x"), ("b", "x")]
