"""`dialoom push`: a corpus as a data set, into a folder or to a hub."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dialoom.cli import _about, _options
from dialoom.cli.corpus import _options as corpora

_HUB = "hf:"


def push(
    target: Annotated[str, typer.Argument(metavar="TARGET", help="A folder, or hf:OWNER/NAME on the hub.")],
    corpus: corpora.Folder = corpora.DEFAULT,
    splits: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="What `corpus split` or `mix` wrote; left out, train and what is held out."),
    ] = None,
    private: Annotated[bool, typer.Option("--private", help="Make the repository a private one.")] = False,
    name: _about.Name = None,
    license: _about.Licence = None,
    language: _about.Language = ["en"],  # noqa: B006
    summary: _about.Summary = None,
    limit: _about.Limits = None,
    as_made: Annotated[
        bool,
        typer.Option("--as-made", help="With what has been held out, taken out or changed since the split was made."),
    ] = False,
    force: _options.Force = False,
) -> None:
    """Write a data set of Parquet files with its card, which `datasets.load_dataset` reads, or upload it.

    A split that holds what has been held out, taken out or changed since is refused.

    \b
    Example:
      dialoom push dataset --splits splits --license cc-by-4.0
      dialoom push hf:acme/bank-calls --private
    """
    import sys
    import tempfile

    from dialoom.corpus.card import note_dataset, write_dataset
    from dialoom.corpus.card.hub import upload

    opened = corpora.opened(corpus)
    about = _about.about(opened.location, name, license, language, summary, limit)
    if not target.startswith(_HUB):
        write_dataset(opened, Path(target), about, sets=splits, as_made=as_made, force=force)
        print(f"wrote {target}", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory() as folder:
        written = write_dataset(opened, Path(folder), about, sets=splits, as_made=as_made, note=False)
        message = f"Version {opened.version} of {about.name}"
        address = upload(Path(folder), target.removeprefix(_HUB), private=private, message=message)
        note_dataset(opened, Path(folder), written, called=target)
    print(f"uploaded to {address}", file=sys.stderr)
