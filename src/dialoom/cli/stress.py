"""`dialoom stress`: play rare, high-stakes and unusual requests against a bot."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dialoom.cli import _options

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dialoom.evaluation.stress import Report, Scenario
    from dialoom.evaluation.stress.play import Played

BELOW = 11
_AGAINST = "typo+disfluency,paraphrase"


def stress(
    scenarios: Annotated[
        str,
        typer.Argument(
            metavar="SCENARIOS",
            help="A taxonomy, a generation plan, requests (YAML), dialogues, labelled utterances, or a .txt of lines.",
        ),
    ],
    bot: Annotated[str, typer.Option(metavar="URL", help="Where the bot takes messages.")],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Run directory; the report goes there too.")],
    shape: Annotated[
        str, typer.Option(metavar="SHAPE", help="rasa, rasa_tracker, openai, plain, or a YAML file with a shape.")
    ] = "plain",
    model: Annotated[
        str | None,
        typer.Option(metavar="MODEL", help="A model as the user; left out, users answer by facts, without a model."),
    ] = None,
    taxonomy: Annotated[
        Path | None, typer.Option(metavar="FILE", help="What is known of the intents of dialogues and utterances.")
    ] = None,
    number: Annotated[int | None, typer.Option("-n", min=1, help="Play at most so many requests.")] = None,
    each: Annotated[int, typer.Option(min=1, help="Of each intent at most so many requests.")] = 5,
    against: Annotated[
        str,
        typer.Option(
            metavar="VARIANT,...",
            help="Variants that each request is played in too: kinds of noise and a source of variety, joined by +; "
            "'' for none.",
        ),
    ] = _AGAINST,
    turns: Annotated[int, typer.Option(min=2, help="The most turns of a talk, of both together.")] = 16,
    at_once: Annotated[int, typer.Option(min=1, help="Most messages on their way at a time.")] = 4,
    seconds: Annotated[float, typer.Option(min=0.1, help="How long to wait for an answer.")] = 30.0,
    slow: Annotated[
        float | None, typer.Option(min=0, help="Seconds that an answer may take; left out, that is no check.")
    ] = None,
    header: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="A header; $NAME in it is a variable. Can be given often."),
    ] = None,
    handover: Annotated[
        str | None,
        typer.Option(metavar="REGEX", help="Words that tell a hand-over, of a bot that does not tell it otherwise."),
    ] = None,
    fail_under: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[CHECK[@INTENT]=]SHARE",
            help="End with code 11 where fewer talks pass: 0.8, escalation=1, escalation@fraud=1. Can be given often.",
        ),
    ] = None,
    fail_brittle: Annotated[
        float | None, typer.Option(min=0, max=1, help="End with code 11 where a check loses more to a variant.")
    ] = None,
    worst: Annotated[int, typer.Option(min=0, help="How many of the worst talks go into report.md.")] = 10,
    seed: Annotated[int, typer.Option(help="Another seed draws otherwise.")] = 0,
    json: _options.Json = False,
    quiet: _options.Quiet = False,
) -> None:
    """Play rare, high-stakes and unusual requests against a bot, clean and as people really write.

    Writes report.json and report.md beside the transcripts. The same command goes on where it stopped; a bot that has
    changed is played in a new directory.

    \b
    Example:
      dialoom stress taxonomy.yaml --bot http://127.0.0.1:5005/message --out runs/stress
      dialoom stress taxonomy.yaml --bot http://127.0.0.1:5005/webhooks/rest/webhook --shape rasa --out runs/rasa
      dialoom stress logs.jsonl --taxonomy taxonomy.yaml --bot $URL --out runs/ci --fail-under escalation=1
    """
    import orjson

    from dialoom.cli._console import aside, err, print_json
    from dialoom.cli._stress_tables import show
    from dialoom.evaluation.stress.judged import judged
    from dialoom.evaluation.stress.limits import missed, parse_limits
    from dialoom.evaluation.stress.page import page
    from dialoom.evaluation.stress.play import Bench, keep, play
    from dialoom.evaluation.stress.rates import needs_scipy
    from dialoom.evaluation.stress.report import Report
    from dialoom.evaluation.stress.talk import Talk

    needs_scipy()
    limits = parse_limits(fail_under or ())
    requests = _requests(scenarios, model, taxonomy, number, each, against, seed)
    fields: Mapping[str, Any] = {
        "url": bot,
        "shape": _shape(shape),
        "headers": _headers(header or ()),
        "seconds": seconds,
        "at_once": at_once,
        **({} if handover is None else {"hands_over": handover}),
    }
    with aside():
        played = play(requests, Bench(fields, model, turns, seed), out, _view(quiet=quiet or json))
    talks = judged([Talk(one) for one in played.dialogues], slow)
    found = Report(talks, played.unplayed, played.run.status)
    told = found.to_json()
    keep(out / "report.json", orjson.dumps(told, option=orjson.OPT_INDENT_2).decode() + "\n")
    keep(out / "report.md", page(found, worst))
    if json:
        print_json(told)
    elif not quiet:
        show(found, out)
    raise typer.Exit(_code(found, played, list(missed(found, limits, fail_brittle)), err().print))


def _requests(
    named: str,
    model: str | None,
    taxonomy: Path | None,
    number: int | None,
    each: int,
    against: str,
    seed: int,
) -> list[Scenario]:
    from dialoom.cli._labelled_sets import dialogues_in
    from dialoom.evaluation.stress.scenarios import Reading, chosen, read_scenarios
    from dialoom.evaluation.stress.variants import parse_variants, varied
    from dialoom.intents.taxonomy import read_taxonomy

    variants = parse_variants([name.strip() for name in against.split(",") if name.strip()])
    known = None if taxonomy is None else read_taxonomy(taxonomy)
    reading = Reading("caller" if model is None else "user", each, seed, dialogues_in, known)
    return list(varied(chosen(read_scenarios(named, reading), each, number), variants, seed))


def _shape(named: str) -> str | dict[str, Any]:
    from dialoom.nodes._bots import SHAPES, read_shape

    if named.endswith((".yaml", ".yml")):
        return read_shape(Path(named)).model_dump(mode="json")
    SHAPES.load(named)
    return named


def _headers(written: Any) -> dict[str, str]:
    from dialoom.errors import UsageError

    found = {}
    for one in written:
        name, sign, value = one.partition("=")
        if not sign or not name.strip():
            raise UsageError(f"'{one}' is no header", remedy="write NAME=VALUE")
        found[name.strip()] = value
    return found


def _view(*, quiet: bool) -> Any:
    from dialoom.cli._pace import Pace
    from dialoom.cli._views import view_for

    return view_for(Pace(1), quiet=quiet)


def _code(found: Report, played: Played, short: list[str], say: Any) -> int:
    from dialoom.cli._launch import INTERRUPTED, NOTHING_KEPT, SOME_FAILED

    for what in short:
        say(f"below: {what}", soft_wrap=True)
    if played.run.status == "interrupted":
        say("the same command goes on where it stopped")
        return INTERRUPTED
    if short:
        return BELOW
    if not found.judged:
        return NOTHING_KEPT
    return SOME_FAILED if played.unplayed else 0
