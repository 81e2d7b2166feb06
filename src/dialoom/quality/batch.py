"""The text of several dialogues, read once: what the metrics of stage one share.

Words are numbered, so that counting them, their runs and whatever a lexicon says of them is arithmetic over arrays.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate, count
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from dialoom.dialogue import Dialogue
from dialoom.quality._marked import STOP, TURN, marked_words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

V = TypeVar("V")

_CODES = 0x110000
_RUNS = re.compile("[a-z]+")


class Batch:
    """What can be read off the turns of some dialogues, each thing when first asked for.

    It is of the dialogues as they are then. Arrays by turn or word run over all of them, in order; nothing here depends
    on which dialogues stand together but the numbers of words.

    Args:
        dialogues: at least one.

    Attributes:
        texts: the text of each turn.
        counts: how many turns each dialogue has.
    """

    def __init__(self, dialogues: Sequence[Dialogue]) -> None:
        self.dialogues = dialogues
        self.texts = [turn.text for one in dialogues for turn in one.turns]
        self.counts = [len(one.turns) for one in dialogues]
        self._kept: dict[Callable[[Batch], Any], Any] = {}

    def __len__(self) -> int:
        return len(self.dialogues)

    def split(self, by_turn: Sequence[V]) -> Iterator[Sequence[V]]:
        """What there is a turn, a dialogue at a time."""
        start = 0
        for turns in self.counts:
            yield by_turn[start : start + turns]
            start += turns

    @cached_property
    def speakers(self) -> list[list[str]]:
        """Who speaks each turn, a list for each dialogue."""
        return [[turn.speaker for turn in one.turns] for one in self.dialogues]

    @cached_property
    def joined(self) -> list[str]:
        """The text of each dialogue, one turn a line."""
        return ["\n".join(texts) for texts in self.split(self.texts)]

    @cached_property
    def lower(self) -> list[str]:
        """The same, lower-cased, with straight apostrophes."""
        return [text.lower().replace("’", "'") for text in self.joined]

    @cached_property
    def _whole(self) -> str:
        return "\n".join(self.lower)

    def present(self, strings: Iterable[str]) -> list[str]:
        """Those of some lower-case strings that occur anywhere in the batch: the others need not be looked for."""
        return [each for each in strings if each in self._whole]

    def holding(self, strings: Iterable[str]) -> list[int]:
        """The indices of the dialogues whose lower-cased text holds one of some strings at least, ascending.

        Strings are without line ends. They are looked for in all texts at once: most are nowhere.
        """
        found: set[int] = set()
        for each in strings:
            # A run of letters lies within a word, and the words of a batch are a tenth of its text.
            if all(run in self._every_word for run in _RUNS.findall(each)):
                found.update(self._holding(each))
        return sorted(found)

    def _holding(self, string: str) -> Iterator[int]:
        place = self._whole.find(string)
        while place >= 0:
            one = bisect_right(self._begins, place) - 1
            yield one
            if one + 1 == len(self):
                break
            place = self._whole.find(string, self._begins[one + 1])

    @cached_property
    def _begins(self) -> list[int]:
        """Where in the whole each dialogue's text begins."""
        return list(accumulate((len(text) + 1 for text in self.lower[:-1]), initial=0))

    @cached_property
    def turn_owner(self) -> Ints:
        """The index of the dialogue that each turn belongs to."""
        import numpy as np

        return np.repeat(np.arange(len(self)), self.counts)

    @cached_property
    def _marked(self) -> list[str]:
        """The words of all turns, with marks for where a sentence (`STOP`) and a turn (`TURN`) end."""
        return marked_words(list(self.split(self.texts)))

    @cached_property
    def _numbered(self) -> tuple[list[str], Ints]:
        import numpy as np

        numbers: defaultdict[str, int] = defaultdict(count().__next__)
        number = numbers.__getitem__
        for mark in (TURN, STOP):
            number(mark)
        found = np.fromiter(map(number, self._marked), dtype=np.int64, count=len(self._marked))
        return list(numbers), found

    @cached_property
    def vocabulary(self) -> list[str]:
        """The different words by number; the first two are marks and no words."""
        return self._numbered[0]

    @cached_property
    def _every_word(self) -> str:
        return "\n".join(self.vocabulary)

    @cached_property
    def words(self) -> Ints:
        """The number of each word of all turns."""
        numbers = self._numbered[1]
        return numbers[numbers > 1]

    @cached_property
    def word_turn(self) -> Ints:
        """The index of the turn that each word stands in."""
        import numpy as np

        numbers = self._numbered[1]
        ended: Ints = np.cumsum(numbers == 0)
        return ended[numbers > 1]

    @cached_property
    def word_owner(self) -> Ints:
        """The index of the dialogue that each word stands in."""
        return self.turn_owner[self.word_turn]

    @cached_property
    def lengths(self) -> Ints:
        """The number of words of each turn."""
        import numpy as np

        return np.bincount(self.word_turn, minlength=len(self.texts))

    @cached_property
    def totals(self) -> Ints:
        """The number of words of each dialogue."""
        import numpy as np

        return np.bincount(self.word_owner, minlength=len(self))

    @cached_property
    def sentences(self) -> Ints:
        """The number of sentences of each dialogue: stretches of words that end at a final mark, a line or a turn."""
        import numpy as np

        numbers = self._numbered[1]
        ends = np.flatnonzero((numbers[1:] < 2) & (numbers[:-1] > 1)) + 1
        turn = np.cumsum(numbers == 0) - (numbers == 0)
        return np.bincount(self.turn_owner[turn[ends]], minlength=len(self))

    @cached_property
    def codes(self) -> list[str]:
        """Each turn as a string of one character a word, equal where the words are: quick to compare."""
        import numpy as np

        codes = (self.words % _CODES).astype(np.uint32).tobytes().decode("utf-32-le", "surrogatepass")
        ends = np.cumsum(self.lengths).tolist()
        return [codes[start:end] for start, end in zip([0, *ends], ends, strict=False)]

    def by_word(self, of: Callable[[str], float]) -> Floats:
        """A figure for each word of all turns, worked out once for each different word."""
        import numpy as np

        figures = np.fromiter(map(of, self.vocabulary), dtype=np.float64, count=len(self.vocabulary))
        return figures[self.words]

    def among(self, lexicon: frozenset[str]) -> NDArray[np.bool_]:
        """Whether each word of all turns is in a lexicon."""
        import numpy as np

        figures = np.fromiter(map(lexicon.__contains__, self.vocabulary), dtype=np.bool_, count=len(self.vocabulary))
        return figures[self.words]

    def held(self, lexicon: frozenset[str]) -> dict[int, set[str]]:
        """By index, ascending: the words of a lexicon that each dialogue holds, where it holds any."""
        import numpy as np

        found: dict[int, set[str]] = {}
        places = np.flatnonzero(self.among(lexicon))
        for owner, word in zip(self.word_owner[places].tolist(), self.words[places].tolist(), strict=True):
            found.setdefault(owner, set()).add(self.vocabulary[word])
        return found

    def sums(self, by_word: NDArray[Any]) -> Floats:
        """The sum for each dialogue of what there is a word."""
        import numpy as np

        return np.bincount(self.word_owner, weights=by_word, minlength=len(self)).astype(np.float64)

    def once(self, of: Callable[[Batch], V]) -> V:
        """What a function says of this batch, worked out when first asked for."""
        if of not in self._kept:
            self._kept[of] = of(self)
        kept: V = self._kept[of]
        return kept


class OfBatch(Generic[V]):
    """A measure that reads a batch: called with a dialogue it gives one value, and `of` a batch one for each dialogue.

    Args:
        of: the measure, total on any batch: a list or an array.
    """

    def __init__(self, of: Callable[[Batch], Any]) -> None:
        self.of = of

    def __call__(self, dialogue: Dialogue) -> V:
        value: V = self.many([dialogue])[0]
        return value

    def many(self, dialogues: Sequence[Dialogue]) -> list[V]:
        """The value of each dialogue, in order."""
        return self.listed(Batch(dialogues))

    def listed(self, batch: Batch) -> list[V]:
        """The value of each dialogue of a batch that is there, in order."""
        values = self.of(batch)
        listed: list[V] = values if isinstance(values, list) else values.tolist()
        return listed
