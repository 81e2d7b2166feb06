"""How far each source of variety can be trusted to keep the label, measured where the truth is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from dialoom.intents.line import Ground, Line
from dialoom.intents.variety import SOURCES, Brief, mix
from dialoom.intents.views import Learn, View

_MOST_INTENTS = 12
_LINES = 20
_SEED = 0
# Without intents that are known well enough to measure on, and for sources that need a model.
NOT_MEASURED = 0.0


def measure_trust(real: Mapping[str, Sequence[str]], first: Learn, rare: int, precision: float) -> dict[str, float]:
    """The least margin of each source's lines over the nearest other intent, -1..1; -1 where all can be taken.

    Some well-known intents are cut to `rare` lines, and every source that needs no model makes lines of these. What the
    lines mean is told by a view that learned from all real lines; the margin, by one that learned from what was left. A
    line made of a real one usually keeps its label though few examples do not show it: to drop it for that would drop
    all that is new.
    """
    random = Random(_SEED)
    rich = sorted(intent for intent, lines in real.items() if len(set(lines)) >= 3 * rare)
    if len(rich) < 2:
        return {}
    cut = sorted(random.sample(rich, min(_MOST_INTENTS, max(1, len(rich) // 4))))
    left = {
        intent: random.sample(sorted(set(lines)), rare) if intent in cut else list(lines)
        for intent, lines in real.items()
    }
    knows_all, knows_few = (
        first([text for lines in each.values() for text in lines], [name for name in each for _ in each[name]])
        for each in (real, left)
    )
    ground_lines = {intent: tuple(Line(text, intent) for text in lines) for intent, lines in left.items()}
    made: dict[str, list[Line]] = {name: [] for name in SOURCES.names()}
    for intent in cut:
        others = {name: lines for name, lines in ground_lines.items() if name != intent}
        brief = Brief(Ground(intent, "", ground_lines[intent], others))
        for name in made:
            made[name] += mix(brief, {name: 1.0}, _LINES, Random(f"{_SEED}/{intent}/{name}"))
    return {name: _least(lines, knows_all, knows_few, precision) for name, lines in made.items() if lines}


def _least(lines: Sequence[Line], knows_all: View, knows_few: View, precision: float) -> float:
    """The least margin from which on this much is right."""
    import numpy as np

    texts = [line.text for line in lines]
    all_, few = knows_all.probabilities(texts), knows_few.probabilities(texts)
    mine = np.array([knows_all.intents.index(line.intent) for line in lines])
    rows = np.arange(len(lines))
    right = all_.argmax(axis=1) == mine
    own = few[rows, mine].copy()
    few[rows, mine] = -1.0
    margin = own - few.max(axis=1)
    if right.mean() >= precision:
        return -1.0
    for at in np.sort(margin):
        if right[margin >= at].mean() >= precision:
            return float(at)
    return 1.0
