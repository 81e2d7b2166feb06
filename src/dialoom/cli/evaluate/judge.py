"""`dialoom evaluate judge`: judges held to account."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dialoom.cli import _options
from dialoom.cli.evaluate import _options as shared

if TYPE_CHECKING:
    from dialoom.evaluation.judges import JudgeReport
    from dialoom.evaluation.judges.people import BesidePeople


def command(
    judged: Annotated[
        list[str], typer.Argument(metavar="SET...", help="Judged dialogues: corpora, or files such as .jsonl.")
    ],
    real: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SET", help="Judged dialogues that are real, whatever their lineage says. Can be given often."
        ),
    ] = None,
    ratings: Annotated[
        list[Path] | None, typer.Option("--ratings", metavar="FILE", help="People's ratings of the same dialogues.")
    ] = None,
    form: shared.Form = None,
    good: Annotated[
        float | None,
        typer.Option(help="The mean rating from which on people find a dialogue good; left out, the middle of theirs."),
    ] = None,
    format: shared.Format = None,
    resamples: shared.Resamples = 1000,
    seed: shared.Seed = 0,
    json: _options.Json = False,
) -> None:
    """Hold judges to account by the scores that they left on dialogues.

    Shows each judge's scores of real dialogues beside those of synthetic ones, how they go with length, how they agree
    with people's ratings, the threshold that fits these best (fitted on one half, reported on the other), and for
    judges of pairs whether they go by position. To let a recipe's judge score real dialogues, give them to it as its
    source: see docs/judges.md.

    \b
    Example:
      dialoom evaluate judge runs/calls/corpus --real runs/real/corpus
      dialoom evaluate judge judged.jsonl --ratings ratings.csv --good 4
    """
    from dialoom.cli._console import print_json
    from dialoom.errors import DataError, Place
    from dialoom.evaluation.agreement import Resampler, read_ratings
    from dialoom.evaluation.judges import evaluate_judges, judged_in

    scored = [one for path in judged for one in judged_in(shared.dialogues(path, format))]
    scored += [one for path in real or () for one in judged_in(shared.dialogues(path, format), real=True)]
    if not scored:
        raise DataError(
            "no dialogue has a judge's scores",
            place=Place(judged[0]),
            remedy="run a recipe with a node of kind judge, or with quality: {judge: ...}, over them",
        )
    people = [one for path in ratings or () for one in read_ratings(path, form)]
    report = evaluate_judges(scored, people, good, Resampler(resamples, seed=seed))
    if json:
        print_json(report.to_json())
    else:
        _show(report, len(people))


def _show(report: JudgeReport, ratings: int) -> None:
    from dialoom.cli._console import err, out, table, visible
    from dialoom.cli._numbers import count

    console = out()
    shown = shared.shown
    both = table("score", "judge", "synthetic", "real", "synthetic - real", "with length")
    for one in report.measures:
        real = one.real
        made, held = f"{shown(real.synthetic_mean)} n={real.synthetic}", f"{shown(real.real_mean)} n={real.real}"
        name = visible(f"{one.measure.tag}.{one.measure.criterion}")
        both.add_row(
            name, visible(one.measure.judge), made, held, shown(real.difference), shown(one.verbosity.spearman)
        )
    if report.measures:
        console.print(both)
        if not any(one.real.real for one in report.measures):
            err().print("note: no real dialogue is among them: give some with --real", soft_wrap=True)
    for one in report.measures:
        if one.people is not None:
            name = visible(f"{one.measure.tag}.{one.measure.criterion}, {one.measure.judge}")
            console.print(f"{name}, beside people's ratings of {count(one.people.rated)} dialogues:")
            _show_people(one.people)
            console.print(f"  with length, people's ratings held fixed: {shown(one.verbosity.partial)}")
    for (tag, judge), bias in report.pairs.items():
        console.print(
            f"{visible(tag)}, {visible(judge)}: {count(bias.pairs)} pairs; same outcome in both orders "
            f"{shown(bias.consistent)}; of its choices, A {shown(bias.names_first)} (0.5 is fair)"
        )
    if report.unmatched:
        err().print(
            f"note: {count(report.unmatched)} of {count(ratings)} ratings are of no judged dialogue", soft_wrap=True
        )


def _show_people(people: BesidePeople) -> None:
    from dialoom.cli._console import out

    console = out()
    for name, figure in people.figures.items():
        console.print(f"  {name}: {shared.shown(figure)}")
    console.print(f"  alpha of people alone: {shared.shown(people.people_alpha)}")
    if people.threshold is None:
        console.print("  no threshold: each half needs three dialogues of either kind")
        return
    fitted = people.threshold
    console.print(f"  threshold {fitted.score:.3g}, fitted on {fitted.fitted_on}, on the other {fitted.reported_on}:")
    for name, figure in fitted.figures.items():
        console.print(f"    {name}: {shared.shown(figure)}")
