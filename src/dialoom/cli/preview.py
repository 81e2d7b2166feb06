"""`dialoom preview`: one record's way through the graph, with every prompt and answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dialoom.cli import _options

if TYPE_CHECKING:
    from rich.console import Console

    from dialoom.cli._trail import Trail


def preview(
    recipe: _options.Recipe,
    number: Annotated[int, typer.Option("-n", min=1, help="How many seed records.")] = 1,
    set: _options.Set = None,
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
    """
    from dialoom.cli import _recipe
    from dialoom.cli._console import aside, print_json
    from dialoom.cli._errors import tell
    from dialoom.cli._trail import trails
    from dialoom.cli._views import Watch
    from dialoom.engine import run
    from dialoom.engine.corpora import corpus_for
    from dialoom.graph.check import check

    loaded = _recipe.load(recipe, _recipe.parse_changes(set))
    # Before its corpus, which says what is held out, is put aside.
    with aside():
        check(loaded, corpus_for(loaded, _recipe.run_folder(loaded)))
    # What is only looked at does not belong in the user's corpus.
    loaded.corpus = None
    # Nor does who looks want to wait for a batch.
    loaded.models = {name: model.at_once() for name, model in loaded.models.items()}
    view = Watch()
    with _folder(out) as folder:
        with aside():
            report = run(loaded, folder, limit=number, children=1, view=view)
        found = list(trails(folder, loaded))
        if json:
            print_json({"records": [trail.to_json() for trail in found], "run": view.numbers})
        else:
            _show(found, view.numbers)
    if report.error is not None:
        tell(report.error)
        raise typer.Exit(report.error.exit_code)
    raise typer.Exit(130 if report.status == "interrupted" else 8 if report.counts.failed else 0)


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
