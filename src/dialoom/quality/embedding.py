"""Texts as vectors, with the small model that the extra `embeddings` brings: no network, no accelerator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

from dialoom.errors import MissingExtra

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Embed = Callable[[Sequence[str]], NDArray[np.float32]]


def has_embedding() -> bool:
    """Whether the extra is installed."""
    return find_spec("wordllama") is not None


def load_embedding() -> Embed:
    """A function from texts to vectors of length 1, one a row (WordLlama, static embeddings of 256 dimensions).

    A text without words has the vector of zeros.

    Raises MissingExtra where the extra is not installed.
    """
    from pathlib import Path

    try:
        import wordllama
    except ImportError as error:
        raise MissingExtra("comparing meanings needs WordLlama", remedy="pip install 'dialoom[embeddings]'") from error
    # Without the folder it looks for its tokenizer where the wheel has not put it.
    model = wordllama.WordLlama.load(cache_dir=Path(wordllama.__file__).parent, disable_download=True)

    def embed(texts: Sequence[str]) -> NDArray[np.float32]:
        vectors: NDArray[np.float32] = model.embed(list(texts))
        lengths = (vectors * vectors).sum(axis=1, keepdims=True) ** 0.5
        vectors /= lengths.clip(min=1e-9)
        return vectors

    return embed
