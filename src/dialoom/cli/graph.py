"""`dialoom graph`: a recipe as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from dialoom.cli import _options

_FORMS = {".svg": "svg", ".mmd": "mermaid", ".mermaid": "mermaid"}


def graph(
    recipe: _options.Recipe,
    set: _options.Set = None,
    to: Annotated[
        Literal["svg", "mermaid"] | None,
        typer.Option(help="SVG, or Mermaid text; left out, as --out ends, else Mermaid."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Write it to this file instead of stdout.")
    ] = None,
    run: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Show how many records of this run took each way, from what it left by now."),
    ] = None,
    force: _options.Force = False,
) -> None:
    """Draw a recipe: nodes, the ways between them, and what decides what is kept.

    \b
    Example:
      dialoom graph calls.yaml --out calls.svg
      dialoom graph calls.yaml --out calls.svg --run runs/calls --force
    """
    from dialoom.cli import _recipe
    from dialoom.cli._console import aside
    from dialoom.engine.corpora import corpus_for
    from dialoom.engine.ways import count_ways
    from dialoom.errors import StorageError
    from dialoom.graph.check import check
    from dialoom.graph.drawing.mermaid import to_mermaid
    from dialoom.graph.drawing.picture import picture
    from dialoom.graph.drawing.svg import to_svg

    loaded = _recipe.load(recipe, _recipe.parse_changes(set))
    with aside():
        checked = check(loaded, corpus_for(loaded, run or _recipe.run_folder(loaded)))
    counted = count_ways(checked.graph, run) if run is not None else None
    shown = picture(loaded, checked.graph, checked.seeds, counted)
    form = to or (_FORMS.get(out.suffix.lower(), "mermaid") if out is not None else "mermaid")
    text = to_svg(shown, loaded.about or loaded.recipe) if form == "svg" else to_mermaid(shown)
    if counted is not None and counted.elsewhere:
        typer.echo(f"{counted.elsewhere:,} records went ways that the recipe does not have any more", err=True)
    if out is None:
        print(text, end="")
        return
    if out.exists() and not force:
        raise StorageError(f"{out} is there already", remedy="name another file, or overwrite it with --force")
    try:
        out.write_text(text, "utf-8")
    except OSError as error:
        raise StorageError(f"cannot write {out}: {error.strerror or error}") from error
    print(f"wrote {out}")
