"""Rare intents: taxonomy, diagnosis, quotas, utterances and their noise, realism, negatives, mixing, drift."""
