"""`dialoom review`: what people decide on lines, and how they rate dialogues."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dialoom.cli import _given, _options

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dialoom.cli._dialogue_review import DialogueReview
    from dialoom.dialogue import Dialogue
    from dialoom.quality.judging import Rubric

_INTERRUPTED = 130


def review(
    data: Annotated[
        str,
        typer.Argument(
            metavar="DATA",
            help="A cycle's folder or a review.jsonl of it; with --rubric dialogues: a file, a run or a corpus.",
        ),
    ],
    rubric: Annotated[
        str | None, typer.Option(metavar="NAME", help="Rate dialogues by this rubric: a name, or a YAML file.")
    ] = None,
    rater: Annotated[str | None, typer.Option(metavar="NAME", help="Who rates.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Add ratings here; left out, ratings.jsonl.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Rate only so many dialogues.")] = None,
    seed: Annotated[
        int | None, typer.Option(help="Rate a random sample, in random order; the same seed is the same for all.")
    ] = None,
    format: _given.Format = None,
    taxonomy: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The intents that lines outside a cycle can be given.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Ask also what is answered already.")] = False,
    json: _options.Json = False,
) -> None:
    """Decide on lines that two views disagree on, or rate dialogues by a rubric.

    Asks one after the other, and saves each answer before the next question; the same command goes on where it was
    left. Where there is no terminal, answers are read from stdin, one a line. With --json it asks nothing, and lists
    what is decided and what is open.

    \b
    Example:
      dialoom review cycle
      dialoom review cycle/round-1/review.jsonl < answers.txt
      dialoom review runs/calls --rubric dialogue --rater ann --limit 50 --seed 1
    """
    from dialoom.errors import UsageError

    if rubric is None:
        given = {"--rater": rater, "--out": out, "--limit": limit, "--seed": seed, "--format": format}
        for name, value in given.items():
            if value is not None:
                raise UsageError(f"{name} is for rating dialogues", remedy="name a rubric with --rubric")
        _review_lines(Path(data), taxonomy, again, json)
        return
    if taxonomy is not None:
        raise UsageError("--taxonomy is for lines", remedy="leave out --rubric or --taxonomy")
    who = (rater or "").strip()
    if not who and not json:
        raise UsageError("who rates is not said", remedy="name them with --rater, as several people rate in one file")
    _rate(data, rubric, who, out or Path("ratings.jsonl"), limit, seed, format, again, json)


def _review_lines(named: Path, taxonomy: Path | None, again: bool, json: bool) -> None:
    from dialoom.cli._asking import ask
    from dialoom.cli._console import err, print_json
    from dialoom.cli._line_review import LineReview
    from dialoom.cycle.reviewing import find_queues, intents_beside
    from dialoom.errors import DataError
    from dialoom.intents.taxonomy import read_taxonomy

    paths = find_queues(named)
    intents = intents_beside(paths[0])
    in_cycle = intents is not None
    if intents is None and taxonomy is not None:
        intents = sorted(read_taxonomy(taxonomy).intents)
    try:
        questions = LineReview(paths, intents)
    except DataError as error:
        hint = "; ".join(part for part in (error.remedy, "to rate dialogues, name a rubric with --rubric") if part)
        raise DataError(error.what, place=error.place, remedy=hint) from error
    if json:
        print_json({"files": [str(path) for path in paths]} | questions.to_json())
        return
    interrupted = ask(questions, again=again)
    counts = questions.counts()
    err().print(
        f"decided: {counts['decided']} of {counts['lines']} lines, {counts['dropped']} of them dropped; "
        f"open: {counts['open']}",
        soft_wrap=True,
    )
    if counts["open"]:
        err().print("next: the same command goes on with what is open", soft_wrap=True)
    if counts["decided"] and in_cycle:
        err().print("next: the `dialoom cycle` command that was given, again: it goes by decisions", soft_wrap=True)
    if interrupted:
        raise typer.Exit(_INTERRUPTED)


def _rate(
    data: str,
    rubric: str,
    rater: str,
    out: Path,
    limit: int | None,
    seed: int | None,
    format: str | None,
    again: bool,
    json: bool,
) -> None:
    from dialoom.cli._asking import ask
    from dialoom.cli._console import err, print_json
    from dialoom.cli._dialogue_review import DialogueReview
    from dialoom.cli._output import free
    from dialoom.engine.given import find_given
    from dialoom.errors import DataError, Place
    from dialoom.evaluation.agreement.rating_file import RatingFile
    from dialoom.evaluation.agreement.sample import sample
    from dialoom.quality.judging import load_rubric

    free(out, force=True, source=data)
    scored = load_rubric(rubric)
    file, bad, lacking = RatingFile(out), _given.BadRows(), list[str]()
    dialogues = sample(_readable(find_given(data, format).read(bad), scored, lacking), limit, seed)
    if lacking:
        err().print(f"note: {len(lacking)} are left out that lack what the rubric reads: {lacking[0]}", soft_wrap=True)
    if not dialogues and not bad.errors:
        raise DataError("no dialogue in it can be rated", place=Place(data), remedy="name others, or another rubric")
    questions = DialogueReview(dialogues, scored, rater, file)
    if json:
        print_json(questions.to_json() | ({"bad_rows": bad.to_json()} if bad.errors else {}))
        bad.end()
        return
    interrupted = ask(questions, again=again)
    _tell(questions, rater, data, out)
    if interrupted:
        raise typer.Exit(_INTERRUPTED)
    bad.end()


def _readable(dialogues: Iterable[Dialogue], rubric: Rubric, lacking: list[str]) -> Iterator[Dialogue]:
    """Those that hold what the rubric reads; what others lack goes into `lacking`."""
    from dialoom.quality.judging import read_parts

    for dialogue in dialogues:
        _, missing = read_parts(dialogue, rubric.reads, {})
        if missing:
            lacking.append(", ".join(missing))
        else:
            yield dialogue


def _tell(questions: DialogueReview, rater: str, data: str, out: Path) -> None:
    """How far it is, and what can be done next."""
    from shlex import quote

    from dialoom.cli._console import err

    told = questions.to_json()
    own = next(each for each in told["raters"] if each["rater"] == rater)
    err().print(f"{rater} has rated {own['rated']} of {told['dialogues']} dialogues: {out}", soft_wrap=True)
    if own["open"]:
        err().print("next: the same command goes on with what is open", soft_wrap=True)
    if sum(bool(each["rated"]) for each in told["raters"]) > 1:
        err().print(f"next: dialoom evaluate agreement {quote(str(out))}", soft_wrap=True)
        beside = f"dialoom evaluate judge {quote(data)} --ratings {quote(str(out))}"
        err().print(f"next: {beside}, where a judge has scored them", soft_wrap=True)
    elif own["rated"]:
        err().print("next: the same command with another --rater, to see how far people agree", soft_wrap=True)
