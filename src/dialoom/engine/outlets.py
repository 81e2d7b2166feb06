"""At the end of a run: what was kept, written to the sinks of the recipe."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from dialoom.corpus import Corpus, export
from dialoom.corpus.exports import exports_of
from dialoom.corpus.held_out import file_key
from dialoom.engine.report import Report
from dialoom.errors import DialoomError, Place, StorageError
from dialoom.graph.recipe import Recipe
from dialoom.graph.sink import Sink


def write_sinks(recipe: Recipe, corpus: Corpus, report: Report, say: Callable[[str], None]) -> None:
    """Write each sink; one that cannot be written harms neither the run nor the other sinks.

    What became of each is in `report.sinks`, and the first error in `report.error`. A sink that holds already what it
    should is left alone, so that running again writes those that failed.
    """
    if recipe.sinks and not report.counts.kept:
        say("nothing was kept, so that no sink was written")
        return
    for sink in recipe.sinks:
        path = sink.path(recipe.folder)
        told: dict[str, Any] = {"path": str(path), "form": sink.form, "rows": None, "error": None}
        try:
            told["rows"] = _write(sink, path, corpus, report.run, say)
        except (DialoomError, OSError) as error:
            failed = _placed(error, path)
            told["error"] = str(failed)
            say(f"a sink was not written, and all that was kept is in the corpus: {failed}")
            if report.error is None:
                report.error = failed
        report.sinks.append(told)


def _write(sink: Sink, path: Path, corpus: Corpus, run: str, say: Callable[[str], None]) -> int | None:
    where = f"run = '{run}'" + (f" AND (\n{sink.where}\n)" if sink.where is not None else "")
    number = corpus.version
    if _is_written(sink, path, corpus, number, where):
        say(f"{path} holds it already")
        return None
    done = export(
        corpus,
        sink.write,
        path,
        form=sink.form,
        version=number,
        where=where,
        with_held_out=sink.with_held_out,
    )
    for note in done.notes:
        say(f"{path}: {note}")
    if done.left_out:
        say(f"{path}: left out {done.left_out.total():,} that are held out")
    say(f"wrote {done.rows:,} {done.what} to {path} ({sink.form})")
    return done.rows


def _is_written(sink: Sink, path: Path, corpus: Corpus, number: int, where: str) -> bool:
    if not path.exists():
        return False
    now = next(each.hash for each in corpus.versions() if each.number == number)
    wanted = (str(path.absolute()), sink.form, where, now)
    for each in reversed(exports_of(corpus)):
        if (each.file, each.format, each.where, each.version_hash) == wanted:
            return each.file_hash == file_key(path)
    return False


def _placed(error: DialoomError | OSError, path: Path) -> DialoomError:
    if isinstance(error, OSError):
        return StorageError(f"cannot write the file: {error.strerror or error}", place=Place(str(path)))
    if error.place is not None and error.place.file:
        return error
    kind = type(error) if type(error).__init__ is DialoomError.__init__ else DialoomError
    return kind(
        error.what, place=Place(str(path), field=error.place.field if error.place else None), remedy=error.remedy
    )
