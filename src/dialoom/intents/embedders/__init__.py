"""Models that turn texts into vectors: one module a model, found by name, and remembering what was embedded before."""

from dialoom.intents.embedders._embedder import EMBEDDERS, Embedder, load_embedder
from dialoom.intents.embedders._remembered import Remembered
from dialoom.intents.embedders._words import counts_of_words, usual_embedding

__all__ = ["EMBEDDERS", "Embedder", "Remembered", "counts_of_words", "load_embedder", "usual_embedding"]
