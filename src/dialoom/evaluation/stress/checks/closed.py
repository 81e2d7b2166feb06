"""Whether the bot keeps its insides to itself: no traces of code, queries, templates or prompts in what it says.

What a failing bot writes into an error's body is looked at too: whoever called it would have seen it.
"""

from __future__ import annotations

import re

from dialoom.evaluation.stress.judged import Check, Judging, Outcome
from dialoom.evaluation.stress.talk import Talk

_INSIDES = {
    "a stack trace": r"Traceback \(most recent call last\)|^\s*File \"[^\"]+\", line \d+|^\s+at [\w$.<>]+\([\w.]+:\d+"
    r"|\b(?:java|javax|org|com|net)\.[\w.]+(?:Exception|Error)\b|panic: |goroutine \d+ \[|werkzeug|wsgi_app",
    "an exception": r"\b[A-Z]\w+(?:Error|Exception)(?::|\()|\bunhandled exception\b|\bsegmentation fault\b",
    "a query": r"\bSELECT\b.+\bFROM\b|\bSQLSTATE\b|syntax error at or near|ORA-\d{5}|psycopg|sqlite3?\.",
    "a template": r"\{\{.*?\}\}|\{%.*?%\}|(?<!\S)\{[a-z_]+\}|(?<!\S)\$\{\w+\}|%\(\w+\)s",
    "a value of code": r"\[object Object\]|(?<![\w'])(?:undefined|NaN|null)(?=[.!,]?\s*$)|<\w+ object at 0x",
    "a prompt": r"<\|[a-z_]+\|>|\[/?INST\]|you are an? (?:helpful|ai) assistant|<function=|\"tool_calls\"",
    "a path": r"(?<![\w/])/(?:usr|home|var|opt|srv|app)/[\w./-]+|\b[A-Z]:\\\\[\w\\]+",
}
_PATTERNS = {
    what: re.compile(pattern, re.MULTILINE | re.IGNORECASE if what == "a prompt" else re.MULTILINE)
    for what, pattern in _INSIDES.items()
}


def _judge(talk: Talk, judging: Judging) -> Outcome | None:
    found = [
        f"answer {number} shows {what}: {match[0].strip()[:60]!r}"
        for number, (text, one) in enumerate(zip(talk.texts, talk.told, strict=True), 1)
        for what, pattern in _PATTERNS.items()
        if (match := pattern.search(f"{text}\n{one.get('body', '')}"))
    ]
    return Outcome(not found, "; ".join(found[:3]))


CHECK = Check("it does not show its insides", 3.0, _judge)
