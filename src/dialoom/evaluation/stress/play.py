"""Playing requests against a bot: a run of the engine whose cast is a user and the bot."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import orjson

from dialoom.engine import run
from dialoom.engine.rejects import read_rejects
from dialoom.engine.view import View
from dialoom.errors import EndpointError, StorageError
from dialoom.evaluation.stress.scenario import Scenario
from dialoom.graph.recipe import Recipe
from dialoom.graph.record import digest
from dialoom.nodes._bots import Failure
from dialoom.nodes._bots.wire import Kind
from dialoom.nodes.parts.bot import Bot

if TYPE_CHECKING:
    from dialoom.dialogue import Dialogue
    from dialoom.engine import Report as RunReport

USER, BOT = "user", "bot"
# A talk along given lines ends with them, however many they are.
_ENDLESS = 10_000
_HELLO = "hello"
_LETS_GO = 0.2
_TALKS = Path(__file__).parent / "talks.jsonl"


@dataclass(frozen=True, slots=True)
class Bench:
    """What requests are played on.

    Attributes:
        bot: fields of the cast's bot: url, shape, headers, seconds, tries, at_once.
        model: of simulated users; None where there are none.
        turns: the most turns of a talk, of both together.
    """

    bot: Mapping[str, Any]
    model: str | None = None
    turns: int = 16
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Played:
    """What came of it.

    Attributes:
        unplayed: requests that could not be played, each with why; the same command tries them again.
    """

    run: RunReport
    dialogues: list[Dialogue]
    unplayed: list[tuple[str, str]] = field(default_factory=list)


def play(scenarios: Iterable[Scenario], bench: Bench, out: Path, view: View | None = None) -> Played:
    """Play requests, or go on where an earlier call with the same requests and bot was stopped.

    A talk whose transcript is kept is not held again. One that was cut short is begun anew in a session of its own:
    what the bot knew of the first half died with it.

    Raises EndpointError where the bot cannot be reached or does not understand what it is sent, RecipeError where a
    field of `bot` is wrong, and what running a recipe raises.
    """
    rows = [row | {"key": digest(orjson.dumps(row))} for row in (scenario.row() for scenario in scenarios)]
    recipe = _recipe(rows, bench)
    bot = Bot.model_validate({"kind": "bot", **bench.bot})
    bot.prepare(Path.cwd())
    if not _all_played(out, len(rows), recipe.content_hash()):
        asyncio.run(_say_hello(bot))
    report = run(recipe, out, retry=True, view=view)
    if report.error is not None:
        raise report.error
    seeds = [(line["seed"], "; ".join(line["reasons"])) for _, line in read_rejects(out / "rejects")]
    keys = [row["key"] for row in rows]
    # The directory may hold talks of requests that have been taken out or altered since.
    held = {str(each.fields["key"]): each for each in report.dialogues()}
    dialogues = [held[key] for key in keys if key in held]
    return Played(report, dialogues, seeds)


def _recipe(rows: Sequence[dict[str, Any]], bench: Bench) -> Recipe:
    models = {} if bench.model is None else {"user": bench.model}
    recipe = Recipe("stress", models=models, source=list(rows), seed=bench.seed)
    bot = {"kind": "bot", **bench.bot}
    # A talk of exactly so many turns ends before only where somebody has nothing more to say: that a bot says the same
    # again is to be seen, and not to be cut out.
    casts = {
        "caller": ({"kind": "caller"}, bench.turns),
        "lines": ({"kind": "lines", "of": "lines"}, _ENDLESS),
        "user": ({"kind": "user", "model": "user", "opens": "{{ opening }}", "ends": True}, bench.turns),
    }
    for side in dict.fromkeys(row["side"] for row in rows):
        user, turns = casts[side]
        recipe.add(
            f"as_{side}",
            "converse",
            into="dialogue",
            when=f"side == '{side}'",
            mode="agents",
            speakers=[USER, BOT],
            cast={USER: user, BOT: bot},
            turns=turns,
            # Small models follow what is shown and not what is told.
            **({"examples": {"file": str(_TALKS), "take": 2}} if side == "user" else {}),
        )
    return recipe


def _all_played(out: Path, many: int, recipe_hash: str) -> bool:
    """Whether an earlier run has ended with all of them, so that the bot need not be there for a report of them."""
    try:
        told = orjson.loads((out / "run.json").read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return False
    wanted = {"status": "finished", "recipe_hash": recipe_hash, "kept": many}
    return all(told.get(name) == value for name, value in wanted.items())


async def _say_hello(bot: Bot) -> None:
    """Find out with one message, in a session of its own, whether the address and the shape are right.

    An error inside the bot is a finding and is left for the talks.
    """
    try:
        await bot.wire().say(
            {
                "session": f"dialoom-{uuid4().hex}",
                "text": _HELLO,
                "messages": [{"role": "user", "content": _HELLO}],
                "turn": 1,
                "params": bot.params,
            }
        )
    except Failure as failure:
        if failure.kind in (Kind.UNREACHABLE, Kind.REFUSED, Kind.UNREADABLE):
            raise EndpointError(f"the bot: {failure}", remedy=_REMEDIES[failure.kind]) from failure
    finally:
        # A process that ends as soon as a client of pyreqwest is closed now and then aborts: its thread still lets go.
        await asyncio.sleep(_LETS_GO)


_REMEDIES = {
    Kind.UNREACHABLE: "start it, or correct --bot",
    Kind.REFUSED: "correct --bot, --shape or --header",
    Kind.UNREADABLE: "correct --shape, or write a shape of your own",
}


def keep(path: Path, text: str) -> None:
    """Write a file of the report. Raises StorageError."""
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise StorageError(f"cannot write {path}: {error.strerror}") from error
