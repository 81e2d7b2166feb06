"""`dialoom cycle`: rare intents, from real data to a better training set, in rounds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dialoom.cli import _options

if TYPE_CHECKING:
    from collections.abc import Callable

    from dialoom.cycle import Outcome, Settings
    from dialoom.engine.view import View
    from dialoom.graph.recipe import Recipe
    from dialoom.models.budget import Budget

_LEFT = 9
_INTERRUPTED = 130
_NOTHING = 7
_SETTINGS = (".yaml", ".yml")


def cycle(
    data: Annotated[
        str,
        typer.Argument(
            metavar="DATA", help="Real labelled data: a file, a folder, a corpus or a run; or a cycle's own YAML file."
        ),
    ],
    valid: Annotated[
        str | None,
        typer.Option(metavar="DATA", help="Real data to decide between rounds by; left out, folds of DATA are."),
    ] = None,
    test: Annotated[
        str | None,
        typer.Option(metavar="DATA", help="Real data to report on; left out, the part `test` of DATA."),
    ] = None,
    out: Annotated[
        str | None, typer.Option("--out", "-o", metavar="DIR", help="The cycle's folder; left out, `cycle`.")
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(metavar="MODEL", help="The model that writes, `none` for none; left out, `embedded`."),
    ] = None,
    recipe: Annotated[
        str | None,
        typer.Option(metavar="RECIPE", help="A recipe with a node `utterances`; left out, `rare-utterances`."),
    ] = None,
    taxonomy: Annotated[
        str | None, typer.Option(metavar="FILE", help="The taxonomy: what intents mean, what was decided.")
    ] = None,
    embedder: Annotated[
        str | None, typer.Option(metavar="NAME", help="wordllama (left out), or minilm where it is installed.")
    ] = None,
    cache: Annotated[str | None, typer.Option(metavar="DIR", help="Remember the vectors of texts there.")] = None,
    rounds: Annotated[int | None, typer.Option(min=1, help="How many rounds at most; left out, 3.")] = None,
    per_intent: Annotated[
        int | None, typer.Option(min=1, help="Made lines of one intent at most; left out, 45.")
    ] = None,
    over: Annotated[
        float | None, typer.Option(min=1, help="Candidates made for each line wanted; left out, the recipe's.")
    ] = None,
    intents: Annotated[
        str | None, typer.Option(metavar="INTENT,...", help="The rare intents; left out, those with few lines.")
    ] = None,
    rare_below: Annotated[
        int | None, typer.Option(min=0, help="Rare is an intent with fewer lines than this; left out, 10.")
    ] = None,
    budget: _options.Budget = None,
    seeds: Annotated[
        int | None, typer.Option(min=1, help="Seeds of the comparison on the test data; left out, 5.")
    ] = None,
    oos: _options.OutOfScope = None,
    leave_shared: Annotated[
        bool,
        typer.Option(
            "--leave-shared",
            help="Make nothing of lines of rare intents that stand in the validation or test data too, instead of "
            "refusing them.",
        ),
    ] = False,
    seed: Annotated[int | None, typer.Option(help="Another seed makes other lines; left out, 0.")] = None,
    format: Annotated[
        str | None, typer.Option(metavar="FORMAT", help="The data's format; left out, told by its content.")
    ] = None,
    quiet: _options.Quiet = False,
    json: _options.Json = False,
) -> None:
    """Make rare intents better known to a classifier, in rounds.

    Each round plans what is lacking, makes it by a recipe, keeps what holds by what real lines show, mixes it with the
    real lines, and tries it on validation data (or folds). Rounds go on until one gains no more than noise. The test
    data decides nothing: it is reported on at the end, beside what costs nothing. The same command goes on where it
    stopped.

    \b
    Example:
      dialoom cycle data_full.json --out cycle --rounds 3
      dialoom cycle train.csv --test test.csv --intents lost_card,card_swallowed --model none
      dialoom cycle cycle.yaml
    """
    from dialoom.cli._console import aside, err, print_json
    from dialoom.cli._labelled_sets import dialogues_in
    from dialoom.cli._recipe import find
    from dialoom.cycle import Interrupted
    from dialoom.cycle import cycle as cycled

    given = {
        "valid": valid,
        "test": test,
        "out": out,
        "recipe": recipe,
        "taxonomy": taxonomy,
        "embedder": embedder,
        "embed_cache": cache,
        "rounds": rounds,
        "per_intent": per_intent,
        "over": over,
        "intents": _names(intents),
        "rare_below": rare_below,
        "budget": _budget(budget),
        "seeds": seeds,
        "oos": oos,
        "leave_shared": leave_shared or None,
        "seed": seed,
        "format": format,
    }
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if model is not None:
        changes["model"] = None if model == "none" else model
    settings = _settings(data, changes)
    silent = quiet or json
    told: Callable[[str], None] = (lambda _: None) if silent else (lambda what: err().print(what, soft_wrap=True))
    try:
        with aside():
            found = cycled(
                settings,
                find(settings.recipe),
                open=lambda named: dialogues_in(named, settings.format),
                views=lambda loaded: _view(loaded, silent),
                told=told,
            )
    except Interrupted as error:
        told("the same command goes on where it stopped")
        raise typer.Exit(_INTERRUPTED if error.report.status == "interrupted" else _LEFT) from error
    if json:
        print_json(found.to_json())
    else:
        _show(found)
    if not found.kept:
        raise typer.Exit(_NOTHING)


def _names(written: str | None) -> list[str] | None:
    return None if written is None else [name.strip() for name in written.split(",") if name.strip()]


def _budget(given: list[str] | None) -> Budget | None:
    """`["calls=500"]`. Raises UsageError and RecipeError."""
    from dialoom.cli._recipe import parse_bounds
    from dialoom.errors import UsageError
    from dialoom.models.budget import Budget
    from dialoom.yaml_file import read_value

    if given is None:
        return None
    changes, _ = parse_bounds(None, given)
    try:
        return Budget.model_validate({name.rpartition(".")[2]: read_value(most) for name, most in changes.items()})
    except ValueError as error:
        raise UsageError(
            f"--budget {' '.join(given)} is no budget", remedy="such as calls=500 or tokens=100000"
        ) from error


def _settings(data: str, changes: dict[str, Any]) -> Settings:
    """Of options, or of a YAML file that is a cycle's own; Rasa's data is YAML too."""
    from dialoom.cycle import make_settings, read_settings
    from dialoom.yaml_file import read_yaml

    path = Path(data)
    if path.suffix in _SETTINGS and path.is_file() and "data" in read_yaml(path, "'data' and 'out'")[0]:
        return read_settings(path, changes)
    return make_settings({"data": data} | changes)


def _view(recipe: Recipe, silent: bool) -> View:
    from dialoom.cli._pace import Pace
    from dialoom.cli._views import view_for
    from dialoom.graph.estimate import records_per_seed

    return view_for(Pace(records_per_seed(recipe)), quiet=silent)


def _show(found: Outcome) -> None:
    from dialoom.cli._console import err, out, table, visible

    console = out()
    if found.report is not None:
        columns = ("added", "rare F1 [95%]", "sd", "others", "loss", "oos accepted")
        rows = table("arm", *columns, right=columns)
        for arm in found.report["arms"]:
            mark = " *" if arm["arm"] == found.report["best_free"] else ""
            f1 = arm["rare_f1"]
            between = "" if f1["low"] is None else f" [{100 * f1['low']:.1f}, {100 * f1['high']:.1f}]"
            rows.add_row(
                arm["arm"] + mark,
                f"{arm['added']:.0f}",
                f"{_points(f1['value'])}{between}",
                _points(f1["sd"]),
                _points(arm["others_accuracy"]["value"]),
                _points(arm["others_loss"]),
                _points(arm["oos_accepted"]["value"]),
            )
        console.print(rows)
        ahead = found.report["ahead"]
        console.print(
            f"{len(found.rare)} rare intents, {found.report['lines']:,} test lines that decided nothing; dialoom is "
            f"{100 * ahead['value']:+.1f} [{100 * ahead['low']:+.1f}, {100 * ahead['high']:+.1f}] from the best free "
            "arm (*)."
        )
    else:
        rows = table("on folds of the training data", "rare F1", right=("rare F1",))
        for name, value in found.validation.items():
            rows.add_row(visible(name), _points(value))
        console.print(rows)
    console.print(f"{len(found.rounds)} rounds, {found.kept} made lines; stopped: {found.stopped}.", soft_wrap=True)
    weights = "advised" if found.mixture.weights else "not advised"
    again = f"; count real lines of rare intents {found.mixture.repeat} times" if found.mixture.repeat > 1 else ""
    console.print(f"Class weights are {weights}{again} (by the validation data).")
    for file in found.files:
        err().print(f"wrote {file}", soft_wrap=True)


def _points(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f}"
