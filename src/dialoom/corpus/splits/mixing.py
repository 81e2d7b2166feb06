"""Real and synthetic dialogues in one training set, in a ratio, stratum by stratum."""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Literal

from dialoom.corpus.held_out import held_out
from dialoom.corpus.splits.groups import unite
from dialoom.corpus.splits.leaks import NEAR, USUAL, Embed, find_leaks
from dialoom.corpus.splits.plan import Plan
from dialoom.corpus.splits.rows import Row, read_rows
from dialoom.corpus.splits.splitting import TRAIN
from dialoom.corpus.splits.view import View
from dialoom.errors import DataError, UsageError
from dialoom.likeness.near import near_pairs

if TYPE_CHECKING:
    from dialoom.corpus.corpus import Corpus

Spread = Literal["ratio", "even"]
Stratum = tuple[str | None, ...]


def mix(
    corpus: Corpus,
    ratio: float,
    *,
    spread: Spread = "ratio",
    size: int | None = None,
    by: Sequence[str] = (),
    where: str | None = None,
    seed: int = 0,
    near: float = NEAR,
    usual: float = USUAL,
    embed: Embed | None = None,
) -> Plan:
    """A training set out of the newest version of a corpus.

    What is held out, what belongs together with it and what gives it away is withheld before anything is counted.

    Args:
        ratio: synthetic dialogues for each real one.
        spread: `ratio` keeps the ratio in every stratum as far as there are synthetic dialogues; `even` gives synthetic
            ones to the smallest strata first, so that rare ones come up to the others.
        size: how many dialogues in all; left out, every real one and as many synthetic ones as the ratio asks for.
        by: SQL expressions over the corpus's columns, `intent`, `words` and `length` that make the strata.
        where, seed, near, usual, embed: as `split` takes them.

    Raises UsageError for a ratio or size that makes no sense or wrong SQL, DataError where there is no real dialogue.
    """
    if not 0 <= ratio < math.inf or (size is not None and size < 1):
        raise UsageError(
            "a ratio is 0 or more, a size 1 or more", remedy="such as a ratio of 2: two synthetic for each real"
        )
    marks = held_out(corpus)
    view = View(corpus)
    rows = read_rows(view, by=by, group=(), where=where, always=marks.texts)
    options = {
        "ratio": ratio,
        "spread": spread,
        "size": size,
        "by": list(by),
        "where": where,
        "seed": seed,
        "near": near,
        "usual": usual,
        "meaning": embed is not None,
    }
    plan = Plan(view, options, {TRAIN: rows}, held=tuple(marks.sets()))
    if marks.texts:
        _withhold_held(plan, rows, marks.texts, near=near, usual=usual, embed=embed)
    supply = {kind: _shuffled(plan.sets[TRAIN], kind, seed) for kind in ("real", "synthetic")}
    real = sum(map(len, supply["real"].values()))
    if not real:
        raise DataError("there is no real dialogue to mix with", remedy="import some: dialoom import FILE --corpus DIR")
    wanted = real if size is None else min(real, round(size / (1 + ratio)))
    taken = {"real": _in_proportion(supply["real"], wanted)}
    budget = round(wanted * ratio) if size is None else size - wanted
    if spread == "even":
        taken["synthetic"] = _evenly(supply["synthetic"], taken["real"], budget)
    else:
        taken["synthetic"] = _rounded(
            {key: count * budget / wanted for key, count in taken["real"].items()} if wanted else {}
        )
    chosen: set[int] = set()
    for kind, counts in taken.items():
        for key, count in counts.items():
            chosen.update(row.offset for row in supply[kind].get(key, [])[:count])
            short = count - len(supply[kind].get(key, []))
            if short > 0:
                stratum = f" in ({', '.join(map(str, key))})" if key else ""
                plan.notes.append(f"{short} {kind} dialogues too few{stratum}")
    plan.sets[TRAIN] = [row for row in plan.sets[TRAIN] if row.offset in chosen]
    return plan


def _withhold_held(
    plan: Plan, rows: list[Row], held: Mapping[str, str], *, near: float, usual: float, embed: Embed | None
) -> None:
    pairs = ((one, other) for one, other, _ in near_pairs([row.shingles for row in rows], near)) if near else ()
    reasons: dict[int, str] = {}
    for group in unite([row.keys for row in rows], pairs):
        names = {held[rows[index].text] for index in group if rows[index].text in held}
        for index in group if names else ():
            name = held.get(rows[index].text)
            said = (
                f"held out as {name}"
                if name
                else f"belongs together with a dialogue held out as {', '.join(sorted(names))}"
            )
            reasons[index] = said
    protected = [row.offset for row in rows if row.text in held]
    plan.withhold(TRAIN, reasons)
    left = [row.offset for row in plan.sets[TRAIN]]
    report = find_leaks(plan.view.dialogues(left), plan.view.dialogues(protected), near=0, usual=usual, embed=embed)
    plan.leaks[TRAIN] = report
    plan.withhold(TRAIN, {index: f"leak by {leak.kind}: {leak.of}" for index, leak in report.leaks.items()})


def _shuffled(rows: Sequence[Row], provenance: str, seed: int) -> dict[Stratum, list[Row]]:
    """The rows of a provenance by stratum, in an order that is chance, and the same whatever the order of the rows."""
    found: dict[Stratum, list[Row]] = defaultdict(list)
    for row in rows:
        if row.provenance == provenance:
            found[row.stratum[1:]].append(row)
    for part in found.values():
        part.sort(key=lambda row: blake2b(f"{seed}\x1f{row.name}".encode(), digest_size=16).digest())
    return found


def _in_proportion(supply: Mapping[Stratum, list[Row]], wanted: int) -> dict[Stratum, int]:
    every = sum(map(len, supply.values()))
    return _rounded({key: len(rows) * wanted / every for key, rows in supply.items()})


def _rounded(shares: Mapping[Stratum, float]) -> dict[Stratum, int]:
    """Whole numbers with the same sum, each within one of its share (largest remainders)."""
    counts = {key: int(share + 1e-9) for key, share in shares.items()}
    left = round(sum(shares.values())) - sum(counts.values())
    for key in sorted(shares, key=lambda each: (counts[each] - shares[each], _text(each)))[:left]:
        counts[key] += 1
    return counts


def _evenly(supply: Mapping[Stratum, list[Row]], have: Mapping[Stratum, int], budget: int) -> dict[Stratum, int]:
    """One after the other to the smallest stratum that has any left."""
    counts = dict.fromkeys(supply, 0)
    smallest = [(have.get(key, 0), _text(key), key) for key in supply]
    heapq.heapify(smallest)
    while budget and smallest:
        size, text, key = heapq.heappop(smallest)
        if counts[key] < len(supply[key]):
            counts[key] += 1
            budget -= 1
            heapq.heappush(smallest, (size + 1, text, key))
    return counts


def _text(key: Stratum) -> str:
    return "\x1f".join("" if value is None else f"={value}" for value in key)
