"""How people begin, whatever they want: word sequences at the head of real lines of many intents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from random import Random

_MOST_WORDS = 4
_SHARE = 0.06
_FEWEST_INTENTS = 3


@dataclass(frozen=True)
class Openers:
    """Beginnings that say nothing of the intent, such as `can you tell me`, with how often each was seen."""

    counts: Mapping[str, int]

    @classmethod
    def of(cls, lines: Mapping[str, Iterable[str]]) -> Openers:
        """Those at the head of lines of at least 6% of the intents, and of three.

        Args:
            lines: texts by intent.
        """
        seen: dict[str, dict[str, int]] = defaultdict(dict)
        for intent, texts in lines.items():
            for text in texts:
                words = text.split()
                for length in range(1, min(_MOST_WORDS, len(words) - 2) + 1):
                    by_intent = seen[" ".join(words[:length]).lower()]
                    by_intent[intent] = by_intent.get(intent, 0) + 1
        least = max(_FEWEST_INTENTS, round(_SHARE * len(lines)))
        return cls({head: sum(by.values()) for head, by in sorted(seen.items()) if len(by) >= least})

    @cached_property
    def _weighted(self) -> tuple[list[str], list[float]]:
        heads = list(self.counts)
        # The square root lets rare ways of beginning in, which is what few examples lack.
        return heads, [self.counts[head] ** 0.5 for head in heads]

    def draw(self, random: Random) -> str:
        """One of them, the frequent ones more often; empty where there are none."""
        heads, weights = self._weighted
        return random.choices(heads, weights)[0] if heads else ""

    def split(self, text: str) -> tuple[str, str]:
        """(its longest opener, the rest); the opener is empty where none fits."""
        words = text.split()
        for length in range(min(_MOST_WORDS, len(words) - 1), 0, -1):
            head = " ".join(words[:length])
            if head.lower() in self.counts:
                return head, " ".join(words[length:])
        return "", text

    def like(self, head: str, random: Random) -> str:
        """Another opener that can stand in the place of `head`: one that ends in the same word; empty where none is.

        The last word carries what may follow (`to` a verb, `the` a noun), so the sentence stays whole.
        """
        last = head.lower().rsplit(" ", 1)[-1]
        fitting = [each for each in self.counts if each.rsplit(" ", 1)[-1] == last and each != head.lower()]
        return random.choices(fitting, [self.counts[each] ** 0.5 for each in fitting])[0] if fitting else ""
