"""A chat server that says again what was recorded: for a question about an intent, one of its recorded lines.

A share of the answers is a line of another intent, as a sloppy generator's would be.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from zlib import crc32

from dialoom.intents.line import in_words
from tests.models.scripted import Body, Scripted

_ASKED = re.compile(r'asks an assistant about "([^"]+)"')


def replay(recorded: Mapping[str, Sequence[str]], wrong: float = 0.0) -> Scripted:
    """The server, to be opened with `with`. The same question gets the same answer, whenever it comes.

    Args:
        recorded: lines by intent.
        wrong: the share of answers that are a line of another intent.
    """
    names = sorted(recorded)
    by_words = {in_words(name): name for name in names}

    def answer(body: Body) -> str | tuple[int, str]:
        found = _ASKED.search(body["messages"][0]["content"])
        if found is None or found[1] not in by_words:
            return 400, "no recorded intent is asked for"
        intent = by_words[found[1]]
        drawn = crc32(json.dumps([body["messages"], body.get("seed")], sort_keys=True).encode())
        if drawn % 1000 < 1000 * wrong:
            others = [name for name in names if name != intent]
            intent = others[drawn // 1000 % len(others)]
        lines = recorded[intent]
        return lines[crc32(f"line {drawn}".encode()) % len(lines)]

    return Scripted(answer)
