"""`dataset`: a data set of Hugging Face, in a folder or on the hub."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
from pydantic import Field

from dialoom.dialogue.formats.huggingface import data_files
from dialoom.errors import DataError, DialoomError, MissingExtra, Place, nearest
from dialoom.graph.plain import plain_row
from dialoom.graph.read_rows import read_rows
from dialoom.graph.source import Row, Say, Source

_HUB_NAME = re.compile(r"^[\w.-]+(/[\w.-]+)?$")
_ONE = "dataset_info.json"
_STATE = "state.json"
_SEVERAL = "dataset_dict.json"


class Dataset(Source):
    """A data set: a folder that `datasets` saved (`save_to_disk`), a folder as the hub has it (Parquet, JSON Lines or
    CSV, by split), or the name of one on the hub, which is streamed and needs the package `datasets`.
    """

    dataset: str = Field(description="A folder beside the recipe, or a name on the hub.")
    split: str = Field(default="train", description="Which split.")
    config: str | None = Field(default=None, description="Of a data set on the hub, which of its configurations.")
    revision: str | None = Field(
        default=None, description="Of a data set on the hub, which commit: name one, so that all readings are the same."
    )

    def raw(self, folder: Path, say: Say) -> Iterator[Row]:
        path = folder / self.dataset
        if not path.exists():
            yield from self._of_hub(path)
        elif path.is_file():
            yield from read_rows(path)
        else:
            for file in self._files(path):
                yield from read_rows(file)

    def files(self, folder: Path) -> list[Path]:
        path = folder / self.dataset
        found = [path] if path.is_file() else []
        if path.is_dir():
            # What is wrong with it is told when it is read.
            with suppress(DialoomError):
                found = self._files(path)
        return [*found, *super().files(folder)]

    def place(self, folder: Path) -> Place:
        path = folder / self.dataset
        return Place(str(path)) if path.exists() else Place(field="dataset")

    def _files(self, path: Path) -> list[Path]:
        if (path / _SEVERAL).is_file():
            named = _json(path / _SEVERAL).get("splits") or []
            self._check_split(named, path)
            return _saved(path / self.split)
        if (path / _STATE).is_file():
            own = _json(path / _STATE).get("_split")
            if own is not None and "split" in self.model_fields_set:
                self._check_split([own], path)
            return _saved(path)
        found = data_files(path)
        if not found:
            raise DataError(
                "the folder holds no data set",
                place=Place(str(path)),
                remedy=f"expected what save_to_disk writes ({_STATE}), or Parquet, JSON Lines or CSV files",
            )
        self._check_split(list(dict.fromkeys(split for split, _ in found)), path)
        return [file for split, file in found if split == self.split]

    def _check_split(self, splits: list[str], path: Path) -> None:
        if self.split not in splits:
            raise DataError(
                f"it has no split '{self.split}'", place=Place(str(path)), remedy=nearest(self.split, splits)
            )

    def _of_hub(self, path: Path) -> Iterator[Row]:
        place = Place(field="dataset")
        if not _HUB_NAME.match(self.dataset):
            raise DataError(
                "there is no such folder", place=Place(str(path)), remedy="relative paths start at the recipe"
            )
        try:
            import datasets
        except ImportError as error:
            raise MissingExtra(
                f"there is no folder {path}, and a data set of the hub needs the package 'datasets'",
                place=place,
                remedy="pip install datasets, or name a folder that was saved",
            ) from error
        try:
            rows = datasets.load_dataset(
                self.dataset, self.config, split=self.split, revision=self.revision, streaming=True
            )
            for number, row in enumerate(rows, 1):
                yield plain_row(row, Place(field=f"dataset, row {number}"))
        except DialoomError:
            raise
        except Exception as error:
            # What the hub and its client raise has no common class.
            said = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise DataError(
                f"cannot read '{self.dataset}': {said}",
                place=place,
                remedy="check its name and split and the network, or save it to a folder with save_to_disk",
            ) from error


def _saved(folder: Path) -> list[Path]:
    """The files of a split that `save_to_disk` wrote, in their order."""
    files = [folder / part["filename"] for part in _json(folder / _STATE).get("_data_files") or []]
    if not files:
        raise DataError("it names no data files", place=Place(str(folder / _STATE)), remedy="save the data set again")
    return files


def _json(path: Path) -> dict[str, Any]:
    try:
        found = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise DataError(
            f"it cannot be read: {error}", place=Place(str(path)), remedy="save the data set again"
        ) from error
    return found if isinstance(found, dict) else {}


SOURCE = Dataset
