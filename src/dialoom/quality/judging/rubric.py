"""What a judge scores by: criteria, a scale for each, what each score means, and examples."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, model_validator

# What a judge's tag holds beside the criteria.
_TAKEN = frozenset({"rubric", "overall", "agreement", "unjudged"})
_SCALE = re.compile(r"(-?\d+)\.\.(-?\d+)")
_MOST_SCORES = 11


def _bounds(scale: str) -> str:
    found = _SCALE.fullmatch(scale)
    if found is None or not 1 <= int(found[2]) - int(found[1]) < _MOST_SCORES:
        raise ValueError(f"expected a range of two to {_MOST_SCORES} scores such as 1..5")
    return scale


def _plain(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or name in _TAKEN:
        raise ValueError(
            f"expected a name of small letters, digits and underscores, none of {', '.join(sorted(_TAKEN))}"
        )
    return name


Name = Annotated[str, AfterValidator(_plain)]
Said = Annotated[str, BeforeValidator(lambda text: text.strip() if isinstance(text, str) else text)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Criterion(_Part):
    """One question to the judge, answered by a score."""

    id: Name = Field(description="The name of its score in rules and tags.")
    text: Said = Field(min_length=1, description="What is asked.")
    scale: Annotated[str, AfterValidator(_bounds)] = Field(default="1..5", description="Lowest and highest score.")
    anchors: dict[int, Said] = Field(description="What each score of the scale means.")
    weight: float = Field(default=1.0, gt=0, description="Its share in the overall score, beside that of the others.")
    optional: bool = Field(default=False, description="Whether the judge may say that it does not apply.")

    @property
    def scores(self) -> list[int]:
        """The scores that can be given, lowest first."""
        found = _SCALE.fullmatch(self.scale)
        assert found is not None
        return list(range(int(found[1]), int(found[2]) + 1))

    @model_validator(mode="after")
    def _anchored(self) -> Criterion:
        missing = [str(score) for score in self.scores if not self.anchors.get(score)]
        odd = [str(score) for score in self.anchors if score not in self.scores]
        if missing or odd:
            which = f"{', '.join(missing)} has none" if missing else f"{', '.join(odd)} is not on it"
            raise ValueError(f"expected an anchor for each score of {self.scale}: {which}")
        return self


class Scored(_Part):
    """What a judge should have said to an example."""

    explanation: Said = Field(min_length=1)
    score: int | None


class Example(_Part):
    """A case and its scores, shown to the judge as an earlier turn."""

    given: dict[str, Said] = Field(description="The parts that the rubric reads, as texts.")
    scores: dict[str, Scored] = Field(description="An explanation and a score for each criterion.")


class Rubric(_Part):
    """A rubric, as a YAML file holds it. Its name is the file's."""

    about: Said = Field(min_length=1, description="What is judged, as a judge is told it.")
    routes: list[str] = Field(default_factory=list, description="The categories of records that it fits.")
    reads: list[Annotated[str, Field(pattern=r"^[A-Za-z_]\w*\??$")]] = Field(
        min_length=1, description="The parts of a record that the judge sees; with `?`, where there are such."
    )
    criteria: list[Criterion] = Field(min_length=1)
    overall: Literal["mean", "minimum"] = Field(
        default="mean", description="How the scores make one: their weighted mean, or the lowest of them."
    )
    examples: list[Example] = Field(default_factory=list)

    _name: str = PrivateAttr(default="")

    @property
    def name(self) -> str:
        return self._name

    def named(self, name: str) -> Rubric:
        """Tell it the name of its file."""
        self._name = name
        return self

    @property
    def required(self) -> list[str]:
        """The parts without which there is nothing to judge."""
        return [part for part in self.reads if not part.endswith("?")]

    @model_validator(mode="after")
    def _consistent(self) -> Rubric:
        ids = [criterion.id for criterion in self.criteria]
        twice = next((name for index, name in enumerate(ids) if name in ids[:index]), None)
        if twice is not None:
            raise ValueError(f"two criteria are called '{twice}'")
        if len({criterion.scale for criterion in self.criteria}) > 1:
            raise ValueError("the criteria have different scales, and no overall score can be made of them")
        for number, example in enumerate(self.examples, 1):
            self._check_example(number, example)
        return self

    def _check_example(self, number: int, example: Example) -> None:
        known = {part.removesuffix("?") for part in self.reads}
        for what, has, wants in (
            ("given", example.given.keys(), set(self.required)),
            ("scores", example.scores.keys(), {criterion.id for criterion in self.criteria}),
        ):
            if missing := wants - has:
                raise ValueError(f"example {number}: '{what}' lacks {', '.join(sorted(missing))}")
            if odd := has - wants - (known if what == "given" else set()):
                raise ValueError(f"example {number}: '{what}' has {', '.join(sorted(odd))}, which the rubric has not")
        for criterion in self.criteria:
            score = example.scores[criterion.id].score
            if score not in criterion.scores and not (score is None and criterion.optional):
                raise ValueError(f"example {number}: the score of {criterion.id} is {score}, not on {criterion.scale}")
