"""`dialoom preview`: one record's way through the graph, with every prompt and answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dialoom.cli import _options

if TYPE_CHECKING:
    from rich.console import Console

    from dialoom.cli._models_compared import Look
    from dialoom.cli._trail import Trail
    from dialoom.graph.recipe import Recipe


def preview(
    recipe: _options.Recipe,
    number: Annotated[int, typer.Option("-n", min=1, help="How many seed records.")] = 1,
    set: _options.Set = None,
    model: Annotated[
        list[str] | None,
        typer.Option(
            "--model",
            metavar="MODEL",
            help="Ask this model in place of the recipe's, or NAME=MODEL in place of one. Given often, they are shown "
            "side by side.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", metavar="DIR", help="Keep the answers here; a run in it will not ask for them again."
        ),
    ] = None,
    json: _options.Json = False,
) -> None:
    """Show one record's way: every prompt and answer.

    The models are really asked. Of each expansion only the first record is followed.

    \b
    Example:
      dialoom preview calls.yaml
      dialoom preview calls.yaml -n 3 --set models.writer=ollama:llama3.1
      dialoom preview calls.yaml --model embedded --model openai:gpt-5-mini
    """
    from dialoom.cli import _recipe
    from dialoom.cli._console import out as console
    from dialoom.cli._console import print_json
    from dialoom.cli._errors import tell

    changes = _recipe.parse_changes(set)
    choices: list[str | None] = [*model] if model else [None]
    # What is wrong with any of them is told before the first is asked.
    recipes = [_ready(recipe, changes, choice) for choice in choices]
    looks = []
    for index, loaded in enumerate(recipes):
        with _folder(out if out is None or len(recipes) == 1 else out / f"model-{index + 1}") as folder:
            looks.append(_look(loaded, folder, number, choices[index] or ""))
        if looks[-1].report.status == "interrupted":
            break
    if json:
        only = {"records": [trail.to_json() for trail in looks[0].found], "run": looks[0].numbers}
        print_json(only if len(choices) == 1 else {"models": [look.to_json() for look in looks]})
    elif len(choices) == 1:
        _show(looks[0].found, looks[0].numbers)
    else:
        from dialoom.cli._models_compared import show_side_by_side

        show_side_by_side(console(), looks)
    errors = [look.report.error for look in looks if look.report.error is not None]
    if errors:
        tell(errors[0])
        raise typer.Exit(errors[0].exit_code)
    if any(look.report.status == "interrupted" for look in looks):
        raise typer.Exit(130)
    raise typer.Exit(8 if any(look.report.counts.failed for look in looks) else 0)


def _ready(name: str, changes: Mapping[str, str], model: str | None) -> Recipe:
    """The recipe as a preview runs it, checked."""
    from dialoom.cli import _recipe
    from dialoom.cli._console import aside
    from dialoom.cli._models_compared import with_model
    from dialoom.engine.corpora import corpus_for
    from dialoom.graph.check import check

    loaded = _recipe.load(name, changes)
    if model is not None:
        with_model(loaded, model)
    # Before its corpus, which says what is held out, is put aside.
    with aside():
        check(loaded, corpus_for(loaded, _recipe.run_folder(loaded)))
    # What is only looked at does not belong in the user's corpus.
    loaded.corpus = None
    # Nor does who looks want to wait for a batch.
    loaded.models = {name: model.at_once() for name, model in loaded.models.items()}
    return loaded


def _look(recipe: Recipe, folder: Path, number: int, model: str) -> Look:
    from dialoom.cli._console import aside
    from dialoom.cli._models_compared import Look
    from dialoom.cli._trail import trails
    from dialoom.cli._views import Watch
    from dialoom.engine import run

    view = Watch()
    with aside():
        report = run(recipe, folder, limit=number, children=1, view=view)
    return Look(model, list(trails(folder, recipe)), view.numbers, report)


@contextmanager
def _folder(out: Path | None) -> Iterator[Path]:
    if out is not None:
        from dialoom.engine.rundir import read_report
        from dialoom.errors import StorageError

        if read_report(out):
            # Its dialogues would leave the newest version of its corpus.
            raise StorageError(f"there is a run in {out} already", remedy="name another directory with --out")
        yield out
        return
    import tempfile

    with tempfile.TemporaryDirectory(prefix="dialoom-preview-") as folder:
        yield Path(folder)


def _show(found: list[Trail], numbers: dict[str, Any]) -> None:
    from rich.text import Text

    from dialoom.cli import _numbers
    from dialoom.cli._console import out, visible
    from dialoom.cli._conversation import conversation, shortened, shown

    console = out()
    for trail in found:
        for step in trail.steps:
            console.rule(Text(f"{step.node} ({step.kind})", style="bold"), align="left", style="cyan")
            prompt = None
            for call in step.calls:
                if call.messages == prompt:
                    console.print(Text("[the same prompt again]", style="dim"))
                else:
                    _show_prompt(console, call.messages)
                prompt = call.messages
                if call.thoughts:
                    console.print(Text("[thoughts]", style="dim"))
                    console.print(Text(visible(call.thoughts), style="dim italic"), soft_wrap=True)
                console.print(Text(f"[answer, {call.tokens} tokens, {call.seconds:.2f} s]", style="green"))
                console.print(Text(visible(call.answer), style="green"), soft_wrap=True)
                console.print()
            for event in step.events:
                console.print(Text(visible(event), style="yellow"))
            for name, value in step.wrote.items():
                console.print(Text(f"{name} = {shortened(visible(shown(value)))}", style="dim"))
        console.rule(Text("the record", style="bold"), align="left", style="cyan")
        console.print(conversation(trail.dialogue))
        console.print(Text(trail.ending(), style="bold green" if trail.state == "kept" else "bold red"))
        console.print()
    tokens = f"{_numbers.count(numbers['tokens'])} tokens, {_numbers.duration(numbers['seconds'])}"
    console.print(f"{_numbers.count(numbers['calls'])} calls, {tokens}")


def _show_prompt(console: Console, messages: list[dict[str, Any]]) -> None:
    from rich.text import Text

    from dialoom.cli._console import visible
    from dialoom.cli._message import message_text

    for message in messages:
        console.print(Text(f"[{message['role']}]", style="dim"))
        # Not wrapped: a prompt is shown as it was sent.
        console.print(Text(visible(message_text(message))), soft_wrap=True)
