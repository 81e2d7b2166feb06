"""Utterances as three parallel files, `seq.in`, `seq.out` and `label`: the form in which ATIS and SNIPS are shared."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

from dialoom.dialogue.dialogue import Dialogue
from dialoom.dialogue.formats._bio import slots_of_tokens
from dialoom.dialogue.formats._files import Bad, read_lines
from dialoom.dialogue.formats._format import Format
from dialoom.dialogue.formats._rows import Row
from dialoom.dialogue.formats._shape import Shape
from dialoom.dialogue.formats._utterance import read_utterance
from dialoom.errors import DataError, Place

_FILES = ("seq.in", "seq.out", "label")
_SPLITS = {"valid": "validation", "dev": "validation"}


def _read(path: Path, bad: Bad | None = None) -> Iterator[Dialogue]:
    """The utterances of a folder, or of its folders `train`, `valid` or `dev`, and `test`, which tell the split."""
    if not path.is_dir():
        raise DataError(
            "this is no folder", place=Place(file=str(path)), remedy=f"name one that holds {', '.join(_FILES)}"
        )
    folders = [each for each in (path, *sorted(path.iterdir())) if (each / _FILES[0]).is_file()]
    if not folders:
        raise DataError(f"there is no {_FILES[0]} in it", place=Place(file=str(path)), remedy="name the data's folder")
    for folder in folders:
        split = _SPLITS.get(folder.name, folder.name) if folder != path else ""
        yield from _utterances(folder, split, bad)


def _utterances(folder: Path, split: str, bad: Bad | None) -> Iterator[Dialogue]:
    texts, tags, labels = ([(number, line.strip()) for number, line in read_lines(folder / name)] for name in _FILES)
    source = folder / _FILES[0]
    for number, (text, tagged, label) in enumerate(zip_longest(texts, tags, labels), start=1):
        if text is None or tagged is None or label is None:
            short = next(name for name, one in zip(_FILES, (text, tagged, label), strict=True) if one is None)
            raise DataError(
                f"the files differ in length: {short} ends before the others",
                place=Place(file=str(folder / short), line=number),
                remedy="line n of each file is of one utterance",
            )
        if not text[1] and not label[1]:
            continue
        row = Row(source, number, {"text": text[1], "tokens": text[1].split(), "tags": tagged[1].split()})
        try:
            slots = slots_of_tokens(row, "text", "tokens", "tags")
            if not label[1]:
                raise DataError("the utterance has no label", place=Place(file=str(folder / "label"), line=number))
        except DataError as error:
            if bad is None:
                raise
            bad(error, f"{text[1]}\t{tagged[1]}\t{label[1]}")
            continue
        name = f"{split}:{number}" if split else str(number)
        yield read_utterance(
            source,
            number,
            "seq_in_out",
            text=text[1],
            intent=label[1],
            slots=slots,
            name=name,
            fields={"split": split} if split else {},
        )


def _fits(shape: Shape) -> bool:
    return not shape.archive and shape.has(r"seq\.in") and shape.has(r"seq\.out") and shape.has("label")


FORMAT = Format(
    name="seq_in_out",
    about="ATIS and SNIPS as parallel files: seq.in, seq.out (BIO tags) and label, in a folder or one a split",
    read=_read,
    fits=_fits,
    suffix="",
    folder=True,
)
