"""`dialoom export`: dialogues out of a corpus, in the form that training code reads."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dialoom.cli import _options
from dialoom.cli.corpus import _options as corpora

if TYPE_CHECKING:
    from dialoom.corpus import Corpus
    from dialoom.dialogue.formats import Format

_STDOUT = Path("-")


def export(
    folder: Annotated[str, typer.Argument(metavar="DIR", help="The directory of a run, or a corpus (folder or URL).")],
    to: Annotated[str, typer.Option("--to", metavar="FORMAT", help="The format: jsonl, messages ...")],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="The file to write; - is stdout.")],
    where: Annotated[
        str | None, typer.Option(metavar="SQL", help="Only those that meet this SQL condition, such as n_turns > 6.")
    ] = None,
    version: Annotated[
        str | None, typer.Option(metavar="VERSION", help="A version's number or name; left out, the newest.")
    ] = None,
    with_held_out: _options.WithHeldOut = False,
    force: _options.Force = False,
) -> None:
    """Write the dialogues of a run or a corpus to a file.

    What is held out is left out, so that nothing learns from it. The corpus keeps which file was written from which
    version, so that `dialoom trace` finds it.

    \b
    Example:
      dialoom export runs/calls --to messages --out train.jsonl
      dialoom export runs/calls --to jsonl --out - | head -n 1
    """
    from dialoom.cli._numbers import count
    from dialoom.corpus import export as export_dialogues
    from dialoom.errors import StorageError

    form = _form(to)
    corpus, condition = _open(folder, where)
    number = corpus.version if version is None else corpus.number_of(version)
    if out != _STDOUT and out.resolve().is_relative_to(Path(folder).resolve()):
        raise StorageError(
            f"{out} is inside {folder}, where the run keeps its own files", remedy="name a file elsewhere"
        )
    if out == _STDOUT and form.folder:
        raise StorageError(f"the format '{to}' is a folder, which stdout cannot be", remedy="name a folder with --out")
    there = out.is_file() or (form.folder and out.is_dir() and any(out.iterdir()))
    if out != _STDOUT and there and not force:
        raise StorageError(f"{out} is there already", remedy="name another file, or overwrite it with --force")
    with _target(out, form.suffix) as file:
        assert form.write is not None
        done = export_dialogues(
            corpus,
            form.write,
            file,
            form=to,
            version=number,
            where=condition,
            with_held_out=with_held_out,
            note=out != _STDOUT,
        )
    for note in done.notes:
        print(f"note: {note}", file=sys.stderr)
    print(f"wrote {count(done.rows)} {done.what} to {'stdout' if out == _STDOUT else out}", file=sys.stderr)
    if done.left_out:
        sets = ", ".join(f"{count(number)} as {name}" for name, number in sorted(done.left_out.items()))
        print(f"note: left out what is held out ({sets}); --with-held-out writes it too", file=sys.stderr)


def _form(name: str) -> Format:
    from dialoom.dialogue.formats import FORMATS
    from dialoom.registry import UnknownName

    formats: dict[str, Format] = {known: FORMATS.load(known) for known in FORMATS.names()}
    able = "; ".join(f"{known}: {format.about}" for known, format in formats.items() if format.write)
    chosen = formats.get(name)
    if chosen is None or chosen.write is None:
        what = "is not known" if chosen is None else "can be read only"
        raise UnknownName(f"the format '{name}' {what}", remedy=f"can be written: {able}")
    return chosen


def _open(folder: str, where: str | None) -> tuple[Corpus, str | None]:
    """The corpus, and the condition on what to take: of a corpus that several runs share, only the run's own."""
    from dialoom.corpus import Corpus
    from dialoom.engine.corpora import corpus_of

    meant = corpus_of(folder)
    return Corpus.open(meant.location), corpora.condition(meant.run, None, where)


@contextmanager
def _target(out: Path, suffix: str) -> Iterator[Path]:
    """The file to write; what goes to stdout is written whole to a temporary one first, as writers want a file."""
    if out != _STDOUT:
        yield out
        return
    import shutil
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"export{suffix}"
        yield file
        with file.open("rb") as written:
            shutil.copyfileobj(written, sys.stdout.buffer)
        sys.stdout.buffer.flush()
