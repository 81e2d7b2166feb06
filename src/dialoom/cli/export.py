"""`dialoom export`: dialogues out of a corpus, in the form that training code reads."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dialoom.cli import _options

if TYPE_CHECKING:
    from dialoom.corpus import Corpus
    from dialoom.dialogue.formats import Format

_STDOUT = Path("-")


def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The directory of a run, or a corpus.")],
    to: Annotated[str, typer.Option("--to", metavar="FORMAT", help="The format: jsonl, messages ...")],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="The file to write; - is stdout.")],
    where: Annotated[
        str | None, typer.Option(metavar="SQL", help="Only those that meet this SQL condition, such as n_turns > 6.")
    ] = None,
    force: _options.Force = False,
) -> None:
    """Write the dialogues of a run or a corpus to a file.

    \b
    Example:
      dialoom export runs/calls --to messages --out train.jsonl
      dialoom export runs/calls --to jsonl --out - | head -n 1
    """
    from dialoom.cli._numbers import count
    from dialoom.errors import DataError, Place, StorageError

    write = _writer(to)
    corpus, condition = _open(folder, where)
    if out != _STDOUT and out.resolve().is_relative_to(folder.resolve()):
        raise StorageError(
            f"{out} is inside {folder}, where the run keeps its own files", remedy="name a file elsewhere"
        )
    if out != _STDOUT and out.is_file() and not force:
        raise StorageError(f"{out} is there already", remedy="name another file, or overwrite it with --force")
    if not corpus.count(condition):
        raise DataError(
            "there are no dialogues to write" + (" that meet the condition" if where else ""),
            place=Place(str(corpus.path)),
        )
    with _target(out) as file:
        written = write(corpus.dialogues(where=condition), file)
    print(f"wrote {count(written)} dialogues to {'stdout' if out == _STDOUT else out}", file=sys.stderr)


def _writer(name: str) -> Callable[..., int]:
    from dialoom.dialogue.formats import FORMATS
    from dialoom.registry import UnknownName

    formats: dict[str, Format] = {known: FORMATS.load(known) for known in FORMATS.names()}
    able = "; ".join(f"{known}: {format.about}" for known, format in formats.items() if format.write)
    chosen = formats.get(name)
    if chosen is None or chosen.write is None:
        what = "is not known" if chosen is None else "can be read only"
        raise UnknownName(f"the format '{name}' {what}", remedy=f"can be written: {able}")
    return chosen.write


def _open(folder: Path, where: str | None) -> tuple[Corpus, str | None]:
    """The corpus, and the condition on what to take: of a corpus that several runs share, only the run's own."""
    from dialoom.corpus import Corpus
    from dialoom.engine.rundir import require_run

    if (folder / "dialogues.lance").exists():
        return Corpus.open(folder), where
    report = require_run(folder)
    # A directory that was moved holds its corpus still; run.json tells where another one is.
    here = folder / "corpus"
    own = f"run = '{report['run']}'"
    corpus = Corpus.open(here if here.exists() else Path(report["corpus"]))
    return corpus, f"({where}) AND {own}" if where else own


@contextmanager
def _target(out: Path) -> Iterator[Path]:
    """The file to write; what goes to stdout is written whole to a temporary one first, as writers want a file."""
    if out != _STDOUT:
        yield out
        return
    import shutil
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "export"
        yield file
        with file.open("rb") as written:
            shutil.copyfileobj(written, sys.stdout.buffer)
        sys.stdout.buffer.flush()
