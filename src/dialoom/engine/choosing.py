"""The choice at the end of a run, when all records that met the rules are known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar
from uuid import uuid4

from dialoom.corpus import Corpus
from dialoom.dialogue import Dialogue
from dialoom.engine.rejects import Reject, Rejects
from dialoom.engine.seedlog import SeedLog, SeedOutcome
from dialoom.graph.recipe import Recipe
from dialoom.quality.gate import WholeSet
from dialoom.quality.score import Score

CHOICE = "choice"
"""The node that is given for a record that met all rules and was not chosen at the end."""

_PART = 512

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen.

    Attributes:
        among, chosen: records that met all rules, and how many of them stay.
        reasons: of the records that were kept before it and are no more.
    """

    among: int
    chosen: int
    reasons: list[str]


def choose_at_end(recipe: Recipe, corpus: Corpus, rejects: Rejects, log: SeedLog, run: str) -> Choice | None:
    """Move what is not chosen from the corpus to the rejects, and what now is and was not before back; None where the
    recipe leaves nothing to the end.

    It chooses among all that the run has kept and all that an earlier choice turned down, so a run that was extended
    has the choice of one that was not interrupted. When it is cut short, doing it again comes to the same: a record is
    in the rejects before it leaves the corpus, and in the corpus before it leaves the rejects.
    """
    quality = recipe.quality.for_whole_set
    if quality.best_of is None and quality.near is None and quality.diverse is None:
        return None
    score = Score(quality.best_of.score, recipe.columns()) if quality.best_of else None
    whole = WholeSet(
        best_of=quality.best_of,
        score=score,
        near=quality.near,
        quotas=quality.quotas,
        diverse=quality.diverse,
        in_order=False,
    )
    own = f"run = '{run}'"
    there: dict[str, str | None] = {}
    turned_down: dict[str, str | None] = {}
    for part in _parts(one for one in corpus.dialogues(where=own) if _is_done(log, one.lineage.seed)):
        there |= {one.id: one.lineage.seed for one in part}
        whole.add(part)
    for lines in _parts(_lines(rejects)):
        turned_down |= {line["id"]: line["seed"] for line in lines}
        whole.add([Dialogue.model_validate(line["record"]) for line in lines if line["id"] not in there])
    seeds = there | {name: seed for name, seed in turned_down.items() if name not in there}
    reasons = dict(zip(seeds, whole.choose(), strict=True))
    back = {name for name, reason in reasons.items() if reason is None and name not in there}
    gone = {name: reason for name, reason in reasons.items() if reason is not None and name in there}
    _bring_back(corpus, rejects, run, back)
    _turn_down(corpus, rejects, own, reasons, {name: gone[name] for name in gone if name not in turned_down})
    if gone:
        listed = ", ".join(f"'{name}'" for name in gone)
        corpus.remove(f"{own} AND id IN ({listed})", why="not chosen at the end of the run")
    _settle(log, seeds, reasons)
    return Choice(len(reasons), sum(reason is None for reason in reasons.values()), list(gone.values()))


def _bring_back(corpus: Corpus, rejects: Rejects, run: str, back: set[str]) -> None:
    for lines in _parts(line for line in _lines(rejects) if line["id"] in back):
        dialogues = [Dialogue.model_validate(line["record"]) for line in lines]
        corpus.append(dialogues, run=run, batch=uuid4().hex[:12])


def _turn_down(
    corpus: Corpus, rejects: Rejects, own: str, reasons: dict[str, str | None], gone: dict[str, str]
) -> None:
    def now(line: dict[str, Any]) -> dict[str, Any] | None:
        if line["node"] != CHOICE or line["id"] not in reasons:
            return line
        reason = reasons[line["id"]]
        return None if reason is None else {**line, "reasons": [reason]}

    rejects.change(now)
    for part in _parts(one for one in corpus.dialogues(where=own) if one.id in gone):
        rejects.add([Reject("rejected", CHOICE, [gone[one.id]], one) for one in part])


def _settle(log: SeedLog, seeds: dict[str, str | None], reasons: dict[str, str | None]) -> None:
    """Enter anew what became of the seeds."""
    kept = Counter(dict.fromkeys(seeds.values(), 0))
    kept.update(seeds[name] for name, reason in reasons.items() if reason is None)
    outcomes: list[SeedOutcome] = []
    for seed, number in kept.items():
        was = None if seed is None else log.done(seed)
        if was is not None and was.kept != number:
            outcomes.append(SeedOutcome(was.seed, number, was.kept + was.rejected - number, was.failed))
    log.add(outcomes)


def _is_done(log: SeedLog, seed: str | None) -> bool:
    return seed is not None and log.done(seed) is not None


def _lines(rejects: Rejects) -> Iterator[dict[str, Any]]:
    return (line for _, line in rejects.read() if line["node"] == CHOICE)


def _parts(items: Iterable[T]) -> Iterator[list[T]]:
    waiting = iter(items)
    while part := list(islice(waiting, _PART)):
        yield part
