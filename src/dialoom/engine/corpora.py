"""Which corpus a user means: one by its folder or URL, or that of a run by the run's directory."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from dialoom.engine.rundir import read_report
from dialoom.errors import Place, StorageError
from dialoom.graph.recipe import Recipe

_REPORT = "run.json"
_REMEDY = "name a corpus, or the directory that was given to `run` as --out"


class Meant(NamedTuple):
    """A corpus, and the run whose directory was named, if it was one's."""

    location: str
    run: str | None


def corpus_of(named: str) -> Meant:
    """The corpus in a folder, at a URL, or of the run in a folder. Raises StorageError where it is none of them."""
    if "://" in named:
        return Meant(named, None)
    folder = Path(named)
    try:
        if named and (folder / "dialogues.lance").exists():
            return Meant(named, None)
        if not named or not (folder / _REPORT).exists():
            raise StorageError(_nothing_in(folder, named), place=Place(named or "''"), remedy=_REMEDY)
    except OSError as error:
        raise StorageError(f"cannot look into it: {error.strerror}", place=Place(named), remedy=_REMEDY) from error
    report = read_report(folder)
    # A directory that was moved holds its corpus still; run.json tells where another one is.
    here = folder / "corpus"
    corpus, run = str(here) if here.exists() else report.get("corpus"), report.get("run")
    if not isinstance(corpus, str) or not isinstance(run, str):
        raise StorageError(
            "it does not tell which run and corpus it is about",
            place=Place(str(folder / _REPORT)),
            remedy="run the recipe in that directory again: no call is repeated, and run.json is written anew",
        )
    return Meant(corpus, run)


def _nothing_in(folder: Path, named: str) -> str:
    if folder.is_file():
        return "this is a file, and a directory was expected"
    return "there is neither a corpus nor a run in it" if named and folder.is_dir() else "there is no such directory"


def corpus_for(recipe: Recipe, folder: Path) -> str:
    """Where a recipe's run in a folder keeps its dialogues."""
    if recipe.corpus is None:
        return str(folder / "corpus")
    return str(recipe.corpus if "://" in str(recipe.corpus) else recipe.folder / recipe.corpus)
