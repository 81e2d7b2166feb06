"""The real data of a cycle: what is learned from, what rounds are decided by, what is only reported on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from dialoom.cycle.settings import Settings
from dialoom.dialogue import Dialogue
from dialoom.dialogue.words import words
from dialoom.errors import DataError, Place, UsageError, nearest
from dialoom.intents.diagnosis import Rarity
from dialoom.intents.utterances import Labelled, Reading, Utterance

Open = Callable[[str], Iterable[Dialogue]]


@dataclass(frozen=True, slots=True)
class Sets:
    """Real data.

    Attributes:
        train: learned from; the seeds are its lines of rare intents.
        rare: the rare intents, sorted.
        valid: decides between rounds; None where folds of `train` do.
        test: reported on and nothing else; None where there is none.
        unseeded: words of lines of rare intents that no line is made of, as they stand in `valid` or `test`.
        notes: what a user should know, one sentence each.
    """

    train: Labelled
    rare: tuple[str, ...]
    valid: Labelled | None
    test: Labelled | None
    notes: tuple[str, ...] = ()
    unseeded: frozenset[str] = frozenset()

    def seeds(self) -> list[Utterance]:
        """The real lines that generation starts from."""
        return [row for row in self.known() if row.intent in self.rare]

    def known(self) -> list[Utterance]:
        """The real lines that generation and verification may know."""
        return [row for row in self.train.rows if row.intent not in self.rare or key(row.text) not in self.unseeded]

    def texts(self) -> dict[str, list[str]]:
        """The texts of `known` by intent, each once."""
        found: dict[str, dict[str, None]] = {}
        for row in self.known():
            found.setdefault(row.intent, {})[row.text] = None
        return {intent: list(texts) for intent, texts in found.items()}

    def held(self) -> dict[str, str]:
        """What stands in the validation or test data, by its words, and in which."""
        parts = (("validation", self.valid), ("test", self.test))
        return {key(row.text): name for name, part in parts if part is not None for row in part.rows}


def key(text: str) -> str:
    """A text but for case and punctuation: what makes two lines the same."""
    return " ".join(words(text)) or text


def read_sets(settings: Settings, open: Open | None = None, known: Mapping[str, str] | None = None) -> Sets:
    """The data that the settings name.

    Args:
        open: gives the dialogues of what is named; left out, those of files.
        known: descriptions by intent, which let an intent be rare that the data has no line of.

    Raises DataError and UsageError: data that cannot be read, fewer than two intents, intents that are not there, no
    rare intent, one without lines and description, and seeds that stand in the validation or test data.
    """
    notes: list[str] = []

    def reading(split: str | None) -> Reading:
        return Reading(settings.oos, split, settings.format, open=open)

    everything = reading(None).read(settings.data)
    parts = everything.splits()
    train = everything.only("train", "") if "train" in parts else everything.only("")
    if not train.rows:
        raise DataError(
            "no training line is there",
            place=Place(settings.data),
            remedy="name data with a part `train`, or without parts",
        )
    if len(train.counts()) < 2:
        raise DataError(
            "a cycle needs training lines of two intents or more",
            place=Place(settings.data),
            remedy="name data with the other intents: they say what a line must not be taken for",
        )
    valid = _part(settings.valid, "validation", reading(None))
    test = _part(settings.test, "test", reading(None))
    if settings.test is None and "test" in parts:
        test = everything.only("test")
    if valid is None:
        notes.append(f"no validation data is named: rounds are decided by {settings.folds} folds of the training data")
    if test is None:
        notes.append(
            "no test data is there: the report tells what the folds of the training data show; "
            "name some with --test for figures on data that nothing has touched"
        )
    rare = _rare(settings, train, known or {})
    return _without_shared(Sets(train, rare, valid, test, tuple(notes)), settings)


def _part(named: str | None, name: str, reading: Reading) -> Labelled | None:
    if named is None:
        return None
    found = reading.read(named)
    if name in found.splits():
        found = found.only(name)
    if not found.rows:
        raise DataError("no line of it is in scope", place=Place(named), remedy="name labelled lines of the intents")
    return found


def _rare(settings: Settings, train: Labelled, known: Mapping[str, str]) -> tuple[str, ...]:
    counts = train.counts()
    names = [*counts, *(name for name in known if name not in counts)]
    if settings.intents is not None:
        for name in settings.intents:
            if name not in names:
                raise UsageError(f"the training data has no intent '{name}'", remedy=nearest(name, names))
        rare = sorted(set(settings.intents))
    else:
        rare = sorted({*Rarity(settings.rare_share, settings.rare_below).rare(counts), *(set(known) - set(counts))})
    if not rare:
        raise UsageError(
            "no intent of the training data is rare", remedy="name some with --intents, or raise --rare-below"
        )
    for name in rare:
        if not counts.get(name):
            said = "no real line, and nothing says what it means" if not known.get(name) else "no real line"
            raise DataError(
                f"the rare intent '{name}' has {said}",
                place=Place(settings.data),
                remedy="add one line of it: what is made is verified by real lines",
            )
    if len(rare) == len(counts):
        raise UsageError(
            "every intent is named as rare", remedy="leave some out: gains need something to stand out from"
        )
    return tuple(rare)


def _without_shared(sets: Sets, settings: Settings) -> Sets:
    """Seeds must not be what is tested on: what is made of them would know the answers."""
    held = sets.held()
    shared = [row for row in sets.seeds() if key(row.text) in held]
    if not shared:
        return sets
    such = f"such as '{shared[0].text}' of {shared[0].intent}, in the {held[key(shared[0].text)]} data"
    count = f"{len(shared)} line{'' if len(shared) == 1 else 's'} of rare intents"
    if not settings.leave_shared:
        raise DataError(
            f"{count} in the training data stand in data that is decided or tested by, {such}",
            remedy="take them out of one of the two, or let nothing be made of them with --leave-shared",
        )
    note = f"nothing is made of {count} that stand in data that is decided or tested by, {such}"
    found = replace(sets, unseeded=frozenset(key(row.text) for row in shared), notes=(*sets.notes, note))
    left = {row.intent for row in found.seeds()}
    for intent in sets.rare:
        if intent not in left:
            raise DataError(
                f"every line of '{intent}' stands in data that is decided or tested by",
                remedy="add one that does not: what is made starts from it",
            )
    return found
