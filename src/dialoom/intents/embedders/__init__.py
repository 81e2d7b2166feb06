"""Models that turn texts into vectors: one module a model, found by name, and remembering what was embedded before."""

from dialoom.intents.embedders._embedder import EMBEDDERS, Embedder, load_embedder
from dialoom.intents.embedders._remembered import Remembered

__all__ = ["EMBEDDERS", "Embedder", "Remembered", "load_embedder"]
