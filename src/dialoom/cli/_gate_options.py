"""The options of `dialoom gate` as a quality section."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dialoom.errors import DialoomError, RecipeError

if TYPE_CHECKING:
    from dialoom.engine.given import Given
    from dialoom.errors import Place
    from dialoom.graph.recipe import Quality

PlaceOf = Callable[[int], "Place | None"]


def base(given: Given, file: Path | None, *, usual: bool) -> tuple[Quality, PlaceOf]:
    """The quality section of a file, or of a run's recipe, or the usual rules if `usual`, and where in the file each
    rule stands."""
    from dialoom.graph.quality_file import read_quality
    from dialoom.graph.recipe import Quality
    from dialoom.quality import DEFAULT_RULES

    if file is not None:
        quality, lines, where = read_quality(file)
        return quality, lambda index: lines.place((*where, "rules", index)) if index < len(quality.rules) else None
    return given.quality() or Quality(rules=list(DEFAULT_RULES) if usual else []), lambda index: None


def changed(
    quality: Quality,
    rules: Sequence[str] | None,
    quotas: Sequence[str] | None,
    by: str | None,
    score: str | None,
    keep: int,
    near: float | None,
    diverse: int | None,
    diverse_by: str,
) -> Quality:
    """The section with what was given at the command line. Raises RecipeError on what cannot be meant."""
    from pydantic import ValidationError

    from dialoom.graph.recipe import Quality
    from dialoom.problems import explain
    from dialoom.yaml_file import Lines

    if (by is None) != (score is None):
        what = "--best-of needs --score" if score is None else "--score goes with --best-of"
        raise RecipeError([DialoomError(what, remedy="such as --best-of seed --score 'distinct_2 + balance'")])
    told: dict[str, Any] = quality.model_dump(exclude_none=True)
    told["rules"] = [*quality.rules, *(rules or ())]
    told["quotas"] = {**told["quotas"], **dict(map(_quota, quotas or ()))}
    if by is not None:
        told["best_of"] = {"by": by, "keep": keep, "score": score}
    if near is not None:
        told["near"] = near
    if diverse is not None:
        told["diverse"] = {"keep": diverse, "by": diverse_by}
    try:
        return Quality.model_validate(told)
    except ValidationError as error:
        raise RecipeError(explain(error, Quality, (), Lines("the command line"))) from error


def apart(kept: Path | None, rejected: Path | None) -> None:
    """Refuse to write both into one file. Raises RecipeError."""
    if kept is not None and rejected is not None and kept.resolve() == rejected.resolve():
        raise RecipeError([DialoomError("--kept and --rejected name the same file", remedy="name two")])


def _quota(text: str) -> tuple[str, Any]:
    name, equals, most = text.rpartition("=")
    if not equals or not name.strip() or not most.strip().lstrip("-").isdigit():
        raise RecipeError([DialoomError(f"--quota wants FIELD=N, got '{text}'", remedy="such as --quota topic=20")])
    return name.strip(), int(most)
