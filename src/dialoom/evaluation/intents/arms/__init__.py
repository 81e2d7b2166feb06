"""Ways to help rare intents: one module a way, and those that a user gives as lines."""

from dialoom.evaluation.intents.arms._arm import ARMS, Arm, Lines, Scene
from dialoom.evaluation.intents.arms._given import Given, given_arm

__all__ = ["ARMS", "Arm", "Given", "Lines", "Scene", "given_arm"]
