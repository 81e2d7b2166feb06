"""A linear-chain CRF over words (Lafferty et al. 2001), by CRFsuite."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from dialoom.errors import DataError, MissingExtra
from dialoom.evaluation.intents.slots.spans import Span, spans_of
from dialoom.intents.utterances import Utterance

_TOKEN = re.compile(r"\w+(?:['’]\w+)*|[^\w\s]")
_ITERATIONS = 60


@dataclass(frozen=True, slots=True)
class CrfTagger:
    """A trained tagger of slots.

    Attributes:
        _model: the bytes that CRFsuite goes on reading from: it keeps no reference of its own to them.
    """

    _tagger: Any
    _model: bytes

    @classmethod
    def train(cls, rows: Sequence[Utterance], iterations: int = _ITERATIONS) -> CrfTagger:
        """Learn from lines and their slots, of which those that start inside another are left out.

        Raises MissingExtra where python-crfsuite is not installed, DataError where no line has a slot.
        """
        needs_crfsuite()
        import pycrfsuite

        if not any(row.slots for row in rows):
            raise DataError("no line has a slot", remedy="leave out --slots, or name data with slots")
        trainer = pycrfsuite.Trainer(verbose=False)
        trainer.set_params({"c1": 0.1, "c2": 0.01, "max_iterations": iterations, "feature.possible_transitions": True})
        for row in rows:
            found = list(_TOKEN.finditer(row.text))
            if found:
                trainer.append(_features([each[0] for each in found]), _tags(found, sorted(spans_of(row))))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "slots.crf"
            trainer.train(str(path))
            model = path.read_bytes()
        tagger = pycrfsuite.Tagger()
        tagger.open_inmemory(model)
        return cls(tagger, model)

    def spans(self, text: str) -> set[Span]:
        """The slots in a text."""
        found = list(_TOKEN.finditer(text))
        if not found:
            return set()
        spans: list[Span] = []
        before = "O"
        for token, tag in zip(found, self._tagger.tag(_features([each[0] for each in found])), strict=True):
            kind, _, name = tag.partition("-")
            if kind == "I" and before[2:] == name and spans:
                spans[-1] = (spans[-1][0], token.end(), name)
            elif kind != "O":
                spans.append((token.start(), token.end(), name))
            before = tag
        return set(spans)


def needs_crfsuite() -> None:
    """Raises MissingExtra where python-crfsuite is not installed."""
    if find_spec("pycrfsuite") is None:
        raise MissingExtra("slots are found with python-crfsuite", remedy="pip install 'dialoom[intents]'")


def _tags(tokens: Sequence[re.Match[str]], spans: Sequence[Span]) -> list[str]:
    tags = ["O"] * len(tokens)
    for start, end, name in spans:
        first = True
        for place, token in enumerate(tokens):
            if token.start() >= start and token.end() <= end and (tags[place] == "O"):
                tags[place] = f"{'B' if first else 'I'}-{name}"
                first = False
    return tags


def _features(tokens: Sequence[str]) -> list[list[str]]:
    lowered = [token.lower() for token in tokens]
    rows = []
    for place, token in enumerate(tokens):
        word = lowered[place]
        own = [f"w={word}", f"s3={word[-3:]}", f"s2={word[-2:]}", f"p3={word[:3]}", f"shape={_shape(token)}", "bias"]
        for step in (-2, -1, 1, 2):
            there = 0 <= place + step < len(tokens)
            own.append(f"{step}:{lowered[place + step] if there else '<>'}")
        own.append(f"-1|0={lowered[place - 1] if place else '<>'}|{word}")
        rows.append(own)
    return rows


def _shape(token: str) -> str:
    return re.sub(
        r"(.)\1+", r"\1", re.sub(r"\d", "9", re.sub(r"[^\W\d_]", lambda m: "X" if m[0].isupper() else "x", token))
    )
