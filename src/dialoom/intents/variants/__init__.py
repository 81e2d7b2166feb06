"""In what ways an utterance can vary: one module a feature, each with a few values, read off the text alone.

They describe data, and name what a generation plan asks for. Lexicons are English; in other languages the features that
rest on them say the value that stands for "nothing found".
"""

from dialoom.intents.variants._feature import FEATURES, Feature, Tell

__all__ = ["FEATURES", "Feature", "Tell"]
