"""How surprising a dialogue is to a language model."""

from __future__ import annotations

import os
from math import exp, nan

from dialoom.dialogue import Dialogue
from dialoom.quality.likelihood import MODULES, SCORER, language_model
from dialoom.quality.metrics._metric import Metric, Needs


def perplexity(dialogue: Dialogue) -> float:
    """The exponential of the mean loss in nats of the turns' tokens, each after all before it; NaN without text.

    Jelinek et al. 1977. By the model that DIALOOM_SCORER names, a folder or a GGUF file, else the embedded one:
    values of different models cannot be compared.
    """
    losses, tokens = language_model(os.environ.get(SCORER)).losses(dialogue.text())
    return exp(min(losses / tokens, 700.0)) if tokens else nan


METRIC = Metric(
    "perplexity",
    "perplexity of the turns to a local language model, from 1",
    "float",
    perplexity,
    range=(1, float("inf")),
    source="Jelinek et al. 1977",
    cost="model",
    needs=Needs("train", MODULES),
)
