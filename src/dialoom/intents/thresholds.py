"""From where on a made line is believed: measured on real lines whose intents are made rare for the purpose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from dialoom.intents.views import Learn

_SHARE = 0.2
_MOST_HELD = 20
_KEPT_BY_SECOND = 0.9
_SEED = 0


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What a line has to reach.

    Attributes:
        probability: least probability of its intent.
        second: lowest rank (1 is best) of its intent in the second view.
        coherence, naturalness: least values.
        precision, recall: what the first brought on real lines; 0 where there were too few to measure, and the usual
            values stand.
    """

    probability: float = 0.3
    second: int = 5
    coherence: float = 0.7
    naturalness: float = 0.005
    precision: float = 0.0
    recall: float = 0.0

    def told(self) -> str:
        """In a line."""
        if not self.precision:
            return f"too little real data to calibrate on; least probability {self.probability:.2f}"
        return (
            f"least probability {self.probability:.2f} (precision {self.precision:.1%}, recall {self.recall:.1%} on "
            f"real lines), second view to rank {self.second}"
        )


def calibrate(
    real: Mapping[str, Sequence[str]], first: Learn, second: Learn, rare: int, precision: float
) -> Thresholds:
    """Thresholds for intents of `rare` examples.

    A fifth of the intents that have many lines are cut to `rare` of them. Of the lines held out, their own count as
    good candidates, and those of the other intents that look most like theirs as bad ones, as many of each: a careless
    generator is right about half the time. The least probability is taken with which the wanted precision is reached;
    the second view's rank, so that it passes nine in ten good ones.
    """
    random = Random(_SEED)
    rich = sorted(intent for intent, lines in real.items() if len(set(lines)) >= 3 * rare)
    cut = sorted(random.sample(rich, max(1, round(_SHARE * len(rich))))) if len(rich) >= 2 else []
    if not cut:
        return Thresholds()
    taught: list[tuple[str, str]] = []
    held: list[tuple[str, str]] = []
    for intent in sorted(real):
        lines = sorted(set(real[intent]))
        random.shuffle(lines)
        keep = rare if intent in cut else max(1, len(lines) - min(_MOST_HELD, len(lines) // 4))
        taught += [(text, intent) for text in lines[:keep]]
        held += [(text, intent) for text in lines[keep : keep + _MOST_HELD]]
    one, other = (learn([text for text, _ in taught], [intent for _, intent in taught]) for learn in (first, second))
    texts = [text for text, _ in held]
    likely, ranked = one.probabilities(texts), other.probabilities(texts)
    place = {name: at for at, name in enumerate(one.intents)}
    second_place = {name: at for at, name in enumerate(other.intents)}
    good: list[float] = []
    ranks: list[int] = []
    bad: list[float] = []
    for row, (_, intent) in enumerate(held):
        if intent in cut:
            good.append(float(likely[row, place[intent]]))
            ranks.append(1 + int((ranked[row] > ranked[row, second_place[intent]]).sum()))
        bad.append(max((float(likely[row, place[name]]) for name in cut if name != intent), default=0.0))
    # The hardest of the others, as many as there are good ones.
    bad = sorted(bad, reverse=True)[: len(good)]
    ranks.sort()
    usual = Thresholds()
    for at in sorted(set(good)):
        right, wrong = sum(p >= at for p in good), sum(p >= at for p in bad)
        if right / (right + wrong) >= precision:
            break
    return Thresholds(
        probability=at,
        second=max(usual.second, ranks[min(int(_KEPT_BY_SECOND * len(ranks)), len(ranks) - 1)]),
        precision=right / (right + wrong),
        recall=right / len(good),
    )
