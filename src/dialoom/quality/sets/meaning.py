"""Near-duplicates by what they mean, with the extra `embeddings`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dialoom.errors import DialoomError
from dialoom.quality.embedding import load_embedding
from dialoom.quality.sets.near import Duplicate

if TYPE_CHECKING:
    from dialoom.quality.embedding import Embed

_NEAR = 0.95


class MeaningIndex:
    """Near-duplicates by the cosine of their embeddings: paraphrases, which share few words, too.

    Every text is compared with every other, exactly: 1 kB a text, and for 10,000 texts about a millisecond a question.
    The contract is that of NearIndex.

    Args:
        texts: id and text of each; ids are unique.
        threshold: the least cosine. Dialogues about one topic come near 0.9 without being alike.
        embed: from texts to vectors of length 1; left out, the small one of the extra.

    Raises:
        MissingExtra: the extra is not installed.
        DialoomError: an id is there twice.
    """

    def __init__(self, texts: Iterable[tuple[str, str]], threshold: float = _NEAR, embed: Embed | None = None) -> None:
        self.threshold = threshold
        self._embed = load_embedding() if embed is None else embed
        pairs = sorted(texts)
        self._ids = [id for id, _ in pairs]
        self._places = {id: place for place, id in enumerate(self._ids)}
        if len(self._places) < len(self._ids):
            raise DialoomError("an id is there twice", remedy="give each dialogue an id of its own")
        self._vectors = self._embed([text for _, text in pairs]) if pairs else None

    def __len__(self) -> int:
        return len(self._ids)

    def near_duplicate_of(self, id: str, text: str) -> Duplicate | None:
        """The text nearest in meaning, the smallest id of equals; None where none is near enough.

        A text whose id is in the index is compared with those of smaller ids, any other with all.
        """
        end = self._places.get(id, len(self._ids))
        if self._vectors is None or not end or not text.strip():
            return None
        likeness = self._vectors[:end] @ self._embed([text])[0]
        place = int(likeness.argmax())
        score = float(likeness[place])
        return Duplicate(self._ids[place], score) if score >= self.threshold else None
