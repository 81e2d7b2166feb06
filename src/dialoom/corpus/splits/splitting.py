"""A corpus as training, validation and test set, none of which knows another's dialogues."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from dialoom.corpus.held_out import held_out
from dialoom.corpus.splits.assign import Group, assign
from dialoom.corpus.splits.groups import unite
from dialoom.corpus.splits.leaks import NEAR, USUAL, Embed, find_leaks
from dialoom.corpus.splits.plan import Plan, Withheld
from dialoom.corpus.splits.rows import Row, read_rows
from dialoom.corpus.splits.view import View
from dialoom.errors import Place, UsageError
from dialoom.likeness.near import near_pairs

if TYPE_CHECKING:
    from dialoom.corpus.corpus import Corpus

TRAIN = "train"


def split(
    corpus: Corpus,
    shares: Mapping[str, float],
    *,
    by: Sequence[str] = (),
    group: Sequence[str] = (),
    where: str | None = None,
    seed: int = 0,
    near: float = NEAR,
    usual: float = USUAL,
    embed: Embed | None = None,
) -> Plan:
    """Split the newest version of a corpus.

    Dialogues of one seed, those that name each other as source or parent, near-duplicates, and what `group` ties
    together stay together. A dialogue that was shown to a model as an example goes to `train`. One that is held out
    goes to the set it is held out in and nowhere else, and that set gets no others; what belongs together with it is
    withheld. At last a dialogue that gives away one of a set after its own is withheld.

    Args:
        shares: of each set, such as `{"train": 0.8, "validation": 0.1, "test": 0.1}`; they add up to 1; put the set
            that is tested on last.
        by: SQL expressions over the corpus's columns, `intent`, `words` and `length`; each set gets its share of every
            combination of their values, and of real and synthetic dialogues.
        group: further SQL expressions; dialogues of equal value stay together.
        where: only dialogues that meet this SQL condition, and those that are held out.
        near: Jaccard index of word pairs from which on texts are near-duplicates; 0 looks for none.
        usual, embed: as `find_leaks` takes them.

    Raises UsageError for shares that make no sense or wrong SQL, DataError for an empty choice.
    """
    _check(shares)
    marks = held_out(corpus)
    view = View(corpus)
    rows = read_rows(view, by=by, group=group, where=where, always=marks.texts)
    options = {
        "shares": dict(shares),
        "by": ["provenance", *by],
        "group": ["seed, source_id, parent", *group],
        "where": where,
        "seed": seed,
        "near": near,
        "usual": usual,
        "meaning": embed is not None,
    }
    plan = Plan(view, options, {name: [] for name in shares}, held=tuple(marks.sets()))
    pairs = ((one, other) for one, other, _ in near_pairs([row.shingles for row in rows], near)) if near else ()
    free = _set_apart_held(plan, rows, unite([row.keys for row in rows], pairs), marks.texts)
    _assign(plan, rows, free, {name: share for name, share in shares.items() if name not in plan.held}, seed)
    order = {row.offset: place for place, row in enumerate(rows)}
    for kept in plan.sets.values():
        kept.sort(key=lambda row: order[row.offset])
    free_sets = [name for name in plan.sets if name not in plan.held]
    for place, name in enumerate(free_sets):
        _withhold_leaks(plan, name, [*free_sets[place + 1 :], *plan.held], usual=usual, embed=embed)
    return plan


def _check(shares: Mapping[str, float]) -> None:
    wrong = next((name for name, share in shares.items() if not 0 < share <= 1), None)
    if wrong is not None:
        raise UsageError(
            f"the share of '{wrong}' is {shares[wrong]:g}",
            place=Place(field=wrong),
            remedy="give one above 0, at most 1",
        )
    if abs(sum(shares.values()) - 1) > 1e-6:
        given = " + ".join(f"{share:g}" for share in shares.values())
        raise UsageError(f"the shares {given} are {sum(shares.values()):g}", remedy="give shares that add up to 1")


def _set_apart_held(
    plan: Plan, rows: Sequence[Row], groups: list[list[int]], held: Mapping[str, str]
) -> list[list[int]]:
    """Held-out rows to their sets, their kin withheld; the groups without any are left."""
    free = []
    for group in groups:
        named = {held[rows[index].text] for index in group if rows[index].text in held}
        if not named:
            free.append(group)
            continue
        for index in group:
            row = rows[index]
            if row.text in held:
                plan.sets.setdefault(held[row.text], []).append(row)
            else:
                plan.withheld.append(
                    Withheld(row, f"belongs together with a dialogue held out as {', '.join(sorted(named))}")
                )
        if len(named) > 1:
            plan.notes.append(
                f"dialogues held out as {' and as '.join(sorted(named))} belong together: {rows[group[0]].id}"
            )
    return free


def _assign(plan: Plan, rows: Sequence[Row], groups: list[list[int]], shares: Mapping[str, float], seed: int) -> None:
    shown = {example for row in rows for example in row.examples}
    if not groups:
        return
    if not shares:
        plan.withheld += [Withheld(rows[index], "every set is held out") for group in groups for index in group]
        return
    given = {name: share / sum(shares.values()) for name, share in shares.items()}
    described = [
        Group(
            name=min(rows[index].name for index in group),
            strata=Counter(rows[index].stratum for index in group),
            pinned=TRAIN if TRAIN in shares and any(rows[index].id in shown for index in group) else None,
        )
        for group in groups
    ]
    for group, name in zip(groups, assign(described, given, seed), strict=True):
        plan.sets[name] += [rows[index] for index in group]
    pinned = sum(one.pinned is not None for one in described)
    if pinned:
        plan.notes.append(f"{pinned} groups are in {TRAIN} because a model was shown their dialogues as examples")


def _withhold_leaks(plan: Plan, name: str, others: Sequence[str], *, usual: float, embed: Embed | None) -> None:
    protected = [row.offset for other in others for row in plan.sets.get(other, ())]
    if not protected:
        return
    candidates = plan.view.dialogues([row.offset for row in plan.sets[name]])
    # Near-duplicates stay together already.
    report = find_leaks(candidates, plan.view.dialogues(protected), near=0, usual=usual, embed=embed)
    plan.leaks[name] = report
    plan.withhold(name, {index: f"leak by {leak.kind}: {leak.of}" for index, leak in report.leaks.items()})
