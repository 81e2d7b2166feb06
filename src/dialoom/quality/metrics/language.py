"""Which language a dialogue is in."""

from __future__ import annotations

from dialoom.quality.batch import Batch, OfBatch
from dialoom.quality.metrics._metric import Metric, Needs

UNKNOWN = "und"
_PART = 80
# Codes that ISO 639-1 has given up, and scripts, which are not told.
_TODAY = {"iw": "he", "jw": "jv", "mo": "ro", "un": UNKNOWN, "xxx": UNKNOWN, "sr-ME": "sr"}


def language(batch: Batch) -> list[str]:
    """The ISO 639-1 code of the language most of the text is in, such as `en`; `und` where that cannot be told.

    Compact Language Detector 2 reads the first, the middle and the last 80 characters of the text. On a few words it
    guesses; on one line of English or Chinese it is right.
    """
    return [language_of(text) for text in batch.joined]


def language_of(text: str) -> str:
    """The same of any text."""
    if len(text) > 3 * _PART:
        middle = (len(text) - _PART) // 2
        text = " ".join((text[:_PART], text[middle : middle + _PART], text[-_PART:]))
    code = _detected(text)
    return _TODAY.get(code, code.partition("-")[0])


def _detected(text: str) -> str:
    import pycld2  # type: ignore[import-not-found, import-untyped, unused-ignore]

    try:
        found = pycld2.detect(text, bestEffort=True)
    except (pycld2.error, UnicodeEncodeError):
        # It takes control characters and lone surrogates for broken UTF-8.
        plain = "".join(sign if sign.isprintable() else " " for sign in text)
        found = pycld2.detect(plain, bestEffort=True)
    code: str = found[2][0][1]
    return code


METRIC = Metric(
    "language",
    "ISO 639-1 code of the language of the text, 'und' where that cannot be told",
    "text",
    OfBatch(language),
    source="Compact Language Detector 2",
    needs=Needs("language", ("pycld2",)),
)
