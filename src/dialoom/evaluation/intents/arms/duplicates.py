"""Oversampling: the lines of rare intents again and again."""

from __future__ import annotations

from itertools import cycle, islice

from dialoom.evaluation.intents.arms._arm import Arm, Lines, Scene


def _add(scene: Scene) -> Lines:
    found: Lines = []
    for intent in scene.rare:
        held = scene.examples(intent)
        if held:
            found += islice(cycle(held), scene.most)
    return found


ARM = Arm("duplicates", "lines of rare intents over and over", free=True, add=_add)
