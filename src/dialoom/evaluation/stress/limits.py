"""What has to be reached, for a build that is to fail where it is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dialoom.errors import UsageError, nearest
from dialoom.evaluation.stress.judged import CHECKS
from dialoom.evaluation.stress.report import ALL, SOUND, Report


@dataclass(frozen=True, slots=True)
class Limit:
    """The least share of talks that pass a check.

    Attributes:
        intent: of talks of this intent alone; empty for all.
    """

    measure: str
    least: float
    intent: str = ""


def parse_limits(written: Sequence[str]) -> list[Limit]:
    """`0.8` (of all talks pass every check), `escalation=1`, `escalation@report_fraud=1`.

    Raises UsageError.
    """
    found = []
    known = [SOUND, *CHECKS.names()]
    for text in written:
        name, sign, number = text.rpartition("=")
        measure, _, intent = name.partition("@")
        measure = measure if sign else SOUND
        if measure not in known:
            raise UsageError(f"there is no check '{measure}'", remedy=nearest(measure, known))
        try:
            least = float(number)
        except ValueError:
            least = -1.0
        if not 0 <= least <= 1:
            raise UsageError(
                f"'{text}' has no share from 0 to 1", remedy="write 0.8, or CHECK=0.8, or CHECK@INTENT=0.8"
            )
        found.append(Limit(measure, least, intent))
    return found


def missed(report: Report, limits: Sequence[Limit], brittle: float | None) -> Iterator[str]:
    """What is not reached, in words. A limit on what could not be told is missed: a build must not pass unseen.

    Args:
        brittle: the most points, as a share, that any check may lose to a variant over all talks.
    """
    for limit in limits:
        held = report.judged if not limit.intent else report.by_intent.get(limit.intent, [])
        found = report.rate(limit.measure, held)
        what = limit.measure + (f" of {limit.intent}" if limit.intent else "")
        if found.value is None:
            yield f"{what} could not be told, and {limit.least:g} was asked for"
        elif found.value < limit.least:
            yield f"{what} is {found.value:.3f} ({found.passed} of {found.of}), and {limit.least:g} was asked for"
    if brittle is not None:
        for variant in report.variants:
            for measure, lost in report.brittleness(variant).get(ALL, {}).items():
                if lost.loss.value is not None and lost.loss.value > brittle:
                    yield f"{measure} loses {lost.loss.value:.3f} to {variant}, and at most {brittle:g} was asked for"
    if report.unplayed and (limits or brittle is not None):
        yield f"{len(report.unplayed)} dialogues could not be played"
