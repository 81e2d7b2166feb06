"""Dialogue policies: which act follows which, how often; their files, walks over them, and learning them."""

from dialoom.dialogue.policy.file import policy_from, read_policy, write_policy
from dialoom.dialogue.policy.learn import Learnt, learn_policy
from dialoom.dialogue.policy.policy import END, Policy, State
from dialoom.dialogue.policy.spread import Bigrams, bigrams_of, divergence, expected_bigrams
from dialoom.dialogue.policy.walk import Walks

__all__ = [
    "END",
    "Bigrams",
    "Learnt",
    "Policy",
    "State",
    "Walks",
    "bigrams_of",
    "divergence",
    "expected_bigrams",
    "learn_policy",
    "policy_from",
    "read_policy",
    "write_policy",
]
