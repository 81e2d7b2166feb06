"""`dialoom trace`: where a dialogue came from, and where it went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from dialoom.cli import _options
from dialoom.cli.corpus import _options as corpora

if TYPE_CHECKING:
    from rich.console import Console

    from dialoom.corpus import Export
    from dialoom.engine.trace import Trace


def trace(
    id: Annotated[str, typer.Argument(metavar="ID", help="The id of a dialogue, in the corpus or taken out of it.")],
    corpus: corpora.Folder = corpora.DEFAULT,
    run: Annotated[str | None, typer.Option(metavar="RUN", help="Whose, if several runs made one of that id.")] = None,
    json: _options.Json = False,
) -> None:
    """Open a dialogue down to each prompt and raw answer, and up to each version and file that it is in.

    --json tells the whole of the recipe and of what servers sent.

    \b
    Example:
      dialoom trace 5f0e9d2b7c1a4433 --corpus runs/calls
    """
    from dialoom.cli._console import out, print_json
    from dialoom.engine.trace import trace

    found = trace(corpora.opened(corpus), id, run=run)
    if json:
        print_json(found.to_json())
    else:
        _show(found, out())


def _of_set(export: Export) -> str:
    return f", set {export.set}" if export.set else ""


def _show(found: Trace, console: Console) -> None:
    from rich.text import Text

    from dialoom.cli._console import table, visible
    from dialoom.cli._conversation import conversation, shortened
    from dialoom.cli._message import message_text
    from dialoom.cli._numbers import count

    lineage = found.dialogue.lineage
    console.print(conversation(found.dialogue))
    facts = [
        ("id", found.dialogue.id),
        ("run", f"{found.run}, batch {found.batch}"),
        ("directory", found.directory),
        ("provenance", lineage.provenance + (f", from {lineage.source}" if lineage.source else "")),
        ("recipe", f"{lineage.recipe} {lineage.recipe_hash}" if lineage.recipe else None),
        ("random seed", None if found.seed is None else str(found.seed)),
        ("seed record", lineage.seed),
        ("nodes", " › ".join(lineage.path)),
        *(("rule", rule) for rule in found.rules),
        *(("tag", f"{name}: {value}") for name, value in found.dialogue.tags.items()),
        *(("example", name) for name in lineage.examples),
        *(("versions", f"{stay.first} to {stay.last or 'now'}") for stay in found.stays),
        *(
            ("export", f"{each.file} ({each.format}{_of_set(each)}, version {each.version}, sha256 {each.file_hash})")
            for each in found.exports
        ),
        *(("made from it", f"{each.id} of run {each.run}") for each in found.derived),
    ]
    shown = table("fact", "value")
    for name, value in facts:
        if value:
            shown.add_row(name, visible(value))
    console.print(shown)
    for number, call in enumerate(found.calls, 1):
        tokens = f"{count(call.prompt_tokens)} tokens in, {count(call.completion_tokens)} out, {call.latency:.2f} s"
        console.rule(Text(f"call {number} by {call.node}: {visible(call.model)}"), align="left", style="dim")
        console.print(Text(f"{call.key}, {tokens}, {call.answered_at:%Y-%m-%d %H:%M:%S} UTC", style="dim"))
        for message in call.request["messages"]:
            console.print(Text(f"{message['role']}:", style="bold"), Text(visible(message_text(message))))
        console.print(Text("answer:", style="bold green"), Text(visible(call.text)))
    if found.lost:
        console.print(
            f"{len(found.lost)} of its calls are in no ledger within reach: {shortened(', '.join(found.lost))}"
        )
