"""Secrets of programs: keys and tokens with a known prefix, private keys, and values that are called a password."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dialoom.quality.privacy._kind import Kind, Span

_FORMS = re.compile(
    r"(?<![\w-])(?:"
    r"(?:AKIA|ASIA)[0-9A-Z]{16}"  # Amazon
    r"|AIza[\w-]{35}"  # Google
    r"|gh[pousr]_\w{36,}|github_pat_\w{22,}|glpat-[\w-]{20,}"
    r"|hf_[A-Za-z0-9]{30,}"
    r"|sk-[\w-]{20,}|[rs]k_(?:live|test)_[0-9A-Za-z]{16,}"  # OpenAI, Anthropic, Stripe
    r"|xox[abeoprs]-[\w-]{10,}"  # Slack
    r"|SG\.[\w-]{16,}\.[\w-]{16,}"  # SendGrid
    r"|npm_\w{36}|pypi-[\w-]{16,}"
    r"|eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]+"  # JSON Web Token
    r")(?![\w-])"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
)
_CALLED = re.compile(
    r"\b(?:api[_ -]?key|access[_ -]?token|secret(?:[_ -]?key)?|auth[_ -]?token|bearer|pass(?:word|wd|code|phrase))\b"
    r"(?:\s+is)?(?:\s*[:=]\s*|\s+)[\"'`]?(?P<value>[^\s\"'`,;]{6,})",
    re.IGNORECASE,
)


def _find(text: str) -> Iterator[Span]:
    spans = [found.span() for found in _FORMS.finditer(text)]
    for found in _CALLED.finditer(text):
        value = found["value"].rstrip(".!?)")
        start = found.start("value")
        end = start + len(value)
        # `the password reset link` names no password: a word of letters alone is none.
        if (
            len(value) >= 6
            and re.search(r"\d|[^\w]", value.strip("-_"))
            and not any(a < end and start < b for a, b in spans)
        ):
            spans.append((start, end))
    return iter(sorted(spans))


# Of the forms, and of what a value is called.
_MARKS = (
    *(
        "akia",
        "asia",
        "aiza",
        "ghp_",
        "gho_",
        "ghu_",
        "ghs_",
        "ghr_",
        "github_pat_",
        "glpat-",
        "hf_",
        "sk-",
        "k_live",
        "k_test",
    ),
    *("xox", "sg.", "npm_", "pypi-", "eyj", "-----", "key", "token", "secret", "bearer", "passw", "passc", "passp"),
)

KIND = Kind(
    "SECRET",
    "API keys, tokens, private keys, passwords",
    _find,
    lambda number: f"secret-{number:04d}",
    same=str,
    marks=_MARKS,
)
