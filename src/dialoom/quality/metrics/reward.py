"""What a reward model says of a dialogue."""

from __future__ import annotations

import os

from dialoom.dialogue import Dialogue
from dialoom.quality.likelihood import MODULES, REWARD, reward_model
from dialoom.quality.metrics._metric import Metric, Needs


def reward(dialogue: Dialogue) -> float:
    """The score of the model in the folder that DIALOOM_REWARD_MODEL names; NaN without text.

    The first speaker is taken for the user. Scores are the model's own and have no scale in common.
    """
    return reward_model(os.environ.get(REWARD)).score(dialogue.turns)


METRIC = Metric(
    "reward",
    "score of a local reward model, higher is better, without a scale",
    "float",
    reward,
    range=(float("-inf"), float("inf")),
    cost="model",
    needs=Needs("train", MODULES, setting=REWARD),
)
