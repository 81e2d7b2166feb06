"""How much of a dialogue is copied from other text, such as the real data that a model was shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dialoom.dialogue import Dialogue
from dialoom.errors import DialoomError
from dialoom.quality._words import words

_RUN = 8


class CopyIndex:
    """The runs of words of protected texts: seeds, examples, real dialogues.

    Carlini et al. 2023 ("Quantifying Memorization Across Neural Language Models", ICLR) count verbatim runs. They are
    held as hashes of 64 bits, about 100 bytes a word.

    Args:
        texts: the protected ones; each is searched within its lines.
        run: how many words in a row are a copy, at least 1. Eight are seldom shared by chance; "thank you very much for
            your help and" is.

    Raises:
        DialoomError: for a run of less than one word.
    """

    def __init__(self, texts: Iterable[str], run: int = _RUN) -> None:
        if run < 1:
            raise DialoomError(f"a run of {run} words is none", remedy="give 1 or more")
        self.run = run
        self._held = {hash(gram) for text in texts for line in text.splitlines() for gram in self._grams(line)}

    def copied(self, dialogue: Dialogue) -> float:
        """The share of the dialogue's words that stand in a run that a protected text has too, 0..1."""
        total = found = 0
        for turn in dialogue.turns:
            said = words(turn.text)
            places = [place for place, gram in enumerate(self._grams(turn.text)) if hash(gram) in self._held]
            total += len(said)
            found += len({place + step for place in places for step in range(self.run)})
        return found / total if total else 0.0

    def longest(self, dialogue: Dialogue) -> str:
        """The longest stretch of words made of such runs, the first of equals; empty where there is none."""
        best: list[str] = []
        for turn in dialogue.turns:
            said = words(turn.text)
            start = None
            for place, gram in enumerate([*self._grams(turn.text), ()]):
                if gram and hash(gram) in self._held:
                    start = place if start is None else start
                elif start is not None:
                    stretch = said[start : place - 1 + self.run]
                    best = max(best, stretch, key=len)
                    start = None
        return " ".join(best)

    def _grams(self, text: str) -> Iterator[tuple[str, ...]]:
        said = words(text)
        return zip(*(said[start:] for start in range(self.run)), strict=False)
