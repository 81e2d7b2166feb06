"""From the opinions of several judges, each asked once or several times, to one score for each criterion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any, Literal

from dialoom.quality.judging.expected import Expected
from dialoom.quality.judging.rubric import Rubric

Method = Literal["said", "samples", "probabilities"]


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one judge says of a case.

    Attributes:
        judge: the model's name in the recipe.
        answers: what it said, one for each sample: `{criterion: {"explanation", "score"}}`.
        expected: its expected scores, where its endpoint told probabilities.
    """

    judge: str
    answers: Sequence[Mapping[str, Any]]
    expected: Mapping[str, Expected] = field(default_factory=dict)

    def method(self) -> Method:
        """How its scores were come by."""
        if self.expected:
            return "probabilities"
        return "samples" if len(self.answers) > 1 else "said"

    def score(self, criterion: str) -> float | None:
        """Its score: expected over probabilities, or else the mean of its samples.

        None where most samples say that the criterion does not apply.
        """
        said = [answer[criterion]["score"] for answer in self.answers]
        given = [score for score in said if score is not None]
        if len(given) * 2 < len(said) or not given:
            return None
        return self.expected[criterion].score if criterion in self.expected else fmean(given)

    def to_json(self, rubric: Rubric) -> dict[str, Any]:
        """The opinion as kept: scores, the explanations of its first answer, all samples' scores where several."""
        names = [criterion.id for criterion in rubric.criteria]
        told: dict[str, Any] = {
            "model": self.judge,
            "method": self.method(),
            "scores": {name: _rounded(self.score(name)) for name in names},
            "explanations": {name: self.answers[0][name]["explanation"] for name in names},
        }
        if len(self.answers) > 1:
            told["samples"] = {name: [answer[name]["score"] for answer in self.answers] for name in names}
        if self.expected:
            told["said"] = {name: self.answers[0][name]["score"] for name in names}
            told["mass"] = {name: _rounded(one.mass) for name, one in self.expected.items()}
            told["shares"] = {
                name: {str(score): _rounded(share) for score, share in one.shares.items()}
                for name, one in self.expected.items()
            }
        return told


@dataclass(frozen=True, slots=True)
class Judgement:
    """What all judges together say.

    Attributes:
        scores: each criterion's mean over the judges; None where none of them says that it applies.
        overall: by the rubric, the weighted mean or the lowest of these; None where there are none.
        spread: for each criterion that several judges scored, the highest score less the lowest.
        agreement: 1 less the mean spread as a share of the scale, 0..1; None for a single judge.
    """

    scores: Mapping[str, float | None]
    overall: float | None
    spread: Mapping[str, float]
    agreement: float | None

    def tag(self, rubric: Rubric) -> dict[str, Any]:
        """The tag as rules read it."""
        scores = {name: _rounded(score) for name, score in self.scores.items()}
        tag: dict[str, Any] = {"rubric": rubric.name, **scores, "overall": _rounded(self.overall)}
        return tag if self.agreement is None else tag | {"agreement": _rounded(self.agreement)}


def combine(rubric: Rubric, opinions: Sequence[Opinion]) -> Judgement:
    """The judges' opinions as one; each judge counts the same, however often it was asked."""
    given = {
        criterion.id: [score for opinion in opinions if (score := opinion.score(criterion.id)) is not None]
        for criterion in rubric.criteria
    }
    scores = {name: fmean(each) if each else None for name, each in given.items()}
    spread = {name: max(each) - min(each) for name, each in given.items() if len(each) > 1}
    ends = rubric.criteria[0].scores
    agreement = 1 - fmean(spread.values()) / (ends[-1] - ends[0]) if spread else None
    return Judgement(scores, _overall(rubric, scores), spread, agreement)


def _overall(rubric: Rubric, scores: Mapping[str, float | None]) -> float | None:
    weighed = [(score, one.weight) for one in rubric.criteria if (score := scores[one.id]) is not None]
    if not weighed:
        return None
    if rubric.overall == "minimum":
        return min(score for score, _ in weighed)
    return sum(score * weight for score, weight in weighed) / sum(weight for _, weight in weighed)


def _rounded(number: float | None) -> float | None:
    # Finer than anyone reads, and free of what summing in another order would alter.
    return None if number is None else round(number, 4)
