"""What the commands that make or compare sets share: options, the embedding, and showing what was made."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from dialoom.corpus.splits import Embed

NEAR = 0.6
USUAL = 0.999
Out = Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Folder for the files and manifest.json.")]
By = Annotated[
    list[str] | None,
    typer.Option(
        metavar="SQL",
        help="Keep the shares in every value of this expression: a column, intent, words, length (a band of words), or "
        "any SQL over them. Can be given often.",
    ),
]
Seed = Annotated[int, typer.Option(help="Another seed is another choice.")]
Near = Annotated[
    float,
    typer.Option(min=0, max=1, help="Shared word pairs (Jaccard) from which on texts are near-duplicates; 0: none."),
]
Usual = Annotated[
    float,
    typer.Option(min=0, max=1, help="How much of the likeness that protected dialogues show of each other is no leak."),
]
Meaning = Annotated[
    bool | None,
    typer.Option(
        "--meaning/--no-meaning", help="Compare meanings too; left out, where the extra `embeddings` is installed."
    ),
]
To = Annotated[str, typer.Option("--to", metavar="FORMAT", help="The format of the files: jsonl, messages ...")]


def embedding(wanted: bool | None) -> Embed | None:
    """The embedding, where it is wanted, or where nothing is said and it is installed."""
    from dialoom.quality.embedding import has_embedding, load_embedding

    return load_embedding() if wanted or (wanted is None and has_embedding()) else None


def show(manifest: dict[str, Any], folder: Path) -> None:
    """What was made, for a person."""
    from dialoom.cli._console import err, out, table, visible
    from dialoom.cli._numbers import count

    files = table("set", "file", "dialogues", "provenance", right=("dialogues",))
    for one in manifest["files"]:
        files.add_row(one["set"], str(folder / one["file"]), count(one["rows"]), ", ".join(one["provenance"]))
    console = out()
    console.print(files)
    strata = table(*("", *manifest["rows"]), right=tuple(manifest["rows"]))
    for one in manifest["strata"]:
        name = ", ".join("-" if value is None else str(value) for value in one["values"])
        strata.add_row(visible(name), *(count(one["rows"][each]) for each in manifest["rows"]))
    console.print(strata)
    withheld = manifest["withheld"]
    if withheld["rows"]:
        reasons = "; ".join(f"{reason}: {count(rows)}" for reason, rows in withheld["reasons"].items())
        console.print(f"withheld {count(withheld['rows'])} ({reasons}), listed in {folder / withheld['file']}")
    for note in manifest["notes"]:
        err().print(f"note: {note}", soft_wrap=True)
