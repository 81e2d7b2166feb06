"""How much what was said before helps a model to foresee the answers."""

from __future__ import annotations

import os
from math import nan

from dialoom.dialogue import Dialogue
from dialoom.quality.likelihood import MODULES, SCORER, language_model
from dialoom.quality.metrics._metric import Metric, Needs


def instruction_difficulty(dialogue: Dialogue) -> float:
    """Instruction-following difficulty: the loss of turns after what was said, over that alone; NaN below two turns.

    Li et al. 2024, "From Quantity to Quality" (NAACL): near 0 the answers follow from the turns before, near 1 these
    hardly help, above 1 they mislead, as answers do that are about something else. All turns from the second on are
    answers, each weighed by its tokens. The model is that of `perplexity`.
    """
    model = language_model(os.environ.get(SCORER))
    after = alone = 0.0
    for place, turn in enumerate(dialogue.turns):
        if place and turn.text.strip():
            before = "\n".join(each.text for each in dialogue.turns[:place]) + "\n"
            given, tokens = model.losses(turn.text, before)
            bare, counted = model.losses(turn.text)
            # Without a token for the beginning the first one has no loss of its own.
            if counted:
                after += given * counted / tokens
                alone += bare
    return after / alone if alone else nan


METRIC = Metric(
    "instruction_difficulty",
    "loss of the answers after what was said over their loss alone, mostly 0..1",
    "float",
    instruction_difficulty,
    range=(0, float("inf")),
    source="Li et al. 2024 (Cherry LLM)",
    cost="model",
    needs=Needs("train", MODULES),
)
