"""Near-duplicates by what they mean, with the extra `embeddings`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialoom.quality.embedding import load_embedding
from dialoom.quality.sets.near import Duplicate, Texts, listed

if TYPE_CHECKING:
    from dialoom.quality.embedding import Embed

NEAR_IN_MEANING = 0.95
"""The cosine from which on two dialogues mean the same. Those about one topic come near 0.9 without being alike."""


def near_in_meaning(
    texts: Texts,
    among: Texts | None = None,
    threshold: float = NEAR_IN_MEANING,
    embed: Embed | None = None,
) -> dict[str, Duplicate]:
    """As `near_duplicates`, by the cosine of embeddings: paraphrases, which share few words, too.

    Every text is compared with every other, in time that grows with their product, and with 1 kB a text.

    Args:
        texts, among: as for `near_duplicates`.
        threshold: the least cosine, above 0, at most 1.
        embed: from texts to vectors of length 1; left out, the small one of the extra.

    Raises:
        MissingExtra: the extra is not installed.
        DialoomError: for a threshold out of range, or an id that is there twice.
    """
    from dialoom.likeness.nearest import nearest, nearest_before

    # In the order of ids the first of equals has the smallest.
    asked = sorted(listed(texts, threshold))
    known = asked if among is None else sorted(listed(among, threshold))
    embed = embed or load_embedding()
    if not asked or not known:
        return {}
    vectors = embed([text for _, text in asked])
    found = nearest_before(vectors) if among is None else nearest(vectors, embed([text for _, text in known]))
    return {
        id: Duplicate(known[place][0], score)
        for (id, text), (score, place) in zip(asked, found, strict=True)
        if score >= threshold and text.strip()
    }
