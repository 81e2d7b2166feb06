"""A data set of the Hugging Face hub: a folder with Parquet files by split and a card that names them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

from dialoom.dialogue.dialogue import Dialogue
from dialoom.dialogue.formats._files import Bad, read_lines, refusals
from dialoom.dialogue.formats._find import read_dialogues
from dialoom.dialogue.formats._format import Format
from dialoom.dialogue.formats._shape import Shape
from dialoom.dialogue.formats._written import LeftOut, Written
from dialoom.dialogue.shards import Shards, SplitWriter
from dialoom.errors import DataError, Place, StorageError

_TRAIN = "train"
_CARD = "README.md"
_OWN = {_CARD, "data"}
_FILES = (".parquet", ".jsonl", ".json", ".csv")


def _read(path: Path, bad: Bad | None = None) -> Iterator[Dialogue]:
    """The dialogues of all splits, each file in whatever format its rows are.

    The card's `configs` tell the files of each split; without, their names do. The field `split` is there for every
    split but `train`.
    """
    if not path.is_dir():
        raise DataError("this is no folder", place=Place(file=str(path)), remedy="name the folder of a data set")
    found = data_files(path)
    if not found:
        raise DataError("the folder holds no data files", place=Place(file=str(path)), remedy=f"expected {_FILES}")
    for split, file in found:
        for dialogue in read_dialogues(file, None, bad):
            if split != _TRAIN:
                dialogue.fields.setdefault("split", split)
            yield dialogue


def data_files(folder: Path) -> list[tuple[str, Path]]:
    """The data files of a data set's folder, each with its split, in order; none where the folder holds none.

    Raises DataError where the card names a file that is not there.
    """
    told = [entry for config in _header(folder).get("configs") or [] for entry in config.get("data_files") or []]
    if told and all(isinstance(entry, dict) for entry in told):
        found = []
        for entry in told:
            paths = entry.get("path")
            for pattern in paths if isinstance(paths, list) else [paths]:
                matching = sorted(folder.glob(str(pattern)))
                if not matching:
                    place = Place(file=str(folder / _CARD), field="configs")
                    raise DataError(f"there is no file '{pattern}'", place=place, remedy="download the data set again")
                found += [(str(entry.get("split") or _TRAIN), each) for each in matching]
        return found
    files = [each for each in sorted(folder.rglob("*")) if each.is_file() and each.suffix in _FILES]
    return [
        (_split_of(each.relative_to(folder)), each) for each in files if not each.name.startswith(("dataset_info", "."))
    ]


def _split_of(path: Path) -> str:
    """The split that the name of a file, or of the folder it lies in, tells; `train` where neither does."""
    sharded = re.fullmatch(r"(\w+)-\d{5}-of-\d{5}", path.stem)
    if sharded:
        return sharded[1]
    told = re.search(r"(?:^|[^a-z])(train|test|validation|valid|dev|val)(?:[^a-z]|$)", path.as_posix().lower())
    return {"valid": "validation", "dev": "validation", "val": "validation"}.get(told[1], told[1]) if told else _TRAIN


def _header(folder: Path) -> dict[str, Any]:
    """The YAML at the start of the card; empty where there is none."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    card = folder / _CARD
    if not card.is_file():
        return {}
    text = "".join(line for _, line in read_lines(card))
    found = re.match(r"---\r?\n(.*?)^---", text, re.DOTALL | re.MULTILINE)
    if not found:
        return {}
    try:
        header = YAML(typ="safe").load(found[1])
    except YAMLError as error:
        raise DataError(
            f"broken YAML at the start of the card: {str(error).splitlines()[0]}",
            place=Place(file=str(card)),
            remedy="mend it, or take it out",
        ) from error
    return header if isinstance(header, dict) else {}


def _write(dialogues: Iterable[Dialogue], path: Path) -> Written:
    """A folder with `data/SPLIT-00000-of-00001.parquet` and a card with the splits; nothing of the dialogues is lost.

    The field `split` tells the split, `train` where there is none. `dialoom push` writes the same files with a full
    card of the corpus. A folder that is there already is replaced where it holds nothing but a data set.
    """
    target = path.resolve()
    with refusals(path):
        if target.exists() and (not target.is_dir() or {each.name for each in target.iterdir()} - _OWN):
            raise StorageError(
                "there is something else here already", place=Place(file=str(path)), remedy="name a new folder"
            )
        partial = target.with_name(f".{target.name}.{uuid4().hex}.tmp")
        (partial / "data").mkdir(parents=True)
    try:
        shards = _write_splits(dialogues, partial, path)
        written = LeftOut().written(sum(each.rows for each in shards), path)
        with refusals(path):
            (partial / _CARD).write_text(_card(shards, target.name), "utf-8")
            if target.exists():
                shutil.rmtree(target)
            partial.replace(target)
        return written
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _write_splits(dialogues: Iterable[Dialogue], folder: Path, path: Path) -> list[Shards]:
    writers: dict[str, SplitWriter] = {}
    try:
        for dialogue in dialogues:
            split = dialogue.fields.get("split")
            named = re.sub(r"\W", "_", split) if isinstance(split, str) and split else _TRAIN
            writer = writers.setdefault(named, SplitWriter(folder, named))
            with refusals(path):
                writer.add(dialogue)
        with refusals(path):
            return [writer.close() for writer in writers.values()]
    finally:
        for writer in writers.values():
            writer.abandon()


def _card(shards: list[Shards], name: str) -> str:
    files = []
    for each in shards:
        files += [f"  - split: {each.split}", "    path:", *(f"    - {file}" for file in each.files)]
    splits = [f"| {each.split} | {each.rows:,} |" for each in shards]
    header = ["configs:", "- config_name: default", "  data_files:", *files]
    table = ["| split | dialogues |", "| --- | ---: |", *splits]
    text = "Each row is a dialogue: `turns` is a list of speaker, text, intent, slots and further annotations."
    return "\n".join(["---", *header, "---", "", f"# {name}", "", text, "", *table, ""])


def _fits(shape: Shape) -> bool:
    if shape.archive:
        return False
    beside = r"[^/]+\.(?:parquet|jsonl|csv)" if _CARD in shape.members else r"(?!)"
    return any(re.fullmatch(rf"data/[^/]+\.(?:parquet|jsonl)|{beside}", member) for member in shape.members)


FORMAT = Format(
    name="huggingface",
    about="a data set folder for the Hugging Face hub: Parquet by split, and a card",
    read=_read,
    write=_write,
    fits=_fits,
    suffix="",
    folder=True,
)
