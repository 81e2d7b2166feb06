"""`dialoom gate`: what is good enough, and why the rest is not, of dialogues from wherever they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from dialoom.cli import _given, _options

if TYPE_CHECKING:
    from dialoom.engine.sift import Sift


def gate(
    data: _given.Name,
    rule: Annotated[
        list[str] | None, typer.Option(metavar="SQL", help="A rule, such as 'turns >= 4'. Can be given often.")
    ] = None,
    rules: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Take rules, quotas and choice from a recipe; others given here go before."),
    ] = None,
    kept: Annotated[Path | None, typer.Option(metavar="FILE", help="Write those that are kept, one a line.")] = None,
    rejected: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write those that are not, each with its reasons.")
    ] = None,
    quota: Annotated[
        list[str] | None,
        typer.Option(metavar="FIELD=N", help="At most N of each value of a field or metric. Can be given often."),
    ] = None,
    best_of: Annotated[
        str | None, typer.Option(metavar="FIELD", help="Only the best of each group: `seed`, or a field.")
    ] = None,
    score: Annotated[
        str | None, typer.Option(metavar="SQL", help="What --best-of goes by, such as 'distinct_2 + balance'.")
    ] = None,
    keep: Annotated[int, typer.Option(min=1, help="How many of each group --best-of keeps.")] = 1,
    near: Annotated[
        float | None,
        typer.Option(min=0.05, max=1, metavar="LIKENESS", help="No two that share so much of their word pairs."),
    ] = None,
    diverse: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Only the N that stand for all that is left.")
    ] = None,
    diverse_by: Annotated[
        Literal["embedding", "rouge_l"], typer.Option(help="What tells how alike two are: meaning or words.")
    ] = "embedding",
    what_if: Annotated[
        list[str] | None,
        typer.Option(metavar="RANGE", help="What other thresholds would keep: 'distinct_2 > 0.4..0.7 by 0.1'."),
    ] = None,
    sweep: Annotated[
        bool, typer.Option("--sweep", help="The same for every rule that compares with a number.")
    ] = False,
    format: _given.Format = None,
    again: _given.Again = False,
    force: _options.Force = False,
    json: _options.Json = False,
    quiet: _options.Quiet = False,
) -> None:
    """Sort dialogues into those to keep and those to reject, and count the reasons.

    Rules can name metrics, and tags that the dialogues have (judge.overall). A run is gated by its recipe's rules,
    unless --rules names others, with the records that its own gate turned down; all else by the usual ones, unless
    something else is asked for. Nothing is written without --kept or --rejected.

    \b
    Example:
      dialoom gate chats.jsonl --rule 'turns >= 4' --rule 'not loop' --kept kept.jsonl --rejected rejected.jsonl
      dialoom gate runs/calls --sweep
      dialoom gate chats.jsonl --what-if 'distinct_2 > 0.4..0.7' --diverse 500 --kept kept.jsonl
    """
    import sys

    from dialoom.cli import _gate_options
    from dialoom.cli._console import print_json
    from dialoom.cli._numbers import count
    from dialoom.cli._output import free
    from dialoom.cli._progress import Passage
    from dialoom.engine.given import find_given
    from dialoom.engine.sift import sift, to_json
    from dialoom.quality.gate.what_if import read_range

    ranges = [read_range(text) for text in what_if or ()]
    given, bad = find_given(data, format), _given.BadRows()
    for path in (kept, rejected):
        free(path, force=force, source=data)
    _gate_options.apart(kept, rejected)
    base, place = _gate_options.base(given, rules, usual=not (rule or quota or best_of or near or diverse or ranges))
    quality = _gate_options.changed(base, rule, quota, best_of, score, keep, near, diverse, diverse_by)
    writes = kept is not None or rejected is not None
    with Passage("gating", given.count(), quiet=quiet or json) as passage:
        done = sift(
            passage.track(given.read(bad, gated=True)),
            quality,
            place=place,
            again=again,
            in_order=given.kind == "file",
            ranges=ranges,
            sweep=sweep,
            spool=writes,
        )
        done.write(kept, rejected)
    aside = given.left_aside()
    if json:
        print_json(to_json(done) | {"never_gated": aside, "unreadable": bad.to_json()})
    else:
        _show(done)
        if not quiet:
            if aside:
                print(
                    f"{count(aside)} records that a node rejected or that failed never came to the gate",
                    file=sys.stderr,
                )
            print(f"gated {passage.told()}", file=sys.stderr)
    bad.end()


def _show(done: Sift) -> None:
    from dialoom.cli._console import out, table, visible
    from dialoom.cli._numbers import count

    console = out()
    share = f" ({done.kept / done.seen:.1%})" if done.seen else ""
    console.print(f"{count(done.kept)} of {count(done.seen)} dialogues are kept{share}.")
    if done.rules:
        shown = table("rule", "rejects", "it alone", right=("rejects", "it alone"))
        for one in done.rules:
            shown.add_row(visible(one.rule), count(one.rejected), count(one.alone))
        console.print(shown)
    if done.choice:
        console.print(f"Of {count(done.chosen_from)} that met all rules, the choice left out:")
        shown = table("choice", "rejects", right=("rejects",))
        for kind, times in done.choice.most_common():
            shown.add_row(visible(kind), count(times))
        console.print(shown)
    trials = done.trials()
    if trials:
        shown = table("threshold", "in place of", "kept", "share", "", right=("kept", "share"))
        for before, trial in zip([None, *trials], trials, strict=False):
            if before is not None and before.instead_of != trial.instead_of:
                shown.add_section()
            part = f"{trial.kept / done.seen:.1%}" if done.seen else ""
            mark = "now" if trial.now else ""
            shown.add_row(visible(trial.rule), visible(trial.instead_of or ""), count(trial.kept), part, mark)
        console.print(shown)
        if done.choice:
            console.print("The thresholds' numbers are before quotas, best of n and diversity.")
