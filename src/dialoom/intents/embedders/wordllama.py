"""WordLlama: static embeddings of 256 dimensions on one core, 16 MB, in the wheel."""

from __future__ import annotations

from dialoom.intents.embedders._embedder import Embedder
from dialoom.quality.embedding import load_embedding

EMBEDDER = Embedder(
    name="wordllama",
    about="WordLlama, static vectors of 256 dimensions: 100,000 texts a second",
    modules=("wordllama",),
    extra="dialoom[intents]",
    load=load_embedding,
)
