"""A JSON list of objects, streamed: no more of it is held than the object that is being read."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from dialoom.errors import DataError, Place
from dialoom.graph.opened import opened
from dialoom.graph.row_files import Row, RowFile
from dialoom.graph.row_files._json import as_object, parsed

_CHUNK = 1 << 16
_SPACE = re.compile(r"[ \t\r\n]*")
_LIST = "expected a JSON list of objects"


def _read(path: Path) -> Iterator[Row]:
    with opened(path) as file:
        text = _Text(file, path)
        if text.next_sign() != "[":
            if text.next_sign() == "":
                raise text.error("the file is empty")
            raise text.error(_LIST, remedy="one object a line belongs in a .jsonl")
        text.skip()
        index = 0
        while text.next_sign() != "]" or index:
            yield as_object(text.value(), Place(str(path), field=f"[{index}]"))
            index += 1
            sign = text.next_sign()
            if sign == "]":
                break
            if sign != ",":
                raise text.error(
                    f"the JSON does not parse: {'it ends' if sign == '' else 'no comma'} after [{index - 1}]"
                )
            text.skip()
        text.skip()
        if text.next_sign():
            raise text.error("the JSON does not parse: something stands after the list")


class _Text:
    """The text of a file, of which what was read is let go."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file = file
        self._path = path
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._scan = json.JSONDecoder().raw_decode
        self._text = ""
        self._at = 0
        self._line = 1
        self._over = False

    def next_sign(self) -> str:
        """The next character that is no space; '' at the end."""
        while True:
            space = _SPACE.match(self._text, self._at)
            assert space is not None
            self._at = space.end()
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def skip(self) -> None:
        """Go on behind the next character."""
        self._at += 1

    def value(self) -> Any:
        """The next value."""
        self.next_sign()
        while True:
            try:
                _, end = self._scan(self._text, self._at)
            except json.JSONDecodeError as error:
                if self._more():
                    continue
                line = self._line + self._text.count("\n", 0, error.pos)
                what = f"the JSON does not parse: {error.msg[:1].lower()}{error.msg[1:]}"
                raise DataError(what, place=Place(str(self._path), line)) from error
            # A number that ends where the text ends may go on in the next piece.
            if end < len(self._text) or not self._more():
                text = self._text[self._at : end]
                try:
                    found = orjson.loads(text)
                except orjson.JSONDecodeError:
                    # What Python's parser takes and JSON does not have, such as NaN.
                    found = parsed(text, self._place())
                self._at = end
                return found

    def error(self, what: str, remedy: str | None = None) -> DataError:
        """An error where it stands."""
        return DataError(what, place=self._place(), remedy=remedy)

    def _place(self) -> Place:
        return Place(str(self._path), self._line + self._text.count("\n", 0, self._at))

    def _more(self) -> bool:
        if self._over:
            return False
        # As much again as is held already, so that a large object is not scanned anew for each small piece.
        data = self._file.read(max(_CHUNK, len(self._text) - self._at))
        self._over = not data
        self._line += self._text.count("\n", 0, self._at)
        self._text = self._text[self._at :] + self._decoder.decode(data, final=self._over)
        self._at = 0
        return True


ROWS = RowFile((".json",), _read)
