"""Whether everyone has a say."""

from __future__ import annotations

from collections.abc import Sequence

from dialoom.dialogue import Dialogue
from dialoom.quality.batch import Batch, OfBatch
from dialoom.quality.metrics._metric import Metric


def balance(batch: Batch) -> list[float]:
    """The share of all words that the least talkative speaker says: 0.5 is even between two, 0.0 a monologue.

    The personas should speak, where the speakers are among them; a persona that stays silent makes it 0.0. Elsewhere
    (roles as speakers, no personas) those that have a turn should speak.
    """
    lengths = batch.split(batch.lengths.tolist())
    return [
        _least_share(one, names, each)
        for one, names, each in zip(batch.dialogues, batch.speakers, lengths, strict=True)
    ]


def _least_share(dialogue: Dialogue, names: Sequence[str], lengths: Sequence[int]) -> float:
    said: dict[str, int] = {}
    for name, length in zip(names, lengths, strict=True):
        said[name] = said.get(name, 0) + length
    if dialogue.personas and said.keys() <= (expected := {persona.name for persona in dialogue.personas}):
        said = {name: said.get(name, 0) for name in expected}
    total = sum(lengths)
    return min(said.values()) / total if len(said) > 1 and total else 0.0


METRIC = Metric(
    "balance",
    "share of the words that the least talkative speaker says, 0..1 (two even: 0.5)",
    "float",
    OfBatch(balance),
    range=(0, 0.5),
)
