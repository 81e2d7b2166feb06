"""The whole diagnosis of a data set of intents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dialoom.errors import DataError
from dialoom.intents.classifier import LogisticClassifier, OutOfFold, out_of_fold
from dialoom.intents.diagnosis.confusion import Mistaken, Scores, Unsure, mistakes, score, unsure
from dialoom.intents.diagnosis.coverage import Coverage, cover
from dialoom.intents.diagnosis.noise import Suspect, find_noise, has_cleanlab
from dialoom.intents.diagnosis.outside import Pressure, find_pressure
from dialoom.intents.diagnosis.rarity import Rarity
from dialoom.intents.diagnosis.twins import Twins, find_twins
from dialoom.intents.taxonomy import Taxonomy
from dialoom.intents.utterances import Labelled

if TYPE_CHECKING:
    from dialoom.quality.embedding import Embed


@dataclass(frozen=True, slots=True)
class Settings:
    """How to diagnose.

    Attributes:
        rarity: which intents are rare.
        folds: of the cross-validation.
        seed: another one makes other folds.
        features: of coverage; None for all.
    """

    rarity: Rarity = field(default_factory=Rarity)
    folds: int = 5
    seed: int = 0
    features: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class IntentFacts:
    """What is known of one intent.

    Attributes:
        critical: whether the taxonomy says that its criticality is high or critical.
        covered: the share of the data's usual variants that it has, 0..1.
        gaps: by feature, usual values that it lacks.
        suspects: how many of its lines are likely mislabelled.
        attracted: how many out-of-scope lines it takes.
        taken_for: the intent that most of its mistaken lines go to.
    """

    intent: str
    count: int
    rare: bool
    critical: bool
    scores: Scores
    covered: float
    gaps: dict[str, list[str]]
    suspects: int
    attracted: int
    taken_for: str | None

    def to_json(self) -> dict[str, Any]:
        return {
            "intent": self.intent,
            "count": self.count,
            "rare": self.rare,
            "critical": self.critical,
            "recall": self.scores.recall,
            "precision": self.scores.precision,
            "f1": self.scores.f1,
            "unsure": self.scores.unsure,
            "covered": self.covered,
            "gaps": self.gaps,
            "suspects": self.suspects,
            "attracted": self.attracted,
            "taken_for": self.taken_for,
        }


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A data set of intents, diagnosed.

    Attributes:
        bound: an intent with fewer lines than this is rare.
        accuracy: of the cross-validated classifier, 0..1.
        outside: None where the data has no out-of-scope line.
        suspects: None where cleanlab is not installed.
        notes: what a user should know, one sentence each.
    """

    data: Labelled
    intents: dict[str, IntentFacts]
    bound: float
    accuracy: float
    macro_f1: float
    coverage: Coverage
    mistakes: list[Mistaken]
    unsure: list[Unsure]
    twins: list[Twins]
    suspects: list[Suspect] | None
    outside: Pressure | None
    judged: OutOfFold
    notes: list[str]

    @property
    def rare(self) -> list[IntentFacts]:
        return [each for each in self.intents.values() if each.rare]

    @property
    def critical(self) -> list[IntentFacts]:
        return [each for each in self.intents.values() if each.critical]

    def to_json(self, most: int | None = None) -> dict[str, Any]:
        """All of it but the probabilities; of the longer lists the first `most`."""
        return {
            "lines": len(self.data.rows),
            "out_of_scope_lines": len(self.data.outside),
            "rare_below": self.bound,
            "accuracy": self.accuracy,
            "macro_f1": self.macro_f1,
            "intents": [each.to_json() for each in self.intents.values()],
            "coverage": self.coverage.to_json(),
            "mistakes": [each.to_json() for each in self.mistakes[:most]],
            "unsure": [each.to_json() for each in self.unsure[:most]],
            "twins": [each.to_json() for each in self.twins[:most]],
            "suspects": None if self.suspects is None else [each.to_json() for each in self.suspects[:most]],
            "outside": None if self.outside is None else self.outside.to_json(),
            "notes": self.notes,
        }


def diagnose(
    data: Labelled,
    embed: Embed,
    taxonomy: Taxonomy | None = None,
    settings: Settings | None = None,
    told: Callable[[str], None] = lambda _: None,
) -> Diagnosis:
    """Diagnose labelled utterances; nothing is drawn or called.

    Args:
        embed: from texts to vectors of length 1.
        taxonomy: says which intents are critical.
        told: takes a word on each part of the work as it begins.

    Raises DataError where there are fewer than two intents, MissingExtra where scikit-learn is not installed.
    """
    settings = settings or Settings()
    rows = data.rows
    counts = data.counts()
    if len(counts) < 2:
        raise DataError("a diagnosis needs two intents or more", remedy="name data with more intents")
    told("embedding")
    vectors = embed(data.texts)
    told(f"cross-validating {len(rows):,} lines of {len(counts)} intents")
    classifier = LogisticClassifier(embed)
    judged = out_of_fold(classifier, data.texts, data.intents, settings.folds, settings.seed)
    told("looking at confusions and variants")
    scores = score(rows, judged)
    mistaken = mistakes(rows, judged)
    coverage = cover(rows, settings.features)
    suspects = find_noise(rows, judged) if has_cleanlab() else None
    outside = None
    if data.outside:
        told(f"trying {len(data.outside):,} out-of-scope lines")
        fitted = classifier.fit_vectors(vectors, data.intents)
        outside = find_pressure(data.outside, embed([row.text for row in data.outside]), fitted, judged)
    rare = set(settings.rarity.rare(counts))
    critical = set(taxonomy.critical) if taxonomy else set()
    most: dict[str, str] = {}
    suspected: dict[str, int] = defaultdict(int)
    for one in mistaken:
        most.setdefault(one.intent, one.taken_for)
    for suspect in suspects or ():
        suspected[suspect.intent] += 1
    facts = {
        intent: IntentFacts(
            intent=intent,
            count=number,
            rare=intent in rare,
            critical=intent in critical,
            scores=scores[intent],
            covered=coverage.covered(intent),
            gaps=coverage.gaps(intent),
            suspects=suspected[intent],
            attracted=outside.by_intent.get(intent, 0) if outside else 0,
            taken_for=most.get(intent),
        )
        for intent, number in counts.items()
    }
    right = sum(told_of == row.intent for told_of, row in zip(judged.predicted, rows, strict=True))
    return Diagnosis(
        data=data,
        intents=facts,
        bound=settings.rarity.bound(counts),
        accuracy=right / len(rows),
        macro_f1=sum(each.f1 for each in scores.values()) / len(scores),
        coverage=coverage,
        mistakes=mistaken,
        unsure=unsure(rows, judged),
        twins=find_twins(rows, judged, vectors),
        suspects=suspects,
        outside=outside,
        judged=judged,
        notes=_notes(data, counts, taxonomy, suspects is None),
    )


def _notes(data: Labelled, counts: dict[str, int], taxonomy: Taxonomy | None, no_noise: bool) -> list[str]:
    found = []
    if taxonomy is None:
        found.append("without a taxonomy no intent counts as critical; --write-taxonomy makes one to complete")
    else:
        found += taxonomy.remarks(counts)
    if no_noise:
        found.append("wrong labels were not looked for: pip install 'dialoom[intents]'")
    if not data.outside:
        found.append("the data has no out-of-scope lines, so nothing is known of how intents attract them")
    single = [intent for intent, number in counts.items() if number == 1]
    if single:
        found.append(f"intents of a single line cannot be recognised in cross-validation: {', '.join(single[:5])}")
    return found
