"""Which corpus a user means: one by its folder or URL, or that of a run by the run's directory."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from dialoom.engine.rundir import read_report
from dialoom.errors import Place, StorageError
from dialoom.graph.recipe import Recipe


class Meant(NamedTuple):
    """A corpus, and the run whose directory was named, if it was one's."""

    location: str
    run: str | None


def corpus_of(named: str) -> Meant:
    """The corpus in a folder, at a URL, or of the run in a folder. Raises StorageError where it is none of them."""
    folder = Path(named)
    if "://" in named or (folder / "dialogues.lance").exists():
        return Meant(named, None)
    if not (folder / "run.json").exists():
        raise StorageError(
            "there is neither a corpus nor a run in it" if folder.is_dir() else "there is no such directory",
            place=Place(named),
            remedy="name a corpus, or the directory that was given to `run` as --out",
        )
    report = read_report(folder)
    # A directory that was moved holds its corpus still; run.json tells where another one is.
    here = folder / "corpus"
    return Meant(str(here) if here.exists() else report["corpus"], report["run"])


def corpus_for(recipe: Recipe, folder: Path) -> str:
    """Where a recipe's run in a folder keeps its dialogues."""
    if recipe.corpus is None:
        return str(folder / "corpus")
    return str(recipe.corpus if "://" in str(recipe.corpus) else recipe.folder / recipe.corpus)
