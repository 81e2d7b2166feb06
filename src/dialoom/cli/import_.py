"""`dialoom import`: real dialogues into a corpus."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from dialoom.cli import _options

if TYPE_CHECKING:
    from dialoom.corpus.importing import Imported
    from dialoom.quality.privacy import Redactor

_SOME_BAD = 8


def import_(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files of dialogues.")],
    corpus: Annotated[str, typer.Option("--corpus", "-c", metavar="DIR", help="The corpus; made where there is none.")],
    format: Annotated[
        str | None, typer.Option(metavar="FORMAT", help="Their format; left out, the first row of each tells.")
    ] = None,
    redact: Annotated[bool, typer.Option("--redact", help="Replace personal data on the way in.")] = False,
    style: Annotated[
        Literal["tags", "surrogates"], typer.Option(help="By [EMAIL_1], or by a value that belongs to nobody.")
    ] = "tags",
    kind: Annotated[
        list[str] | None,
        typer.Option(metavar="KIND", help="Only these kinds: email, phone, name ... Can be given often."),
    ] = None,
    names: Annotated[
        bool | None,
        typer.Option(
            "--names/--no-names",
            help="Names and places in the text too, by Presidio; left out, where the extra `privacy` is installed.",
        ),
    ] = None,
    language: Annotated[str, typer.Option(metavar="CODE", help="Language of the texts, for names.")] = "en",
    model: Annotated[
        str | None, typer.Option(metavar="NAME", help="The spaCy model for names: a package or folder.")
    ] = None,
    hold: Annotated[
        str | None, typer.Option(metavar="SET", help="Hold all of it out under this name: nothing may learn from it.")
    ] = None,
    same_id: Annotated[
        Literal["refuse", "replace", "both"],
        typer.Option(
            help="An id that an import brought with other content: set this one aside, or put it there, or keep both."
        ),
    ] = "refuse",
    aside: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where rows that are not imported are kept; left out, CORPUS/aside."),
    ] = None,
    json: _options.Json = False,
) -> None:
    """Bring real dialogues into a corpus; a file, or a log that has grown, can be imported again.

    Rows that cannot be read, or whose id is taken, are listed and kept aside, and the rest goes on; then the exit code
    is 8.

    \b
    Example:
      dialoom import logs/2026-*.jsonl --corpus corpus --redact
      dialoom import test.csv --format samsum --corpus corpus --hold test
    """
    import sys

    from dialoom.cli._console import print_json
    from dialoom.corpus import Corpus
    from dialoom.corpus.importing import Importer
    from dialoom.engine.corpora import corpus_of
    from dialoom.errors import DialoomError

    # Whoever says how to replace wants it replaced.
    redact = redact or bool(kind) or style != "tags" or names is True or model is not None
    redactor = _redactor(kind, style, names, language, model) if redact else None
    into = corpus_of(corpus).location if (Path(corpus) / "run.json").exists() else corpus
    if aside is None:
        aside = Path("aside") if "://" in into else Path(into) / "aside"
    counts = redactor.counts if redactor else None
    importer = Importer(
        Corpus.open(into, create=True), aside, change=redactor, counts=counts, hold=hold, same_id=same_id
    )
    done, failed = [], None
    for file in files:
        try:
            done.append(importer.add(file, format))
        except DialoomError as stopped:
            failed = stopped  # What the files before it brought is told first.
            break
    if failed is not None and not done:
        raise failed
    if json:
        replaced = sum((one.replaced for one in done), Counter[str]())
        print_json({"files": [one.to_json() for one in done], "replaced": dict(replaced) if redactor else None})
    else:
        _show(done, redacted=redact)
    if updated := sum(one.updated for one in done):
        print(f"note: earlier versions of the corpus still hold what {updated} dialogues were before", file=sys.stderr)
    bad = [error for one in done for error in one.bad]
    for error in bad:
        print(f"error: {error}", file=sys.stderr)
    if failed is not None:
        raise failed
    if bad:
        raise typer.Exit(_SOME_BAD)


def _redactor(
    kinds: list[str] | None, style: Literal["tags", "surrogates"], names: bool | None, language: str, model: str | None
) -> Redactor:
    import sys

    from dialoom.quality.privacy import Redactor
    from dialoom.quality.privacy.presidio import has_presidio, presidio_finder

    speakers = kinds is None or "name" in kinds
    if kinds is not None:
        kinds = [kind for kind in kinds if kind != "name"]
    more = []
    if names or (names is None and speakers and has_presidio()):
        finder, found = presidio_finder(language, model=model)
        more.append(finder)
        if found is None:
            print(f"note: no spaCy model for '{language}' is installed, so that names in texts stay", file=sys.stderr)
    elif names is None and speakers:
        print(
            "note: the extra `privacy` is not installed: of names, those of speakers alone are found", file=sys.stderr
        )
    return Redactor(kinds, style=style, more=more, speakers=speakers)


def _show(done: list[Imported], *, redacted: bool) -> None:
    from dialoom.cli._console import out, table
    from dialoom.cli._numbers import count

    numbers = ("added", "updated", "there before", "not imported")
    shown = table("file", *numbers, "kept aside in", right=numbers)
    for one in done:
        counted = (one.added, one.updated, one.known, len(one.bad))
        shown.add_row(str(one.file), *map(count, counted), str(one.aside or ""))
    console = out()
    console.print(shown)
    if redacted:
        found = sum((one.replaced for one in done), Counter[str]())
        replaced = ", ".join(f"{kind} {count(number)}" for kind, number in found.most_common())
        console.print(f"replaced in what was added or updated: {replaced or 'nothing'}")
