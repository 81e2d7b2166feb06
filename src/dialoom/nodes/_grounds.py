"""Real lines for the node `utterances`: read once, and what is learned from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dialoom.dialogue import Slot
from dialoom.errors import DataError, Place
from dialoom.graph.read_rows import read_rows
from dialoom.intents.embedders import usual_embedding
from dialoom.intents.line import Line
from dialoom.intents.neighbours import Neighbourhood
from dialoom.intents.noise import Rates, fit_rates
from dialoom.intents.realism import Verifier
from dialoom.intents.views import CentroidView, Learn, WordView, logistic

if TYPE_CHECKING:
    from dialoom.quality.embedding import Embed


@dataclass(frozen=True)
class Grounds:
    """Real lines by intent.

    Attributes:
        rare: how many examples an intent that needs lines has.
        precision: how much of what is kept is to be right.
    """

    lines: Mapping[str, tuple[Line, ...]]
    rare: int
    precision: float

    @classmethod
    def read(cls, path: Path, rare: int, precision: float) -> Grounds:
        """Rows with `text` and `intent`, and `slots` where they have any. Raises DataError with file and place."""
        found: dict[str, dict[str, Line]] = {}
        for number, row in enumerate(read_rows(path), 1):
            text, intent = row.get("text"), row.get("intent")
            if not isinstance(text, str) or not isinstance(intent, str) or not text.strip() or not intent:
                raise DataError(
                    "a real line needs 'text' and 'intent'",
                    place=Place(str(path), number),
                    remedy='rows such as {"text": "i lost my bag", "intent": "lost_luggage"}',
                )
            found.setdefault(intent, {})[text] = as_line(row, intent)
        return cls({intent: tuple(by.values()) for intent, by in sorted(found.items())}, rare, precision)

    @cached_property
    def embed(self) -> Embed:
        """How alike lines are."""
        return usual_embedding()

    @cached_property
    def neighbourhood(self) -> Neighbourhood:
        """Which intents are near to each other."""
        return Neighbourhood(self.lines, self.embed)

    @cached_property
    def verifier(self) -> Verifier:
        """What judges candidates: learned from these lines alone, once for all records."""
        texts = {intent: [line.text for line in lines] for intent, lines in self.lines.items()}
        return Verifier.learn(texts, _first(self.embed), WordView.learn, self.rare, self.precision)

    @cached_property
    def rates(self) -> Rates:
        """The noise that they show."""
        return fit_rates(line.text for lines in self.lines.values() for line in lines)


def _first(embed: Embed) -> Learn:
    """Logistic regression where scikit-learn is installed, else nearest means."""
    return logistic(embed) if find_spec("sklearn") is not None else CentroidView.learn(embed)


def as_line(value: Any, intent: str) -> Line:
    """A line from a text, or from a row with `text` and `slots`. Raises DataError where it is neither."""
    if isinstance(value, str):
        return Line(value, intent)
    if isinstance(value, Mapping) and isinstance(value.get("text"), str):
        try:
            slots = tuple(Slot.model_validate(slot) for slot in value.get("slots") or ())
        except ValueError as error:
            raise DataError(f"the slots of {value['text']!r:.60} are not slots: {error}") from error
        return Line(value["text"], intent, slots)
    raise DataError(f"an example is a text, or has a text and slots, not {value!r:.60}")
