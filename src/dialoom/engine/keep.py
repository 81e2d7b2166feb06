"""What a run leaves in the corpus beside its dialogues: its recipe, its rejects, and its calls where it matters."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dialoom.corpus import Corpus
from dialoom.engine.recipe_text import recipe_text
from dialoom.engine.rejects import read_rejects
from dialoom.engine.rundir import RunDirectory
from dialoom.engine.view import View
from dialoom.errors import StorageError
from dialoom.graph.recipe import Recipe
from dialoom.models import Ledger

_ROWS = 512
# The calls of kept dialogues that were not copied yet. Siblings share the calls of what they come from.
_CALLS = """
SELECT DISTINCT unnest(from_json(json_extract(lineage, '$.calls'), '["VARCHAR"]')) AS key
FROM dialogues WHERE run = '{run}' AND lineage LIKE '%"calls"%'
EXCEPT SELECT key FROM calls
"""


def keep_recipe(corpus: Corpus, recipe: Recipe, *, run: str, recipe_hash: str, directory: Path) -> None:
    """Keep the recipe that a run begins with, and where its directory is, once for each form of the recipe."""
    row = {"run": run, "recipe_hash": recipe_hash, "directory": str(directory.absolute())}
    if row not in corpus.read("runs", columns=list(row)).to_pylist():
        corpus.add("runs", [row | {"recipe": recipe.recipe, "text": recipe_text(recipe)}])


def keep_rest(corpus: Corpus, ledger: Ledger, directory: RunDirectory, view: View, *, run: str, worked: bool) -> None:
    """At the end of a run, whatever ended it: bring the corpus's tables beside the dialogues up to date.

    The calls of kept dialogues are copied where the corpus does not lie in the run's directory, so that they can be
    traced when that is gone; where it does, the ledger lies beside it, and a copy would double the space.

    Args:
        worked: whether any record came to its end in this run.
    """
    try:
        if worked:
            corpus.replace("rejects", f"run = '{run}'", _rejects(directory.rejects, run))
            if not Path(corpus.location).is_relative_to(directory.path.absolute()):
                _keep_calls(corpus, ledger, run)
        corpus.versions()
    except StorageError as error:
        view.say(f"rejects and calls are not in the corpus yet, the next run brings them: {error}")


def _keep_calls(corpus: Corpus, ledger: Ledger, run: str) -> None:
    keys = corpus.query(_CALLS.format(run=run)).column(0)
    for start in range(0, len(keys), _ROWS):
        entries = (ledger.get(key) for key in keys.slice(start, _ROWS).to_pylist())
        corpus.add("calls", [{"run": run, **entry._asdict()} for entry in entries if entry is not None])


def _rejects(folder: Path, run: str) -> Iterator[dict[str, Any]]:
    for state, line in read_rejects(folder):
        told = {name: line[name] for name in ("id", "node", "reasons", "record")}
        yield {"run": run, "state": state, **told}
