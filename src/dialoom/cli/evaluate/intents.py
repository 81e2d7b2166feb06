"""`dialoom evaluate intents`: does added data help where data was rare."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from dialoom.cli import _options
from dialoom.cli.evaluate import _options as shared

if TYPE_CHECKING:
    from dialoom.dialogue import Dialogue
    from dialoom.evaluation.intents import Arm, Problem
    from dialoom.intents.utterances import Labelled, Reading, Utterance

_FREE = "none,templates,duplicates,eda,class_weights"


def command(
    train: Annotated[str, typer.Argument(metavar="TRAIN", help="Real labelled data; its part `train` is trained on.")],
    test: Annotated[
        str | None,
        typer.Option(metavar="TEST", help="Real data to test on, its part `test`; left out, that part of TRAIN."),
    ] = None,
    add: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=DATA",
            help="An arm that adds the lines of a file, run or corpus; {seed} in its path stands for the seed, and "
            "::SQL after it chooses lines of a corpus. Can be given often.",
        ),
    ] = None,
    real: Annotated[
        str | None, typer.Option(metavar="DATA", help="Real lines of the rare intents that TRAIN lacks: the ceiling.")
    ] = None,
    arms: Annotated[str, typer.Option(metavar="NAME,...", help="The arms that need no data.")] = _FREE,
    rare: Annotated[
        str | None, typer.Option(metavar="INTENT,...", help="The rare intents; left out, those with few lines.")
    ] = None,
    rare_share: _options.RareShare = 0.5,
    rare_below: _options.RareBelow = 10,
    cut: Annotated[
        int | None,
        typer.Option(min=1, help="Make intents rare: keep so many lines of those drawn. What is cut is the ceiling."),
    ] = None,
    draw: Annotated[int, typer.Option(min=1, help="With --cut: how many intents to draw, anew for each seed.")] = 15,
    among: Annotated[
        str | None, typer.Option(metavar="INTENT,...", help="With --cut: the intents to draw from; left out, all.")
    ] = None,
    most: Annotated[int, typer.Option(min=1, help="How many lines an arm adds to an intent at most.")] = 45,
    seeds: Annotated[int, typer.Option(min=1, help="How many seeds, from 0.")] = 5,
    curve: Annotated[
        str | None, typer.Option(metavar="ARM", help="The learning curve of an arm too, over how many lines it adds.")
    ] = None,
    slots: Annotated[
        bool, typer.Option("--slots", help="Measure slots too, by a CRF (needs python-crfsuite).")
    ] = False,
    perplexity: Annotated[
        bool, typer.Option(help="How well language models of the rare intents foretell the test (needs nltk).")
    ] = True,
    oos: _options.OutOfScope = None,
    embedder: _options.Embedder = "wordllama",
    cache: _options.VectorCache = None,
    format: shared.Format = None,
    json: _options.Json = False,
) -> None:
    """Compare what helps rare intents, on real test data that nothing has touched.

    A classifier (logistic regression over frozen embeddings) is trained on the real lines and what each arm adds. Gains
    are counted from the best arm that costs nothing, up to real data. Additions that stand in the test are left out.

    \b
    Example:
      dialoom evaluate intents train.csv --test test.csv --add ours=runs/rare/corpus --real more.csv
      dialoom evaluate intents data_full.json --cut 5 --draw 15 --add gpt=paraphrases.csv --curve gpt
      dialoom evaluate intents nlu.yml --test real.csv --add 'free=runs/rare/corpus::fields LIKE ''%free%'''
    """
    from dialoom.cli._console import err, print_json
    from dialoom.cli._labelled_sets import dialogues_in
    from dialoom.cli.evaluate._intents_shown import show, show_curve
    from dialoom.evaluation.intents import Experiment, compare, learning_curve
    from dialoom.evaluation.intents.report import report
    from dialoom.intents.embedders import load_embedder
    from dialoom.intents.utterances import Labelled, Reading

    def opened(named: str) -> Iterator[Dialogue]:
        return dialogues_in(named, format)

    reading = Reading(oos or (), "train", format, open=opened)
    data = reading.read(train)
    tested = Reading(oos or (), "test" if test is None else None, format, open=opened).read(test or train)
    if test is not None and "test" in tested.splits():
        tested = tested.only("test")
    experiment = Experiment(
        load_embedder(embedder, cache), Labelled(tested.rows, tested.outside), most, slots, perplexity
    )
    problems = _problems(data, cut, draw, seeds, _names(among), _rare(data, rare, rare_share, rare_below))
    arms_of = _arms(arms, [_given(one, reading) for one in add or ()], real, reading)
    told: Callable[[str], None] = (lambda _: None) if json else (lambda what: err().print(what))
    found = report(compare(experiment, problems, arms_of, told))
    drawn = None
    if curve is not None:
        drawn = learning_curve(experiment, problems, lambda problem: _chosen(arms_of(problem), curve), told=told)
    if json:
        print_json(found.to_json() | {"curve": None if drawn is None else drawn.to_json()})
    else:
        show(found, problems, tested)
        if drawn is not None:
            show_curve(drawn)


def _names(written: str | None) -> list[str] | None:
    return None if written is None else [name.strip() for name in written.split(",") if name.strip()]


def _rare(data: Labelled, written: str | None, share: float, below: int) -> list[str]:
    from dialoom.errors import UsageError, nearest
    from dialoom.intents.diagnosis.rarity import Rarity

    counts = data.counts()
    names = _names(written)
    for name in names or ():
        if name not in counts:
            raise UsageError(f"the training data has no intent '{name}'", remedy=nearest(name, list(counts)))
    return sorted(names if names is not None else Rarity(share, below).rare(counts))


def _problems(
    data: Labelled, keep: int | None, number: int, seeds: int, among: list[str] | None, rare: list[str]
) -> list[Problem]:
    from dialoom.errors import UsageError
    from dialoom.evaluation.intents import Problem, cut

    if keep is not None:
        return [cut(data, number, keep, seed, among) for seed in range(seeds)]
    if not rare:
        raise UsageError(
            "no intent of the training data is rare", remedy="name some with --rare, or make some with --cut"
        )
    return [Problem(data.rows, tuple(rare), seed) for seed in range(seeds)]


def _given(written: str, reading: Reading) -> Arm:
    from dialoom.errors import UsageError
    from dialoom.evaluation.intents import given_arm

    name, sign, path = written.partition("=")
    if not sign or not name or not path:
        raise UsageError(f"'{written}' is no arm", remedy="write NAME=DATA, such as ours=runs/rare/corpus")
    if "{seed}" not in path:
        lines = _lines(path, reading)
        return given_arm(name, lambda _: lines)
    return given_arm(name, lambda seed: _lines(path.replace("{seed}", str(seed)), reading))


def _lines(path: str, reading: Reading) -> Sequence[Utterance]:
    from dialoom.cli._labelled_sets import dialogues_in
    from dialoom.errors import DataError, Place
    from dialoom.intents.utterances import utterances_of

    rows = reading.sorted(row for one in dialogues_in(path, reading.format) for row in utterances_of(one)).rows
    if not rows:
        raise DataError("no line of it has an intent", place=Place(path), remedy="name labelled lines")
    return rows


def _arms(named: str, given: Sequence[Arm], real: str | None, reading: Reading) -> Callable[[Problem], list[Arm]]:
    from dialoom.errors import UsageError
    from dialoom.evaluation.intents import ARMS, given_arm

    free = [ARMS.load(name) for name in _names(named) or ()]
    names = [arm.name for arm in (*free, *given)] + ["real"]
    twice = next((name for index, name in enumerate(names) if name in names[:index]), None)
    if twice is not None:
        raise UsageError(f"two arms are called '{twice}'", remedy="give each a name of its own")
    more = _lines(real, reading) if real is not None else None

    def arms_of(problem: Problem) -> list[Arm]:
        held = more if more is not None else problem.held_back
        ceiling = [given_arm("real", lambda _: held, ceiling=True)] if held else []
        return [*free, *given, *ceiling]

    return arms_of


def _chosen(arms: Sequence[Arm], name: str) -> Arm:
    from dialoom.errors import UsageError, nearest

    names = [arm.name for arm in arms]
    if name not in names:
        raise UsageError(f"there is no arm '{name}'", remedy=nearest(name, names))
    return arms[names.index(name)]
