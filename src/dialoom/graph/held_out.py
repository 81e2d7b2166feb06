"""A recipe must not read what is held out: neither as its source nor as examples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from dialoom.errors import DataError, DialoomError, Place
from dialoom.graph.corpus_at import corpus_at
from dialoom.graph.examples import Examples
from dialoom.graph.source import SOURCES
from dialoom.yaml_file import Key

if TYPE_CHECKING:
    from dialoom.corpus.held_out import HeldOut
    from dialoom.graph.recipe import Recipe

_MANIFEST = "manifest.json"


def held_out_problems(recipe: Recipe, corpus: Path | str | None = None) -> Iterator[DialoomError]:
    """A problem for each source or example file of a recipe that holds a held-out dialogue.

    What is held out is learned from the recipe's corpus, from what it names in `held_out` (corpora, directories of
    runs, folders of a split, files of dialogues), and from the manifest of a split that lies beside a file. A file is
    known by its content, and a dialogue by its text, so that a copy under another name or in another format is known
    too.
    """
    try:
        marks = _marks(recipe, corpus)
    except DialoomError as error:
        yield DialoomError(f"it cannot be read: {error}", place=recipe.lines.place(("held_out",)))
        return
    for path, files, rows in _read(recipe):
        name = next((name for file in files if (name := _file_set(file, marks))), None)
        found = f"this file is held out as '{name}'" if name else _row_set(rows, marks)
        if found:
            remedy = "take dialogues of the training set: what is tested on must not be learned from"
            yield DialoomError(found, place=recipe.lines.place(path), remedy=remedy)


def _read(recipe: Recipe) -> Iterator[tuple[tuple[Key, ...], list[Path], Iterable[Any]]]:
    """Where the recipe reads rows, the files they are in, and the rows."""
    source = recipe.source
    told = next((name for name in SOURCES.names() if name in type(source).model_fields), None)
    at = ("source",) if told is None else ("source", told)
    files = [path for path in source.files(recipe.folder) if path.is_file()]
    yield at, files, source.read(recipe.folder)
    for part in recipe.parts():
        for field in type(part.node).model_fields:
            shown = getattr(part.node, field)
            if isinstance(shown, Examples):
                files = [(part.folder or recipe.folder) / shown.file] if shown.file else []
                yield (*part.path, field), files, (row for _, row in shown.loaded)


def _marks(recipe: Recipe, corpus: Path | str | None) -> HeldOut:
    from dialoom.corpus.held_out import HeldOut, held_out_at

    marks = HeldOut()
    for named in recipe.held_out:
        place = str(named) if "://" in str(named) else corpus_at(recipe.folder / named)
        more = held_out_at(place)
        marks.update(_of_place(place) if more is None else more)
    if recipe.corpus is not None:
        corpus = str(recipe.corpus) if "://" in str(recipe.corpus) else recipe.folder / recipe.corpus
    if corpus is not None:
        marks.update(held_out_at(corpus) or HeldOut())
    return marks


def _of_place(place: Path | str) -> HeldOut:
    """What a folder of a split, or a file, holds out."""
    if isinstance(place, str) or (place.is_dir() and not (place / _MANIFEST).exists()):
        raise DataError(
            "there is neither a corpus, a run nor a split in it",
            place=Place(str(place)),
            remedy="name one, or a file of dialogues",
        )
    return _of_files([place / held["file"] for held in _held_files(place)] if place.is_dir() else [place])


def _of_files(files: Iterable[Path]) -> HeldOut:
    from dialoom.corpus.held_out import HeldOut, file_key, text_key
    from dialoom.dialogue.formats import read_dialogues

    marks = HeldOut()
    for file in files:
        marks.texts.update({text_key(one.text()): file.stem for one in read_dialogues(file)})
        marks.files[file_key(file)] = file.stem
    return marks


def _file_set(file: Path, marks: HeldOut) -> str | None:
    from dialoom.corpus.held_out import file_key

    beside = {held["file"]: held["set"] for held in _held_files(file.parent)}
    if file.name in beside:
        return str(beside[file.name])
    return marks.files.get(file_key(file)) if marks.files else None


def _held_files(folder: Path) -> list[dict[str, Any]]:
    """The files that a split in this folder holds out."""
    path = folder / _MANIFEST
    if not path.exists():
        return []
    try:
        manifest = orjson.loads(path.read_bytes())
        return [file for file in manifest["files"] if file["set"] in manifest["held_out"]]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return []  # Another program's manifest.


def _row_set(rows: Iterable[Any], marks: HeldOut) -> str | None:
    if not marks.texts:
        return None
    held = [(number, name) for number, row in enumerate(rows, start=1) if (name := marks.set_of(row))]
    if not held:
        return None
    number, name = held[0]
    more = f", and {len(held) - 1} more" if len(held) > 1 else ""
    return f"row {number} is a dialogue that is held out as '{name}'{more}"
